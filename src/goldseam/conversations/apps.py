"""Registers the room."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.conversations"
    label = "conversations"
