"""A campaign in the district of the cast: who organises it, who goes out, which firms are seen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.visits.stories import Outing


@pytest.fixture
def outing(cast: Any, on_friday: Any) -> Outing:
    """邓主任 has a campaign running; 谭小勇 and 卢芳 go out to three firms. It is 2026-03-06, 09:00."""
    from tests.visits.stories import make_outing

    return make_outing(cast)


@pytest.fixture
def friday() -> date:
    return date(2026, 3, 6)
