"""The shell: connects the rooms when Django is ready."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The only ring that knows all rooms."""

    name = "goldseam.site"
    label = "site"

    def ready(self) -> None:
        """Hand the wiring table to the event bus, and gather what the rooms add to the frame."""
        from goldseam.core.events import connect
        from goldseam.site.frame import gather
        from goldseam.site.logs import configure
        from goldseam.site.wiring import WIRING

        configure()
        connect(WIRING)
        gather()
