"""What the pages of the room show, gathered for the templates."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goldseam.ledger import budgets, listing, queries
from goldseam.ledger.models import Account, Party, State
from goldseam.people.queries import Role, agents_of, teams_of
from goldseam.workshop.load_terms import load_terms

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from goldseam.conversations.models import Conversation
    from goldseam.core.http import PageRequest

GROUP_NAMES: dict[str, str | Promise] = {
    "issue": _("Issue"),
    "liable_party": _("Liable party"),
    "remedy": _("Remedy"),
    "agent": _("Person"),
    "team": _("Team"),
    "month": _("Month"),
    "conversation": _("Conversation"),
}


def list_context(request: PageRequest) -> dict[str, Any]:
    """The list: rows, and on the first page sums and the form's choices too."""
    query = listing.LedgerQuery.of(request.GET)
    after = request.GET.get("after") or None
    params = query.as_params()
    group = request.GET.get("by", "issue")
    group = group if group in GROUP_NAMES else "issue"
    context = {
        "page": listing.page(request.shop, query, after),
        "query": query,
        "address": urlencode(params),
        "group": group,
        "filtered": bool(params),
    }
    if after:
        return context
    terms = load_terms()
    sums = listing.summed(request.shop, query, group)
    return context | {
        "totals": sums.totals,
        "sums": sums.groups,
        "ledger_groups": GROUP_NAMES,
        "group_name": GROUP_NAMES[group],
        "people": agents_of(request.shop.pk),
        "teams": teams_of(request.shop.pk),
        "states": State.choices,
        "parties": Party.choices,
        "issues": sorted(terms.issues),
        "remedies": sorted(terms.remedies),
    }


def money_context(request: PageRequest, conversation: Conversation) -> dict[str, Any]:
    """One conversation's entries, what is open, and what this person may do about it."""
    entries = queries.of_conversation(conversation.pk)
    opened = {item.entry.pk: item for item in queries.open_items(conversation_id=conversation.pk)}
    owed = queries.owed(conversation.pk)
    is_lead = request.membership.role != Role.AGENT and request.shop.pk == conversation.shop_id
    return {
        "conversation": conversation,
        "rows": [(entry, opened.get(entry.pk)) for entry in entries],
        "owed": list(owed.items()),
        "is_lead": is_lead,
        "payable": Account.PAYABLE.value,
        "new_key": uuid.uuid4().hex,
    }


def budget_context(request: PageRequest) -> dict[str, Any]:
    """A month's budgets with what was given against them."""
    shop = request.shop
    now = budgets.month_of(timezone.now(), shop.timezone)
    month = _month(request.GET.get("month", ""), now)
    teams = list(teams_of(shop.pk))
    spent = budgets.spent_in(shop, month)
    found = budgets.usages(shop, month)
    covered = {(usage.budget.team_id, usage.budget.currency) for usage in found}
    names = {team.pk: team.name for team in teams}
    free = [
        (names.get(team, ""), currency, amount)
        for (team, currency), amount in sorted(spent.items(), key=lambda pair: (pair[0][1], str(pair[0][0])))
        if (team, currency) not in covered and team is not None and amount
    ]
    return {
        "month": month,
        "before": budgets.month_before(month),
        "after": budgets.next_month(month) if month < now else None,
        "is_now": month == now,
        "now_month": now,
        "usages": found,
        "without_budget": free,
        "teams": teams,
        "currency": shop.currency,
        "shares": ", ".join(str(share) for share in budgets.SHARES),
    }


def _month(text: str, usual: date) -> date:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return usual
    return min(month, usual)
