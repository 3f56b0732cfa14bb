from django.apps import AppConfig


class WindowConfig(AppConfig):
    name = "tongti.window"
    label = "window"
    verbose_name = "办不成事窗口"

    def ready(self) -> None:
        """Service items travel as files like the catalogues below do."""
        from tongti.units import transfer
        from tongti.window.books import ServiceItems

        transfer.KINDS["service_items"] = ServiceItems
