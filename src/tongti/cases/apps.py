from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "tongti.cases"
    label = "cases"
    verbose_name = "诉求"

    def ready(self) -> None:
        """A unit with cases in its hands cannot be switched off: units cannot see cases, so we count them for it. And a firm's
        cases go with its entry when that is merged: of the case nothing changes but whose it is."""
        from tongti.parties.links import Link, moves_with_a_firm
        from tongti.units.actions import before_switching_off

        moves_with_a_firm(Link("cases.Case", "party", "件诉求", verb="case.asker_merged"))
        before_switching_off("件诉求", _open_cases_at)


def _open_cases_at(unit_id: int) -> int:
    from tongti.cases.models import Case

    return Case.objects.filter(holder_id=unit_id, state__in=[Case.State.REGISTERED, Case.State.HANDLING]).count()
