"""Sentences about requests, in the reader's language."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from django.template import engines
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from goldseam.policies.table import said

if TYPE_CHECKING:
    from goldseam.approvals.authority import Ceiling, Spent
    from goldseam.approvals.models import ApprovalRequest

_SHOWN = 30
_REMEDY = "{% load codes %}{{ code|remedy_name }}"
_MONEY = "{% load shell %}{{ amount|money:currency }}"


def remedy_words(code: str) -> str:
    """A remedy's name. The names belong to a higher room, which lends them to every template."""
    return str(_template(_REMEDY).render({"code": code}))


def money_words(amount: Decimal, currency: str) -> str:
    """An amount as everywhere on the site."""
    return str(_template(_MONEY).render({"amount": amount, "currency": currency}))


def asked_words(request: ApprovalRequest) -> str:
    """What is asked for: the remedy, with its amount where it costs money; or the first of the words."""
    name = remedy_words(request.remedy)
    if request.is_wording:
        return _("%(name)s: %(words)s") % {"name": name, "words": Truncator(request.reply).chars(_SHOWN)}
    return f"{name} {money_words(request.amount, request.currency)}" if request.amount else name


def rule_words(request: ApprovalRequest, part: str = "words") -> str:
    """The rule that spoke of it (or its "source"), in the reader's language or whatever it has; empty when
    none did."""
    return said((request.words or {}).get(part) or {}, get_language() or "")


def forbidden_by(request: ApprovalRequest) -> str:
    """Why it cannot be asked for."""
    return _("Not allowed by the rule: %(rule)s. No exception can be asked for.") % {
        "rule": rule_words(request) or request.policy
    }


def closed_by(request: ApprovalRequest) -> str:
    """Why a conversation cannot be closed."""
    return _("“%(what)s” still waits for approval: withdraw the request, or wait for the decision.") % {
        "what": asked_words(request)
    }


def over_authority(problem: str, most: Ceiling, spent: Spent, currency: str) -> str:
    """Which limit stands in the way, how high it is, and what can be done."""
    if problem == "never":
        return _("The policy leaves this remedy to a higher role. Pass the request on, or refuse it.")
    if problem == "per_day":
        return _("This passes your limit of the day: %(spent)s of %(most)s are granted. Pass it on.") % {
            "spent": money_words(spent.day, currency),
            "most": money_words(most.per_day or Decimal(0), currency),
        }
    if problem == "per_month":
        return _("This passes your limit of the month: %(spent)s of %(most)s are granted. Pass it on.") % {
            "spent": money_words(spent.month, currency),
            "most": money_words(most.per_month or Decimal(0), currency),
        }
    return _("This is more than you may grant in one case (%(most)s). Lower the amount, or pass it on.") % {
        "most": money_words(most.per_case or Decimal(0), currency)
    }


@cache
def _template(text: str) -> Any:
    return engines["django"].from_string(text)
