"""What each role may do, in words that people read; `tests/people/test_roles.py` holds it to what happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Duty:
    """Something people do, and the lowest role that may."""

    label: str | Promise
    role: str


DUTIES = (
    Duty(_("Read and answer every conversation of the shop, assign, snooze, close"), "agent"),
    Duty(_("Grant remedies up to one's own limit, and ask for more"), "agent"),
    Duty(_("Read articles, correct the copilot, say that an answer does not help"), "agent"),
    Duty(_("Decide against a rule with a written reason"), "lead"),
    Duty(_("Change policies, try them out, publish together with a second person"), "lead"),
    Duty(_("Write, change and archive articles"), "lead"),
    Duty(_("Invite people, change roles and limits, let people go"), "admin"),
    Duty(_("Form teams and name who leads them"), "admin"),
    Duty(_("Issue keys for programs, set webhooks, read the audit trail"), "admin"),
)
