"""Registers the room."""

from django.apps import AppConfig


class SlaConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.sla"
    label = "sla"
