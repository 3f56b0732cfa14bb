from django.apps import AppConfig


class RelayConfig(AppConfig):
    name = "tongti.relay"
    label = "relay"
    verbose_name = "接力"

    def ready(self) -> None:
        """A unit that holds open batons cannot be switched off: units cannot see batons, so we count them for it.

        A changed calendar asks the batons, as it cannot see them either, what it does to their dates.
        """
        from tongti.deadlines.recounts import KEEPERS
        from tongti.relay.recounts import RULINGS, BatonDeadlines
        from tongti.units.actions import before_switching_off

        KEEPERS[BatonDeadlines.kind] = BatonDeadlines()
        KEEPERS[RULINGS.kind] = RULINGS
        before_switching_off("根接力棒", _open_batons_at)


def _open_batons_at(unit_id: int) -> int:
    from tongti.relay.models import OPEN, Baton

    return Baton.objects.filter(unit_id=unit_id, state__in=OPEN).count()
