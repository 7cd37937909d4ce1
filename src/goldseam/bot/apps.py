"""Registers the room."""

from django.apps import AppConfig


class BotConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.bot"
    label = "bot"
