"""What people choose for themselves: name, language, look, sounds, signature, keys."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.core import frame
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.people.models import Agent, Theme

OWN = ("name", "language", "timezone", "theme", "density", "sounds", "desktop_notices", "signature")
"""The settings that a person changes."""

_STROKE = r"(?:(?:mod|ctrl|meta|alt|shift)\+)*(?:\S|[A-Z][A-Za-z0-9]{1,11})"
_KEY = re.compile(rf"{_STROKE}(?: {_STROKE})?")
_TAKEN = re.compile(
    r"(?:shift\+)?(?:Escape|Enter|Tab|Space|Backspace|Delete|Home|End|Page(?:Up|Down)|Arrow\w+)"
    r"|mod\+(?:[acvxzyfnprtw0+\-]|Enter)|mod\+shift\+[nptwr]|F5|F11|F12"
)
"""Keys that fields, pages and browsers need."""


def change_me(agent: Agent, **wanted: Any) -> None:
    """A person's own settings, of those in OWN; the others stay."""
    for name, value in wanted.items():
        if name not in OWN:
            raise TypeError(f"{name} is no setting")
        setattr(agent, name, value)
    agent.save(update_fields=list(wanted))


def set_theme(agent: Agent, theme: str) -> None:
    """Light, dark, or as the device says."""
    if theme not in Theme.values:
        raise DomainError(gettext_noop("Choose light, dark or like the device."), field="theme")
    change_me(agent, theme=theme)


@transaction.atomic
def choose_key(agent: Agent, action_id: str, key: str) -> None:
    """Do an action by another key ("" for none). Keys of fields and browsers, and those that another action
    has or begins with, are refused by name."""
    row = Agent.objects.select_for_update().get(pk=agent.pk)
    action = _changeable(action_id)
    key = key.strip()
    if key and (not _KEY.fullmatch(key) or any(_TAKEN.fullmatch(stroke) for stroke in key.split(" "))):
        text = _("The key “%(key)s” belongs to the browser or to the fields of a page.") % {"key": key}
        raise DomainError(text, code="key_reserved", field="key")
    rival = _rival(action_id, key, row.keys) if key else None
    if rival is not None:
        text = _("“%(key)s” does “%(other)s” already. Give that another key first.")
        raise Conflict(text % {"key": key, "other": rival.label}, code="key_taken", field="key")
    kept = {name: value for name, value in row.keys.items() if name != action_id}
    row.keys = kept if key == action.key else kept | {action_id: key}
    row.save(update_fields=["keys"])
    agent.keys = row.keys


@transaction.atomic
def reset_key(agent: Agent, action_id: str) -> None:
    """Back to the usual key, which must be free."""
    choose_key(agent, action_id, _changeable(action_id).key)


def reset_keys(agent: Agent) -> None:
    """All actions have their usual keys again."""
    agent.keys = {}
    agent.save(update_fields=["keys"])


def _changeable(action_id: str) -> frame.KeyAction:
    for action in frame.actions():
        if action.id == action_id and not action.fixed:
            return action
    raise NotFound(gettext_noop("There is no such action."))


def _rival(action_id: str, key: str, chosen: dict[str, str]) -> frame.KeyAction | None:
    """The action that would be in the way: with the same key, or with one that begins with this one or
    that this one begins with."""
    keys = frame.keys_of(chosen)
    usual = _changeable(action_id).key
    for action in frame.actions():
        other = keys[action.id]
        if action.id == action_id or not other:
            continue
        both_usual = other == action.key and key == usual
        if both_usual:  # rooms agreed that the two never stand on one page
            continue
        if other == key or other.startswith(f"{key} ") or key.startswith(f"{other} "):
            return action
    return None
