"""Words of the policy for templates."""

from django import template

from tongti.units.access import ROLES

register = template.Library()


@register.filter
def role_name(code: str) -> str:
    """handler → 承办人; a role that no longer exists keeps its code."""
    return ROLES[code].name if code in ROLES else code
