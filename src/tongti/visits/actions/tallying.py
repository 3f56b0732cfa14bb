"""Counting large campaigns anew, so that their pages need not."""

from datetime import timedelta

from django.db import transaction

from tongti.shared import clock
from tongti.visits import counting
from tongti.visits.models import Campaign, Tally
from tongti.visits.queries.progressing import is_large

AFTERWARDS = timedelta(days=60)
"""So long after its end a campaign is still counted every few minutes: difficulties are closed after the last visit."""


def count_large(*, old_ones: bool = False) -> int:
    """Count the campaigns that are too large to be counted while somebody looks; answers how many. Safe to repeat.

    ``old_ones``: also those that ended long ago. Writes no trail: it says nothing that the rows do not say.
    """
    today = clock.today()
    campaigns = Campaign.objects.filter(starts_on__lte=today).order_by("pk")
    if not old_ones:
        campaigns = campaigns.filter(ends_on__gte=today - AFTERWARDS)
    large = [campaign for campaign in campaigns if is_large(campaign)]
    for campaign in large:
        _count(campaign)
    return len(large)


@transaction.atomic
def _count(campaign: Campaign) -> None:
    # One after the other: two that count at once would write each line twice.
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign.pk)
    now = clock.now()
    Tally.objects.filter(campaign=campaign).delete()
    Tally.objects.bulk_create(
        Tally(campaign=campaign, dimension=dimension, key=key, at=now, **numbers)
        for (dimension, key), numbers in counting.count(campaign).items()
    )
