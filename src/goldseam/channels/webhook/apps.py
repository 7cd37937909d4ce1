"""Registers the room."""

from django.apps import AppConfig


class WebhookConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.channels.webhook"
    label = "webhook"
