"""What the demo shop is made of, read from its data files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Good:
    """A product of the demo shop; `short` is what customers call it."""

    sku: str
    category: str
    title: str
    title_en: str
    short: str
    short_en: str
    price: float
    price_usd: float


@cache
def goods() -> tuple[Good, ...]:
    """All products, in the file's order."""
    return tuple(Good(**entry) for entry in _read("products.toml")["products"])


@cache
def world() -> dict[str, Any]:
    """Names, places, carriers and what their scans say."""
    return _read("world.toml")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / name).read_text("utf-8"))
