from django.apps import AppConfig


class LinkupsConfig(AppConfig):
    name = "tongti.linkups"
    label = "linkups"
    verbose_name = "供需对接"

    def ready(self) -> None:
        """What a firm needs and offers goes with its entry when that is merged."""
        from tongti.parties.links import Link, moves_with_a_firm

        moves_with_a_firm(Link("linkups.Listing", "firm", "条需求、供给", verb="listing.firm_merged"))
