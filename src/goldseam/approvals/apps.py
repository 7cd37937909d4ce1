"""Registers the room."""

from __future__ import annotations

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """See docs/map.md for what the room holds."""

    name = "goldseam.approvals"
    label = "approvals"
