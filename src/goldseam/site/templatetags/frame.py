"""What the frame knows about the page's reader: actions with their keys, places, taste."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from goldseam.core import frame
from goldseam.site.frame import address_of, reachable
from goldseam.site.verbs import origin_words, verb_words

register = template.Library()
_OTHER = {"en": "zh-hans", "zh-hans": "en"}


@register.simple_tag(takes_context=True)
def frame_data(context: dict[str, Any]) -> SafeString:
    """The registry as data for the page's modules: what can be done, by which of this person's keys, and
    where they can go. Every label comes in the other language too, because people search in either."""
    request = context["request"]
    agent = request.user
    keys = frame.keys_of(agent.keys)
    places = reachable(request.membership.role)
    open_to = {f"go-{place.id}" for place in places}
    actions = [a for a in frame.actions() if a.context != "go" or a.id in open_to]
    with override(_OTHER.get(agent.language, "en")):
        also = {action.id: str(action.label) for action in actions}
        also |= {place.id: str(place.label) for place in places}
    data = {
        "person": agent.pk,
        "contexts": {code: str(name) for code, name in frame.CONTEXTS.items()},
        "words": {
            "actions": _("Do"),
            "places": _("Go to"),
            "recent": _("Recent"),
            "count": _("{n} entries"),
        },
        "actions": [
            {
                "id": action.id,
                "label": str(action.label),
                "also": [also[action.id]],
                "key": keys[action.id],
                "context": action.context,
                "fixed": action.fixed,
            }
            for action in actions
        ],
        "places": [
            {
                "id": place.id,
                "label": str(place.label),
                "also": [also[place.id]],
                "key": keys.get(f"go-{place.id}", ""),
                "href": place_address(place),
                "icon": place.icon,
            }
            for place in places
        ],
    }
    return json_script(data, "frame")


@register.filter
def place_address(place: frame.Place) -> str:
    """Where a place is."""
    return address_of(place)


@register.simple_tag(takes_context=True)
def admin_groups(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The admin pages that this person may open, by group."""
    places = reachable(context["request"].membership.role)
    groups = [
        {"code": code, "name": name, "places": [place for place in places if place.group == code]}
        for code, name in frame.GROUPS.items()
        if code != "work"
    ]
    return [group for group in groups if group["places"]]


@register.filter
def reached_by(needed: str, role: str) -> bool:
    """Whether somebody with `role` may do what needs the role `needed`."""
    return frame.RANKS[role] >= frame.RANKS[needed]


@register.filter
def verb_name(verb: str) -> str:
    """A verb of the audit trail in words."""
    return verb_words(verb)


@register.filter
def origin_name(origin: str) -> str:
    """Where a write came from, in words."""
    return origin_words(origin)


@register.filter
def plain(value: object) -> str:
    """A stored value for people: lists with commas, nothing as a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(plain(entry) for entry in value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {plain(entry)}" for name, entry in value.items()) or "–"
    return str(value)
