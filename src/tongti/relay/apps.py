from django.apps import AppConfig


class RelayConfig(AppConfig):
    name = "tongti.relay"
    label = "relay"
    verbose_name = "接力"

    def ready(self) -> None:
        """A unit that holds open batons cannot be switched off: units cannot see batons, so we count them for it."""
        from tongti.units.actions import before_switching_off

        before_switching_off("根接力棒", _open_batons_at)


def _open_batons_at(unit_id: int) -> int:
    from tongti.relay.models import OPEN, Baton

    return Baton.objects.filter(unit_id=unit_id, state__in=OPEN).count()
