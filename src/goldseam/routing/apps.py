"""Registers the room."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.routing"
    label = "routing"
