"""Puts the parts together; no models."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Registers the checks of this installation's configuration."""

    name = "tongti.project"
    verbose_name = "项目"

    def ready(self) -> None:
        """Import for the side effect of registering."""
        from tongti.project import checks  # noqa: F401  (needs the app registry)
