"""Registers the room."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.knowledge"
    label = "knowledge"
