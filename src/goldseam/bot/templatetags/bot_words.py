"""Names of the bot's codes for its pages."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()

_LIMITS: dict[str, str | Promise] = {
    "most_turns": _("Turns in one talk, then people go on"),
    "confirm_minutes": _("Minutes a change waits for a clear yes"),
    "change_minutes": _("Minutes the shop's system may take for a change"),
    "assumed_hours": _("Hours of silence that are taken as solved"),
    "back_days": _("Days in which what comes back stays with whoever served it"),
}
_CHANNELS: dict[str, str | Promise] = {
    "": _("All channels"),
    "webchat": _("Chat on the shop's page"),
    "api": _("Programs"),
    "email": _("E-mail"),
    "wecom": _("WeCom"),
}


@register.filter
def limit_name(code: str) -> str:
    """What a number limits."""
    return str(_LIMITS.get(code, code))


@register.filter
def channel_name(code: str) -> str:
    """The channel."""
    return str(_CHANNELS.get(code, code))
