"""The demo shop's product sheets and guides, from their TOML files."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

from goldseam.knowledge.guide_actions import (
    position,
    save_guide,
    say_helped,
    set_public,
    start_walk,
    take_answer,
    tree_of,
)
from goldseam.knowledge.sheet_actions import save_sheet

if TYPE_CHECKING:
    from random import Random

    from goldseam.knowledge.models import Guide
    from goldseam.people.models import Shop

_WALKS = 40
_GIVE_UP, _SAYS = 0.08, 0.6
_HELPED = {"fixed": 0.85, "normal": 0.9}


def load_sheets(shop: Shop) -> None:
    """Write all of them; those that are there already stay as they are."""
    folder = files(__package__) / "data" / "sheets"
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".toml"):
            values = tomllib.loads(path.read_text(encoding="utf-8"))
            save_sheet(shop, path.name.removesuffix(".toml"), values, actor="demo")


def load_guides(shop: Shop, chance: Random) -> None:
    """The demo shop's guides, opened to customers, with the walks of some weeks."""
    folder = files(__package__) / "data" / "guides"
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not path.name.endswith(".toml"):
            continue
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        guide, is_new = save_guide(shop, path.name.removesuffix(".toml"), values, actor="demo")
        if is_new:
            set_public(guide, True, "demo")
            for _number in range(_WALKS):
                _walk(guide, chance)


def _walk(guide: Guide, chance: Random) -> None:
    """One customer's way: some give up, most come to an end and half of those say whether it helped."""
    walk = start_walk(guide)
    tree = tree_of(walk)
    while not walk.end:
        if chance.random() < _GIVE_UP:
            return
        here = position(tree, walk.path)
        step = tree.step(here)
        if step is None:
            return
        walk = take_answer(walk, here, chance.randrange(len(step.answers)))
    if chance.random() < _SAYS:
        say_helped(walk, chance.random() < _HELPED.get(walk.end_kind, 0.3))
