"""What rooms add to the frame around the pages: actions with keys, and places to go.

A room names its own in `<room>/frame.py` as `ACTIONS` and `PLACES`; when the site starts, all are gathered
here. From them come the command palette, the list of keys, the settings of keys and the admin pages.

An action runs by pressing what carries `data-action="<id>"` in the page, or by whatever a module registered
under that id (see `site/static/site/keys.js`); without either it is not offered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

CONTEXTS: dict[str, str | Promise] = {
    "anywhere": _("Everywhere"),
    "list": _("In the list"),
    "conversation": _("In a conversation"),
    "writing": _("While writing"),
    "go": _("Go to"),
}
"""Where an action belongs, in the order in which people read about it."""

GROUPS: dict[str, str | Promise] = {
    "work": _("Work"),
    "people": _("People and access"),
    "rules": _("Rules and times"),
    "words": _("Texts and labels"),
    "money": _("Money"),
    "links": _("Programs"),
    "records": _("Records"),
}
"""How places are grouped; all but "work" stand on the admin page."""

RANKS = {"agent": 0, "lead": 1, "admin": 2}
"""Which role reaches how far; a place is shown to its role and those above."""


@dataclass(frozen=True, slots=True)
class KeyAction:
    """Something a key does. `id` "reply"; `key` its usual key: "r", "shift+a", "mod+k" (Ctrl, or Command on
    a Mac), "g i" (one after the other), or empty; `context` one of CONTEXTS. The key of a `fixed` one cannot
    be changed: it is listed, and handled by the field or list that it belongs to."""

    id: str
    label: str | Promise
    key: str = ""
    context: str = "anywhere"
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A page to go to. `url` is the name of its address, `query` what follows it ("view=mine"); `key` the
    letter after g; `role` the lowest role that may open it; `group` one of GROUPS; `note` one sentence that
    says what is done there."""

    id: str
    label: str | Promise
    url: str
    icon: str
    query: str = ""
    key: str = ""
    role: str = "agent"
    group: str = "work"
    note: str | Promise = ""


_actions: tuple[KeyAction, ...] = ()
_places: tuple[Place, ...] = ()


def connect(actions: Iterable[KeyAction], places: Iterable[Place]) -> None:
    """Take over what the rooms add; called once when the site starts."""
    global _actions, _places
    pages = tuple(places)
    going = (KeyAction(f"go-{place.id}", place.label, f"g {place.key}", "go") for place in pages if place.key)
    order = list(CONTEXTS)
    _actions = tuple(sorted((*actions, *going), key=lambda action: order.index(action.context)))
    _places = pages


def problems() -> list[str]:
    """What does not fit together: two of one id, two with one usual key where they may meet (in one context),
    unknown groups and roles."""
    found = _twice("action", [action.id for action in _actions])
    found += _twice("place", [place.id for place in _places])
    keys = [f"{action.context} {action.key}" for action in _actions if action.key and not action.fixed]
    found += _twice("key", keys)
    for place in _places:
        if place.group not in GROUPS or place.role not in RANKS:
            found.append(f"place {place.id}: unknown group {place.group!r} or role {place.role!r}")
    return found


def actions() -> tuple[KeyAction, ...]:
    """All actions with keys, by context; going to a place is one of them ("go-mine")."""
    return _actions


def places(role: str) -> tuple[Place, ...]:
    """The places that somebody with this role may open."""
    return tuple(place for place in _places if RANKS[place.role] <= RANKS[role])


def keys_of(chosen: dict[str, str]) -> dict[str, str]:
    """Every action's key as a person has it: the one they chose, else the usual one; "" for none."""
    return {
        action.id: action.key if action.fixed else chosen.get(action.id, action.key) for action in _actions
    }


def _twice(what: str, names: list[str]) -> list[str]:
    return [f"{what} {name!r} is there twice" for name, times in Counter(names).items() if times > 1]
