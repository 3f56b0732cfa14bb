"""Many counts, one statement."""

from typing import Any

import pytest
from django.db.models import Q

from tests.cast import Cast
from tongti.shared.counting import together
from tongti.units.models import Unit


@pytest.mark.django_db
def test_each_count_is_what_it_is_alone(cast: Cast, django_assert_num_queries: Any) -> None:
    """Values stay with their own count, also when something can find nothing, is cut off or is sorted."""
    wanted = [
        Unit.objects.filter(Q(kind=Unit.Kind.TOWNSHIP) | Q(is_fallback=True)).order_by("-code"),
        Unit.objects.none(),
        Unit.objects.filter(name__contains="街道"),
        Unit.objects.filter(pk__in=[]),
        Unit.objects.all()[:2],
    ]
    alone = [rows.count() for rows in wanted]
    assert alone[0] != alone[2], "the story tells the counts apart"
    with django_assert_num_queries(1):
        assert together(wanted) == alone


@pytest.mark.django_db
def test_nothing_to_find_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert together([Unit.objects.none(), Unit.objects.filter(pk__in=[])]) == [0, 0]
        assert together([]) == []
