"""The demo district: is there room for it, and putting it in."""

from collections.abc import Callable


def wanted() -> bool:
    """Only an empty database gets it: nobody may ever find invented people among real ones."""
    from tongti.accounts.models import Officer

    return not Officer.objects.exists()


def load(progress: Callable[[str], None]) -> str:
    """Load it; answers what came of it in words."""
    from tongti.project import demo

    demo.load(progress)
    return "已载入"
