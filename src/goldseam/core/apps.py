"""Registers the core's tables."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Technique without domain."""

    name = "goldseam.core"
    label = "core"
