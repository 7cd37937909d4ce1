"""Registers the room."""

from django.apps import AppConfig


class RepliesConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.replies"
    label = "replies"
