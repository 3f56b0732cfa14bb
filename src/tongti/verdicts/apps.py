from django.apps import AppConfig


class VerdictsConfig(AppConfig):
    name = "tongti.verdicts"
    label = "verdicts"
    verbose_name = "评价"

    def ready(self) -> None:
        """A changed calendar asks the dates that are kept here what it does to them."""
        from tongti.deadlines.recounts import KEEPERS
        from tongti.verdicts.recounts import CALL_BACKS

        KEEPERS[CALL_BACKS.kind] = CALL_BACKS
