"""The demo district: is there room for it, and putting it in."""

import importlib
import importlib.util
from collections.abc import Callable

MODULE = "tongti.project.demo"


def wanted() -> bool:
    """Only an empty database gets it: nobody may ever find invented people among real ones."""
    from tongti.accounts.models import Officer

    return not Officer.objects.exists()


def load(progress: Callable[[str], None]) -> str:
    """Load it; answers what came of it in words."""
    if importlib.util.find_spec(MODULE) is None:
        return "这个版本没有演示数据，跳过"
    importlib.import_module(MODULE).load(progress)
    return "已载入"
