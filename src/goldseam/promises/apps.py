"""Registers the room."""

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.promises"
    label = "promises"
