"""The demo shop's product sheets, from their TOML files."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

from goldseam.knowledge.sheet_actions import save_sheet

if TYPE_CHECKING:
    from goldseam.people.models import Shop


def load_sheets(shop: Shop) -> None:
    """Write all of them; those that are there already stay as they are."""
    folder = files(__package__) / "data" / "sheets"
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".toml"):
            values = tomllib.loads(path.read_text(encoding="utf-8"))
            save_sheet(shop, path.name.removesuffix(".toml"), values, actor="demo")
