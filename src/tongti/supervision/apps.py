from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "tongti.supervision"
    label = "supervision"
    verbose_name = "督办"

    def ready(self) -> None:
        """A changed calendar asks the dates that are kept here what it does to them."""
        from tongti.deadlines.recounts import KEEPERS
        from tongti.supervision.recounts import ITEMS, RECHECKS

        KEEPERS.update({keeper.kind: keeper for keeper in (ITEMS, RECHECKS)})
