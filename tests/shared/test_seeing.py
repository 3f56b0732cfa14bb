"""Whether a row at hand may be seen."""

from typing import Any

import pytest
from django.db.models import Q

from tests.cast import Cast
from tongti.shared.seeing import passes
from tongti.units.models import Unit


@pytest.mark.django_db
def test_a_row_passes_as_its_filter_would_let_it_and_the_empty_one_asks_nothing(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    water = Unit.objects.get(short_name="水利局")
    with django_assert_num_queries(0):
        assert passes(water, Q())
    with django_assert_num_queries(1):
        assert passes(water, Q(short_name="水利局"))
    assert not passes(water, Q(short_name="住建局"))
    assert not passes(water, Q(pk__in=[]))
