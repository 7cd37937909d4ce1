"""Closing: what the shop wants to know first, and asking the customer how it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.conversations import events, rows
from goldseam.conversations.actions.messages import add_note
from goldseam.conversations.actions.surveys import ask_customer
from goldseam.conversations.models import Cause, CloseRules, Conversation, Outcome, Status
from goldseam.conversations.threads import close_rules
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.core.unit import unit_of_work
from goldseam.people.queries import Role, colleague, require_role

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop

MOST_CAUSES = 60


class FieldsMissing(DomainError):
    """What the shop wants to know before a conversation is closed is not said; `field` is the first of it."""

    code = "fields_missing"


@unit_of_work()
def close(
    conversation: Conversation,
    *,
    outcome: str = "",
    cause: str = "",
    note: str = "",
    actor: str,
    at: datetime | None = None,
) -> None:
    """Say that it is done, how it ended for the customer, and what caused it. A person must say what the
    shop's rules ask for; programs and the clock need not. A `note` is kept for colleagues. Closing twice
    changes nothing. Whoever listens to `CloseRequested` may refuse."""
    conversation = rows.locked(conversation.pk)
    if conversation.status == Status.CLOSED:
        return
    agent_id = rows.agent_of(actor)
    may_close(conversation, outcome=outcome, cause=cause, note=note, agent_id=agent_id)
    conversation.status = Status.CLOSED
    conversation.closed_at = at or timezone.now()
    conversation.waiting_since = None
    conversation.snoozed_until = None
    conversation.outcome = outcome or Outcome.UNKNOWN
    conversation.cause = cause
    conversation.bot = ""
    if conversation.alerted_at and conversation.acknowledged_by_id is None:
        announce(conversation.shop_id, f"alert-{conversation.pk}")
    rows.save(
        conversation, "status", "closed_at", "waiting_since", "snoozed_until", "outcome", "cause", "bot"
    )
    audit.record(
        conversation.shop_id,
        actor,
        "conversation.closed",
        rows.subject(conversation),
        after={"outcome": conversation.outcome, "cause": cause},
    )
    if note.strip() and agent_id is not None:
        add_note(conversation, colleague(conversation.shop_id, agent_id), note)
    emit(events.ConversationClosed(conversation.shop_id, conversation.pk))
    if agent_id is not None and at is None:
        ask_customer(conversation, agent_id)


def may_close(
    conversation: Conversation, *, outcome: str, cause: str, note: str, agent_id: int | None
) -> None:
    """Raise what stands against closing now: wrong or missing fields, or a room that refuses."""
    if outcome and outcome not in Outcome.values:
        raise DomainError(gettext_noop("Unknown outcome."), field="outcome")
    if cause and not Cause.objects.filter(shop_id=conversation.shop_id, code=cause).exists():
        raise DomainError(gettext_noop("Unknown cause."), field="cause")
    if agent_id is not None:
        rules = close_rules(conversation.shop_id)
        named = (
            ("outcome", rules.need_outcome and not outcome, _("how it ended")),
            ("cause", rules.need_cause and not cause, _("the cause")),
            ("note", rules.need_note and not note.strip(), _("a closing note")),
        )
        missing = [(field, name) for field, lacks, name in named if lacks]
        if missing:
            names = ", ".join(name for _field, name in missing)
            raise FieldsMissing(
                _("Still needed to close: %(names)s.") % {"names": names}, field=missing[0][0]
            )
    emit(events.CloseRequested(conversation.shop_id, conversation.pk, agent_id))


@transaction.atomic
def set_close_rules(
    shop: Shop,
    agent: Agent,
    *,
    need_outcome: bool,
    need_cause: bool,
    need_note: bool,
    ask_customer: bool,
    ask_days: int,
    causes: Sequence[tuple[str, str]],
) -> CloseRules:
    """What the shop asks at closing, with its causes as (code, name) in their order. A cause that is left out
    is retired: it stays with what was closed with it."""
    require_role(agent, shop.pk, Role.ADMIN)
    if need_cause and not causes:
        raise DomainError(_("Name at least one cause, or do not ask for it."), field="causes")
    if len(causes) > MOST_CAUSES:
        raise Conflict(_("A shop has at most %(most)s causes.") % {"most": MOST_CAUSES}, field="causes")
    rules, _created = CloseRules.objects.select_for_update().get_or_create(shop=shop)
    before = {"rules": _as_json(rules), "causes": _causes(shop)}
    rules.need_outcome, rules.need_cause, rules.need_note = need_outcome, need_cause, need_note
    rules.ask_customer, rules.ask_days = ask_customer, ask_days
    rules.save()
    Cause.objects.filter(shop=shop).exclude(code__in=[code for code, _name in causes]).update(active=False)
    for position, (code, name) in enumerate(causes):
        Cause.objects.update_or_create(
            shop=shop, code=code, defaults={"name": name, "position": position, "active": True}
        )
    after = {"rules": _as_json(rules), "causes": _causes(shop)}
    audit.record(shop.pk, f"agent-{agent.pk}", "closing.rules", f"shop-{shop.pk}", before=before, after=after)
    return rules


def _as_json(rules: CloseRules) -> dict[str, object]:
    names = ("need_outcome", "need_cause", "need_note", "ask_customer", "ask_days")
    return {name: getattr(rules, name) for name in names}


def _causes(shop: Shop) -> list[str]:
    return list(Cause.objects.filter(shop=shop, active=True).values_list("code", flat=True))
