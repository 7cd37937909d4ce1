"""Registers the room."""

from django.apps import AppConfig


class CommerceConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.commerce"
    label = "commerce"
