"""Registers the made-up shop, for its page's templates and texts."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """See docs/map.md for what it holds."""

    name = "goldseam.demo"
    label = "demo"
