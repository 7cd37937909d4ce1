"""The switchboard's writes: how far the bot may go, and its times and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from goldseam.bot.models import BotSettings, Mode, Switch
from goldseam.bot.queries import served_issues, settings_of, switches_of
from goldseam.core import audit
from goldseam.core.errors import DomainError

if TYPE_CHECKING:
    from goldseam.people.models import Shop

LIMITS: dict[str, tuple[int, int]] = {
    "most_turns": (2, 60),
    "confirm_minutes": (1, 240),
    "change_minutes": (1, 1440),
    "assumed_hours": (1, 720),
    "back_days": (0, 60),
}
"""The least and the most of each number."""


@transaction.atomic
def set_switches(shop: Shop, chosen: Mapping[tuple[str, str], str], *, actor: str) -> None:
    """Write the switchboard: (issue, channel) → mode; what is left out follows the more general rows."""
    known = {"", *served_issues()}
    for (issue, channel), mode in chosen.items():
        if issue not in known or len(channel) > 20:
            raise DomainError(gettext_noop("There is no such issue or channel."), field="mode")
        if mode not in Mode.values:
            raise DomainError(gettext_noop("Choose off, suggest or answer."), field="mode")
    before = switches_of(shop.pk)
    if before == dict(chosen):
        return
    Switch.objects.filter(shop=shop).delete()
    Switch.objects.bulk_create(
        Switch(shop=shop, issue=issue, channel=channel, mode=mode)
        for (issue, channel), mode in chosen.items()
    )
    audit.record(
        shop.pk, actor, "bot.switched", f"shop-{shop.pk}", before=_plain(before), after=_plain(chosen)
    )


@transaction.atomic
def set_limits(shop: Shop, numbers: Mapping[str, str], *, actor: str) -> BotSettings:
    """Write times and limits as people type them."""
    row = settings_of(shop.pk)
    before = {name: getattr(row, name) for name in LIMITS}
    for name, (least, most) in LIMITS.items():
        typed = numbers.get(name, "").strip()
        if not typed.isascii() or not typed.isdecimal() or not least <= int(typed) <= most:
            raise DomainError(f"{name}: {least} – {most}", field=name)
        setattr(row, name, int(typed))
    after = {name: getattr(row, name) for name in LIMITS}
    if before != after:
        row.save()
        audit.record(shop.pk, actor, "bot.limits", f"shop-{shop.pk}", before=before, after=after)
    return row


def _plain(switches: Mapping[tuple[str, str], str]) -> dict[str, str]:
    return {f"{issue or '*'} {channel or '*'}": mode for (issue, channel), mode in sorted(switches.items())}
