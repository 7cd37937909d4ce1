"""Registers the room."""

from django.apps import AppConfig


class CopilotConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.copilot"
    label = "copilot"
