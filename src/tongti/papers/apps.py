from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "tongti.papers"
    verbose_name = "公文"

    def ready(self) -> None:
        """Visits and lifting do not know each other; whoever puts both on one paper tells the one of the other."""
        from tongti.papers.levels import listed_level
        from tongti.visits.counting import level_listed_by

        level_listed_by(listed_level)
