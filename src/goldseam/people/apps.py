"""Registers the room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.people"
    label = "people"
