"""Names of the taxonomy's codes for every template: `{{ row.issue|issue_name }}`."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from goldseam.copilot import codes

register = template.Library()

_MOOD_ICONS = {
    "calm": "mood-smile",
    "anxious": "mood-nervous",
    "disappointed": "mood-sad",
    "angry": "mood-angry",
    "distressed": "mood-cry",
    "grateful": "mood-happy",
}


def _name(table: Mapping[str, str | Promise], code: object) -> str:
    return str(table.get(str(code or ""), code or ""))


@register.filter
def issue_name(code: str) -> str:
    """The issue, or that it is not known yet."""
    return _name(codes.ISSUES, code) if code else _("Not assessed")


@register.filter
def tone_name(code: str) -> str:
    """What is wrong with the sound of some words."""
    return _name(codes.TONES, code)


@register.filter
def emotion_name(code: str) -> str:
    """The mood."""
    return _name(codes.EMOTIONS, code)


@register.filter
def mood_icon(code: str) -> str:
    """The face that goes with a mood's name."""
    return _MOOD_ICONS.get(code, "mood-empty")


@register.filter
def intensity_name(value: int) -> str:
    """How strong a mood is, in words."""
    names = (_("none"), _("mild"), _("strong"), _("extreme"))
    return names[value] if 0 <= value < len(names) else ""


@register.filter
def signal_name(code: str) -> str:
    """The danger sign."""
    return _name(codes.SIGNALS, code)


@register.filter
def party_name(code: str) -> str:
    """The liable party."""
    return _name(codes.PARTIES, code)


@register.filter
def remedy_name(code: str) -> str:
    """The remedy, or what else approval was asked for."""
    return _name(codes.ASKED, code)


@register.filter
def risk_name(code: str) -> str:
    """The risk level."""
    return _name(codes.RISK_LEVELS, code)


@register.filter
def handover_name(code: str) -> str:
    """Why a person must take over."""
    return _name(codes.HANDOVERS, code)


@register.filter
def priority_name(code: str) -> str:
    """What a priority asks for."""
    return {
        "P0": _("Now"),
        "P1": _("High risk"),
        "P2": _("Normal"),
        "P3": _("Can wait"),
    }.get(code, code)


@register.filter
def order_reason(code: str) -> str:
    """How the copilot knows which order is meant."""
    return _name(codes.ORDER_REASONS, code)


@register.simple_tag
def remedy_choices() -> list[tuple[str, str]]:
    """All remedies, (code, name), for a list to choose from."""
    return [(code, str(name)) for code, name in codes.REMEDIES.items()]
