"""What the simulator's pages show, and the figures of its charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils import timezone

from goldseam.approvals.simulator import currencies_of, limit_now, pack_of, past_requests
from goldseam.core.errors import Conflict
from goldseam.engine.authority.simulate import ENOUGH, WANTED, simulate, simulate_all
from goldseam.workshop.load_terms import load_terms

if TYPE_CHECKING:
    from goldseam.core.http import PageRequest
    from goldseam.engine.authority.facts import Outlook, Simulation

SPANS = (90, 180, 365)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    currency: str
    days: int
    issue: str
    limit: Decimal | None

    @classmethod
    def of(cls, request: PageRequest) -> Asked:
        """Unknown values are the usual ones."""
        days = request.GET.get("days", "")
        issue = request.GET.get("issue", "")
        return cls(
            (request.GET.get("currency", "").upper()[:3] or request.shop.currency),
            int(days) if days in {str(span) for span in SPANS} else SPANS[1],
            issue if issue in load_terms().issues else "",
            _amount(request.GET.get("limit", "")),
        )

    def address(self, **other: Any) -> str:
        """The address's part that asks for the same, with some of it changed."""
        return urlencode({"currency": self.currency, "days": self.days, "issue": self.issue} | other)


def _amount(text: str) -> Decimal | None:
    try:
        value = Decimal(text[:12])
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 < value < 10**9 else None


def overview(request: PageRequest) -> dict[str, Any]:
    """Every issue with what its past supports, and one of them in detail."""
    asked, now = Asked.of(request), timezone.now()
    past = past_requests(request.shop.pk, asked.currency, now - timedelta(days=asked.days))
    found = simulate_all(past)
    chosen = next((part for part in found if part.issue == asked.issue), found[0])
    try:
        ref, body = pack_of(request.shop.pk, asked.currency)
        now_limit, pack = limit_now(body), ref.label
    except Conflict:
        now_limit, pack = None, ""
    return {
        "asked": asked,
        "spans": SPANS,
        "currencies": currencies_of(request.shop, now, asked.days),
        "rows": [(part, _best(part), asked.address(issue=part.issue)) for part in found],
        "chosen": chosen,
        "outlook": _shown(chosen, asked.limit, now_limit),
        "now_limit": now_limit,
        "pack": pack,
        "data_address": asked.address(),
        "enough": ENOUGH,
        "wanted": WANTED,
        "has_past": bool(past),
        "limits": [outlook.limit for outlook in chosen.outlooks],
    }


def _best(part: Simulation) -> Outlook | None:
    limit = part.suggestion.limit
    return part.at(limit) if limit is not None else None


def _shown(part: Simulation, wanted: Decimal | None, now: Decimal | None) -> Outlook | None:
    """The limit in detail: the wanted one, else the suggested, else the first above the present one."""
    limit = wanted if wanted is not None else part.suggestion.limit
    exact = part.at(limit) if limit is not None else None
    if exact is not None or not part.outlooks:
        return exact
    least = limit if limit is not None else (now or Decimal(0)) + Decimal("0.01")
    return next((seen for seen in part.outlooks if seen.limit >= least), part.outlooks[-1])


def figures(request: PageRequest) -> dict[str, Any]:
    """The charts' numbers: no words, no names, nothing that a customer wrote."""
    asked = Asked.of(request)
    since = timezone.now() - timedelta(days=asked.days)
    past = past_requests(request.shop.pk, asked.currency, since)
    part = simulate(past, asked.issue)
    suggested = part.suggestion.limit
    return {
        "currency": asked.currency,
        "suggested": None if suggested is None else float(suggested),
        "curve": [
            {
                "low": float(step.low),
                "high": float(step.high),
                "share": round(step.rate.share, 4),
                "from": round(step.rate.low, 4),
                "to": round(step.rate.high, 4),
                "count": step.rate.count,
            }
            for step in part.curve
        ],
        "limits": [
            {
                "limit": float(seen.limit),
                "share": round(seen.share, 4),
                "hours": round(seen.hours, 1),
                "risk": float(seen.at_risk),
                "money": float(seen.money),
            }
            for seen in part.outlooks
        ],
    }
