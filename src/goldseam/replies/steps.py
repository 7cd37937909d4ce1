"""What a macro does besides its text, as JSON:

    {"note": "…", "remedy": "expedite", "priority": "P1", "assign": "me" | "nobody" | 7,
     "labels": [3], "snooze": "tomorrow", "close": {"outcome": "accepted", "cause": "carrier"}}

Any may be missing; a conversation is either snoozed or closed, not both. They are done in this order, the
text after the note, snoozing or closing last. A label that was removed meanwhile is passed over."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from goldseam.conversations.actions import PRIORITIES
from goldseam.conversations.queries import OUTCOMES, PRESETS
from goldseam.core.errors import DomainError

KINDS = ("note", "remedy", "priority", "assign", "labels", "snooze", "close")
_CODE = re.compile(r"[a-z_]{1,30}")


def check_steps(
    steps: dict[str, Any], causes: set[str], people: set[int], labels: set[int]
) -> dict[str, Any]:
    """The steps without the empty ones. Raises DomainError that names the field; `causes`, `people` and
    `labels` are what the shop knows."""
    found = {kind: steps[kind] for kind in KINDS if steps.get(kind)}
    if "priority" in found and found["priority"] not in PRIORITIES:
        raise DomainError(
            _("Unknown priority; there are %(all)s.") % {"all": ", ".join(PRIORITIES)}, field="priority"
        )
    if "remedy" in found and not _CODE.fullmatch(str(found["remedy"])):
        raise DomainError(_("Unknown remedy."), field="remedy")
    if "snooze" in found and found["snooze"] not in PRESETS:
        raise DomainError(
            _("Unknown time to snooze; there are %(all)s.") % {"all": ", ".join(PRESETS)}, field="snooze"
        )
    if "assign" in found and found["assign"] not in ("me", "nobody") and found["assign"] not in people:
        raise DomainError(_("This person does not work for the shop."), field="assign")
    if not labels.issuperset(found.get("labels", ())):
        raise DomainError(_("There is no such label."), field="labels")
    if "close" in found:
        if "snooze" in found:
            raise DomainError(_("A macro snoozes or closes, not both."), field="close")
        found["close"] = {name: str(found["close"].get(name) or "") for name in ("outcome", "cause")}
        _check_close(found["close"], causes)
    return found


def _check_close(close: dict[str, Any], causes: set[str]) -> None:
    if close.get("outcome") and close["outcome"] not in OUTCOMES:
        raise DomainError(
            _("Unknown outcome; there are %(all)s.") % {"all": ", ".join(OUTCOMES)}, field="outcome"
        )
    if close.get("cause") and close["cause"] not in causes:
        raise DomainError(
            _("Unknown cause; there are %(all)s.") % {"all": ", ".join(sorted(causes)) or "–"}, field="cause"
        )
