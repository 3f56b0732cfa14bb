from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "tongti.deadlines"
    label = "deadlines"
    verbose_name = "时限"

    def ready(self) -> None:
        """Regimes travel as files like the catalogues below do."""
        from tongti.deadlines.books import Regimes
        from tongti.units import transfer

        transfer.KINDS["regimes"] = Regimes
