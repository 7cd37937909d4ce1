"""Registers the room."""

from django.apps import AppConfig


class HelpCentreConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.channels.helpcentre"
    label = "helpcentre"
