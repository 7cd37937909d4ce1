"""Registers the room."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PoliciesConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.policies"
    label = "policies"

    def ready(self) -> None:
        """Every release leaves its packs in the database, so that decisions under them stay replayable."""
        post_migrate.connect(_keep_packs, sender=self)


def _keep_packs(using: str, **more: Any) -> None:
    from goldseam.policies.actions import keep_shipped_packs

    keep_shipped_packs(using)
