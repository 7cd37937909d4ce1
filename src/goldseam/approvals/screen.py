"""Requests prepared for the pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import pgettext_lazy

from goldseam.approvals import lists, queries, saying
from goldseam.approvals.authority import MONEY
from goldseam.approvals.models import ApprovalRequest, State
from goldseam.approvals.routing import terms_of
from goldseam.commerce.queries import recent_orders
from goldseam.conversations.queries import spoken
from goldseam.engine.reply.authority import WORDING
from goldseam.people.queries import Role
from goldseam.workshop.load_terms import load_terms

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.core.http import PageRequest

_MESSAGES, _ORDERS = 8, 5
VIEWS = {
    "mine": pgettext_lazy("list of requests", "Wait for me"),
    "open": pgettext_lazy("list of requests", "All open"),
    "own": pgettext_lazy("list of requests", "Asked by me"),
    "history": pgettext_lazy("list of requests", "History"),
}


def ask_context(conversation: Conversation) -> dict[str, Any]:
    """What the dialog offers: remedies (those that cost money first), evidence to tick."""
    said = list(spoken(conversation.pk).filter(role="customer").order_by("-at", "-id")[:_MESSAGES])
    orders = list(recent_orders(conversation.customer_id, _ORDERS)) if conversation.customer_id else []
    remedies = load_terms().remedies
    return {
        "wording": WORDING,
        "conversation": conversation,
        "said": said[::-1],
        "orders": orders,
        "money": sorted(MONEY & remedies),
        "others": sorted(remedies - MONEY),
    }


def given_of(given: Mapping[str, str], conversation: Conversation) -> dict[str, Any]:
    """What the dialog is filled in with: the address, or what was sent and did not pass."""
    many: Callable[[str], list[str]] = getattr(given, "getlist", lambda name: [])
    order = conversation.order
    currency = order.currency if order is not None else conversation.shop.currency
    return {
        "remedy": given.get("remedy", "")[:30],
        "amount": given.get("amount", "")[:20],
        "currency": given.get("currency", "")[:3] or currency,
        "reason": given.get("reason", ""),
        "evidence": given.get("evidence", ""),
        "reply": given.get("reply", "") or given.get("text", ""),
        "messages": many("messages"),
        "orders": many("orders") or ([order.external_id] if order is not None else []),
    }


def strip_context(request: PageRequest, conversation_id: int) -> dict[str, Any]:
    """A conversation's requests: those that ask for something to be done, and the latest that is over."""
    found = queries.requests_of(conversation_id)
    lively = [r for r in found if r.is_pending or r.is_unused_grant]
    over = [r for r in found if r not in lively]
    desk = lists.Desk(request.shop, request.user) if any(r.is_pending for r in lively) else None
    rows = [desk.row(r) if desk else lists.Row(r) for r in lively]
    latest = [lists.Row(r) for r in over[:1]] if not lively else []
    return {
        "rows": rows + latest,
        "conversation_id": conversation_id,
        "me": request.user.pk,
        "leads": request.membership.role != Role.AGENT,
    }


def queue_context(request: PageRequest) -> dict[str, Any]:
    """One of the four lists."""
    shop, agent = request.shop, request.user
    may_decide = request.membership.role != "agent"
    views = VIEWS if may_decide else {k: v for k, v in VIEWS.items() if k != "open"}
    given = request.GET if request.method == "GET" else request.POST
    filters = lists.Filters.of(given)
    desk = lists.Desk(shop, agent)
    view = given.get("view", "")
    view = view if view in views else "mine" if may_decide or desk.circle.is_deputy(agent.pk) else "own"
    pending = desk.rows(lists.pending_in(shop.pk)) if view in ("mine", "open") else []
    rows, following = pending, None
    if view == "mine":
        rows = [row for row in pending if row.asked]
    elif view != "open":
        own = view == "own" or not may_decide
        after = given.get("after") or None
        found, following = lists.history(shop.pk, agent, filters, only_own=own, after=after)
        rows = desk.rows(found)
    return {
        "view": view,
        "views": views.items(),
        "rows": rows,
        "following": following,
        "after": given.get("after", ""),
        "filters": filters,
        "states": State.choices,
        "remedies": [*sorted(load_terms().remedies), WORDING],
        "people": lists.people_of(desk.circle),
        "small": sum(row.small for row in rows),
        "batch_key": uuid.uuid4().hex,
        "address": _address(view, given),
    }


def request_context(request: PageRequest, found: ApprovalRequest) -> dict[str, Any]:
    """One request with all that a decision needs, on one screen."""
    desk = lists.Desk(request.shop, request.user)
    row = desk.row(found)
    exception_from = terms_of(found).exception_from
    numbers = [ref["id"] for ref in found.references if ref["kind"] == "message"]
    quotes = list(spoken(found.conversation_id).filter(pk__in=numbers)) if numbers else []
    return {
        "chosen": row,
        "found": found,
        "turns": found.turns.select_related("actor", "acts_for"),
        "similar": lists.similar_to(found),
        "quotes": quotes,
        "wording": _marked(found) if found.is_wording else None,
        "order_numbers": [ref["id"] for ref in found.references if ref["kind"] == "order"],
        "rule_words": saying.rule_words(found),
        "rule_source": saying.rule_words(found, "source"),
        "exception_from": exception_from and Role(exception_from).label,
        "key": uuid.uuid4().hex,
        "me": request.user.pk,
        "may_give_back": found.requester_id == request.user.pk or request.membership.role != Role.AGENT,
        "following_row": _next(request, found) if not found.is_pending else None,
    }


def _marked(found: ApprovalRequest) -> list[tuple[str, bool]]:
    """The words that are asked for in their parts, and whether the check found something in each."""
    parts, at = [], 0
    for finding in found.words.get("findings", []):
        if finding["start"] < at:
            continue
        parts += [(found.reply[at : finding["start"]], False)]
        parts += [(found.reply[finding["start"] : finding["end"]], True)]
        at = finding["end"]
    return [*parts, (found.reply[at:], False)]


def _next(request: PageRequest, found: ApprovalRequest) -> lists.Row | None:
    """The next request that waits for this person, after a decision."""
    desk = lists.Desk(request.shop, request.user)
    rows = (desk.row(r) for r in lists.pending_in(request.shop.pk) if r.pk != found.pk)
    return next((row for row in rows if row.asked), None)


def _address(view: str, given: Mapping[str, str]) -> str:
    kept = {name: given.get(name, "") for name in ("state", "remedy", "person", "days", "q")}
    return urlencode({"view": view} | {name: value for name, value in kept.items() if value})
