"""Reads on accounts."""

from tongti.accounts.models import Officer
from tongti.shared.errors import NotVisible


def officer(pk: int) -> Officer:
    """An active officer; raises NotVisible."""
    found = Officer.objects.filter(pk=pk, is_active=True).first()
    if found is None:
        raise NotVisible
    return found
