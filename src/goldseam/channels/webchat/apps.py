"""Registers the room."""

from django.apps import AppConfig


class WebchatConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.channels.webchat"
    label = "webchat"
