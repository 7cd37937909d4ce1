"""What the room tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackPublished:
    """From now on this version decides; `label` as it stands beside each decision ("shop.default@3")."""

    shop_id: int
    version_id: int | None
    label: str


@dataclass(frozen=True, slots=True)
class TryOutRequested:
    """Somebody wants to see what a version would have decided in the past."""

    shop_id: int
    tryout_id: int
