from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.db.models import Q

    from tongti.units.access import Viewer


class VisitsConfig(AppConfig):
    name = "tongti.visits"
    label = "visits"
    verbose_name = "走访"

    def ready(self) -> None:
        """Firms that an officer looks after (包联) are hers in the register: it cannot see assignments, so we tell it. And what
        hangs on a firm goes with its entry when that is merged."""
        from django.db.models import Q

        from tongti.parties.access import also_hers
        from tongti.parties.links import Link, moves_with_a_firm

        also_hers(_looked_after)
        moves_with_a_firm(Link("visits.Visit", "party", "次走访", verb="visit.firm_merged"))
        moves_with_a_firm(
            Link(
                "visits.Assignment",
                "party",
                "条包联",
                apart=("campaign", "officer"),
                apart_if=Q(ended_on=None),
            )
        )
        moves_with_a_firm(Link("visits.OfferedTime", "party", "个可约时间", apart=("weekday", "part")))


def _looked_after(viewer: "Viewer") -> "Q":
    from django.db.models import Q

    from tongti.visits.models import Assignment

    hers = Assignment.objects.filter(officer_id=viewer.officer_id, ended_on=None)
    return Q(pk__in=hers.values("party_id"))
