"""Registers the room."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.ledger"
    label = "ledger"
