"""Labels and saved views of the demo shop."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any

from goldseam.conversations.actions import label_conversation, make_label, make_view
from goldseam.conversations.filters import VERSION, read_filter
from goldseam.conversations.inbox import newest_of_issue
from goldseam.conversations.queries import conversations_by_ids
from goldseam.people.queries import Role, agents_of, memberships_in

if TYPE_CHECKING:
    from goldseam.people.models import Shop

_MOST_PER_ISSUE = 14


@cache
def lists() -> dict[str, Any]:
    """The labels and views as they stand in the data file."""
    return tomllib.loads((files(__package__) / "data" / "lists.toml").read_text("utf-8"))


def load_lists(shop: Shop, chance: Random, *, actor: str) -> None:
    """Make the labels, put them on some conversations of the issues that they are for, and save the views."""
    ids = {}
    for entry in lists()["labels"]:
        label = make_label(
            shop, entry["name"], colour=entry["colour"], description=entry["description"], actor=actor
        )
        ids[label.name] = label.pk
        for issue in entry["issues"]:
            some = newest_of_issue(shop.pk, issue, _MOST_PER_ISSUE)
            carriers = sorted(pk for pk in some if chance.random() < 0.5)
            for conversation in conversations_by_ids(carriers):
                label_conversation(conversation, add=[label.pk], actor=actor)
    _save_views(shop, ids, actor)


def _save_views(shop: Shop, labels: dict[str, int], actor: str) -> None:
    leads = [m.agent for m in memberships_in(shop.pk) if m.role != Role.AGENT]
    for entry in lists()["views"]:
        where = json.loads(entry["where"], object_hook=lambda node: _with_ids(node, labels))
        tree = read_filter({"version": VERSION, "where": where})
        owners = leads[:1] if entry["scope"] == "shop" else list(agents_of(shop.pk))
        for owner in owners:
            make_view(
                shop, owner, entry["name"], tree, scope=entry["scope"], order=entry["order"], actor=actor
            )


def _with_ids(node: dict[str, Any], labels: dict[str, int]) -> dict[str, Any]:
    if node.get("field") == "label":
        return node | {"value": [labels[name] for name in node["value"]]}
    return node
