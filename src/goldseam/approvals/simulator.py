"""The authority simulator's past: decided requests as the engine's facts, and a limit put into a draft."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from goldseam.approvals.models import ApprovalRequest, State
from goldseam.core.errors import Conflict, DomainError
from goldseam.engine.authority.facts import PastRequest
from goldseam.people.queries import Role, require_role
from goldseam.policies.actions import put_body, start_draft
from goldseam.policies.queries import body_of, packs_in_force
from goldseam.workshop.load_terms import load_terms

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop
    from goldseam.policies.models import PackVersion
    from goldseam.policies.queries import PackRef

MOST = 100_000
_UNHAPPY = {"unsatisfied": True, "satisfied": False, "accepted": False}
_COLUMNS = (
    "issue",
    "remedy",
    "first_amount",
    "state",
    "granted_amount",
    "created_at",
    "decided_at",
    "conversation__outcome",
)
Body = dict[str, Any]


def past_requests(shop_id: int, currency: str, since: datetime) -> list[PastRequest]:
    """The shop's decided requests with money in one currency since a moment, the latest `MOST` at most. What
    was withdrawn was never decided, and says nothing."""
    rows = ApprovalRequest.objects.filter(
        shop_id=shop_id,
        currency=currency,
        state__in=[State.APPROVED, State.REFUSED],
        first_amount__gt=0,
        decided_at__gte=since,
    ).order_by("-decided_at", "-id")
    return [
        PastRequest(
            issue=issue,
            remedy=remedy,
            amount=amount,
            approved=state == State.APPROVED,
            decided_amount=granted or Decimal(0),
            requested_at=asked,
            decided_at=decided or asked,
            unhappy=_UNHAPPY.get(outcome),
        )
        for issue, remedy, amount, state, granted, asked, decided, outcome in rows.values_list(*_COLUMNS)[
            :MOST
        ]
    ]


def currencies_of(shop: Shop, now: datetime, days: int) -> list[str]:
    """The currencies in which something was decided, the shop's own first."""
    rows = ApprovalRequest.objects.filter(shop=shop, decided_at__gte=now - timedelta(days=days))
    found = set(rows.order_by().values_list("currency", flat=True).distinct())
    return [shop.currency, *sorted(found - {shop.currency})]


def pack_of(shop_id: int, currency: str) -> tuple[PackRef, Body]:
    """The pack in force that speaks of a currency. Conflict when none does."""
    for ref in packs_in_force(shop_id):
        body = body_of(ref)
        if currency in body["currencies"]:
            return ref, body
    raise Conflict(gettext_noop("No policy pack in force speaks of this currency."))


def limit_now(body: Body) -> Decimal | None:
    """What an agent may grant by the pack in one case (None: without limit)."""
    limit = body["authority"]["agent"]["per_case"]
    return None if limit is None else Decimal(str(limit))


def draft_with_limit(shop: Shop, agent: Agent, *, issue: str, currency: str, limit: Decimal) -> PackVersion:
    """A draft of the pack in force in which agents may grant up to `limit` in one case: everywhere when
    `issue` is empty, else under the rules for that issue. Nobody's authority changes before somebody else
    has approved the draft. Raises Conflict when a draft is open already, or when no rule would change."""
    require_role(agent, shop.pk, Role.LEAD)
    if not (limit.is_finite() and 0 < limit <= Decimal("99999999")):
        raise DomainError(gettext_noop("A limit is an amount above 0."), field="limit")
    ref, body = pack_of(shop.pk, currency)
    changed = with_limit(body, issue, float(limit))
    if changed == body:
        raise Conflict(
            gettext_noop(
                "The policy says this already, or none of its rules with money speaks of the issue."
            ),
            code="nothing_changes",
        )
    draft = start_draft(shop, ref.base, agent)
    return put_body(draft, agent, changed, revision=draft.revision)


def with_limit(body: Body, issue: str, limit: float) -> Body:
    """The pack with another limit for agents. A rule that speaks of other issues too is split, so that only
    the named one changes; what a rule leaves to higher roles (0) or gives without limit stays as it is."""
    if not issue:
        return body | {"authority": _authority(body["authority"], limit)}
    rules: list[Body] = []
    for rule in body["rules"]:
        rules += _rule_with_limit(rule, issue, limit)
    return body | {"rules": rules}


def _authority(authority: Body, limit: float) -> Body:
    """The agents' figure; a day and a month hold at least one case, and leads may never do less."""
    changed = {role: dict(limits) for role, limits in authority.items()}
    changed["agent"]["per_case"] = limit
    for period in ("per_day", "per_month"):
        most = changed["agent"][period]
        changed["agent"][period] = most if most is None else max(most, limit)
    for period, most in changed["lead"].items():
        least = changed["agent"][period]
        if most is not None and least is not None:
            changed["lead"][period] = max(most, least)
    return changed


def _rule_with_limit(rule: Body, issue: str, limit: float) -> list[Body]:
    grants = rule.get("grants", {})
    issues = _issues_of(rule)
    fixed = "agent" in grants and grants["agent"] in (0, None)
    if rule.get("effect", "allow") != "allow" or "amount" not in rule or issue not in issues or fixed:
        return [rule]
    lead = grants.get("lead", limit)
    given = (
        grants
        | {"agent": limit}
        | ({} if lead is None or "lead" not in grants else {"lead": max(lead, limit)})
    )
    own = rule | {"grants": given, "when": rule["when"] | {"issue": [issue]}}
    if issues == [issue]:
        return [own]
    rest = rule | {"when": rule["when"] | {"issue": [code for code in issues if code != issue]}}
    return [rest, own | {"id": f"{rule['id']}-{issue.replace('.', '-').replace('_', '-')}"[:80]}]


def _issues_of(rule: Body) -> list[str]:
    """The issues that a rule names, patterns written out; none when it holds for every issue."""
    named = rule.get("when", {}).get("issue", [])
    patterns = named if isinstance(named, list) else [named]
    return sorted(
        code for code in load_terms().issues if any(fnmatchcase(code, pattern) for pattern in patterns)
    )
