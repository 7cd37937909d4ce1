"""The frame's own actions and places, and the gathering of those that rooms add."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import KeyAction, Place, connect, places

ACTIONS = (
    KeyAction("palette", _("Find anything, do anything"), "mod+k"),
    KeyAction("help", _("Keyboard shortcuts"), "?"),
    KeyAction("theme", _("Light or dark")),
    KeyAction("print", _("Print this page")),
    KeyAction("leave", _("Leave the text, close a window"), "Escape", fixed=True),
)

PLACES = (
    Place("start", _("My day"), "start", "home", key="h"),
    Place(
        "style",
        _("Style of the pages"),
        "style",
        "palette",
        role="admin",
        group="records",
        note=_("Every part that pages are made of, in both languages, light and dark."),
    ),
    Place(
        "audit",
        _("Audit trail"),
        "audit",
        "history",
        role="admin",
        group="records",
        note=_("Every write: who, what, when, from where. Search it, take it with you."),
    ),
    Place("admin", _("Administration"), "admin", "settings", key="a", role="lead"),
    Place(
        "api-docs",
        _("The API's description"),
        "api-docs",
        "api",
        role="admin",
        group="links",
        note=_("Every call that a program may make, with its fields and errors."),
    ),
)


def address_of(place: Place) -> str:
    """Where a place is; NoReverseMatch when no room has its address."""
    return _path(place.url, get_script_prefix()) + (f"?{place.query}" if place.query else "")


@cache
def _path(name: str, _prefix: str) -> str:
    """A page asks a hundred times; the addresses stand while the process does."""
    return reverse(name)


def reachable(role: str) -> list[Place]:
    """The places that somebody with this role may open. One whose address no room has is left out, so that
    it does not take all pages with it; a test names it."""
    found = []
    for place in places(role):
        with contextlib.suppress(NoReverseMatch):
            address_of(place)
            found.append(place)
    return found


def gather() -> None:
    """Collect what each room's `frame.py` adds; called once when the site starts."""
    apps_in_order = sorted(apps.get_app_configs(), key=lambda app: app.name != "goldseam.site")
    rooms = [module for app in apps_in_order for module in _frames(app)]
    connect(_all(rooms, "ACTIONS"), _all(rooms, "PLACES"))


def _frames(app: AppConfig) -> Iterator[Any]:
    own = app.module is not None and app.name.startswith("goldseam.") and app.name != "goldseam.core"
    if own and module_has_submodule(app.module, "frame"):
        yield import_module(f"{app.name}.frame")


def _all(rooms: Iterable[Any], name: str) -> list[Any]:
    return [entry for room in rooms for entry in getattr(room, name, ())]
