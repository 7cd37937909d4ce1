"""One change of many conversations: begun once per key, done in batches, each of which is one transaction
with its rows locked in order of id; what a conversation refuses is kept with the words, the others go on.
A change can be undone as long as nobody changed the same thing meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.conversations import rows
from goldseam.conversations.actions.choices import PRIORITIES, set_priority
from goldseam.conversations.actions.closing import close
from goldseam.conversations.actions.labels import label_conversation
from goldseam.conversations.actions.states import assign, reopen, snooze
from goldseam.conversations.bulk import AT_ONCE, MOST
from goldseam.conversations.models import BulkRun, Conversation, Outcome, Status
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.jobs import DEFAULT, defer
from goldseam.core.live import announce
from goldseam.people.queries import colleague

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop

BATCH = 50
VERBS = ("assign", "label", "snooze", "close", "priority")
_UNDO = "undo"
_Before = dict[str, Any] | None
"""What a conversation had before; None when it was so already."""


def begin_bulk(shop: Shop, agent: Agent, verb: str, value: Any, ids: Sequence[int], *, key: str) -> BulkRun:
    """Change these conversations of the shop; the same `key` again is the same change. Up to `AT_ONCE` are
    done when this returns, more are left to the queue. Values: assign an id or None; label {"add", "remove"};
    snooze an ISO moment; close {"outcome", "cause", "note"}; priority a code."""
    with transaction.atomic():
        known = BulkRun.objects.filter(agent=agent, key=key).first()
        if known is not None:
            return known
        _check(shop, verb, value)
        mine = Conversation.objects.filter(shop=shop, pk__in=ids).order_by("pk")
        found = list(mine.values_list("pk", flat=True)[: MOST + 1])
        if not found:
            raise DomainError(gettext_noop("Choose at least one conversation."), field="ids")
        if len(found) > MOST:
            raise DomainError(
                _("At most %(n)s conversations at once; narrow the view down.") % {"n": MOST}, field="ids"
            )
        run = BulkRun.objects.create(shop=shop, agent=agent, key=key, verb=verb, value=value, ids=found)
        audit.record(
            shop.pk,
            f"agent-{agent.pk}",
            "bulk.begun",
            f"bulk-{run.pk}",
            after={"verb": verb, "value": value, "conversations": len(found)},
        )
        return _start(run)


def undo_bulk(run: BulkRun, agent: Agent) -> BulkRun:
    """Give each changed conversation back what it had, unless somebody changed it since."""
    with transaction.atomic():
        run = BulkRun.objects.select_for_update().get(pk=run.pk)
        if run.undoes_id is not None or run.finished_at is None:
            raise Conflict(gettext_noop("This change cannot be undone now."))
        known = BulkRun.objects.filter(undoes=run).first()
        if known is not None:
            return known
        undo = BulkRun.objects.create(
            shop=run.shop,
            agent=agent,
            key=f"undo-{run.pk}",
            verb=_UNDO,
            value={"verb": run.verb},
            ids=[pk for pk, before in run.done if before is not None],
            undoes=run,
        )
        audit.record(run.shop_id, f"agent-{agent.pk}", "bulk.undone", f"bulk-{run.pk}")
        return _start(undo)


def _start(run: BulkRun) -> BulkRun:
    if len(run.ids) > AT_ONCE:
        defer("conversations.bulk", DEFAULT, run=run.pk)
        return run
    while continue_bulk(run.pk):
        pass
    run.refresh_from_db()
    return run


@transaction.atomic
def continue_bulk(run_id: int) -> bool:
    """Deal with the next batch; says whether any is left. Safe to repeat: how far the change is stands in the
    same transaction as what was done."""
    run = BulkRun.objects.select_for_update(of=("self",)).select_related("agent", "undoes").get(pk=run_id)
    if run.finished_at is not None:
        return False
    batch = run.ids[run.position : run.position + BATCH]
    locked = Conversation.objects.select_for_update(of=("self",)).select_related("customer")
    with translation.override(run.agent.language):
        for row in locked.filter(pk__in=batch).order_by("pk"):
            _deal_with(run, row)
    run.position += len(batch)
    is_done = run.position >= len(run.ids)
    run.finished_at = timezone.now() if is_done else None
    run.save(update_fields=["position", "done", "refused", "finished_at"])
    announce(run.shop_id, f"bulk-{run.pk}")
    return not is_done


def _deal_with(run: BulkRun, row: Conversation) -> None:
    try:
        with transaction.atomic():
            if run.undoes is not None:
                before = dict(run.undoes.done)[row.pk]
                changed: _Before = _RESTORE[run.undoes.verb](row, run.undoes.value, before, run.agent)
            else:
                changed = _APPLY[run.verb](row, run.value, run.agent)
    except DomainError as error:
        name = row.customer.name if row.customer and row.customer.name else row.external_id
        run.refused.append([row.pk, name, _(error.message)])
        return
    run.done.append([row.pk, changed])


def _actor(agent: Agent) -> str:
    return f"agent-{agent.pk}"


def _assign(row: Conversation, value: Any, agent: Agent) -> _Before:
    if row.assignee_id == value:
        return None
    before = {"assignee": row.assignee_id}
    assign(row, colleague(row.shop_id, value) if value else None, actor=_actor(agent))
    return before


def _unassign(row: Conversation, value: Any, before: dict[str, Any], agent: Agent) -> _Before:
    if row.assignee_id != value:
        raise Conflict(gettext_noop("Somebody else took it meanwhile."))
    assign(
        row, colleague(row.shop_id, before["assignee"]) if before["assignee"] else None, actor=_actor(agent)
    )
    return before


def _label(row: Conversation, value: Any, agent: Agent) -> _Before:
    added, removed = label_conversation(row, add=value["add"], remove=value["remove"], actor=_actor(agent))
    return {"added": added, "removed": removed} if added or removed else None


def _unlabel(row: Conversation, value: Any, before: dict[str, Any], agent: Agent) -> _Before:
    label_conversation(row, add=before["removed"], remove=before["added"], actor=_actor(agent))
    return before


def _snooze(row: Conversation, value: Any, agent: Agent) -> _Before:
    before = {"status": row.status, "until": row.snoozed_until.isoformat() if row.snoozed_until else None}
    if before["until"] == value:
        return None
    snooze(row, datetime.fromisoformat(value), actor=_actor(agent))
    return before


def _unsnooze(row: Conversation, value: Any, before: dict[str, Any], agent: Agent) -> _Before:
    if row.status != Status.SNOOZED or row.snoozed_until != datetime.fromisoformat(value):
        raise Conflict(gettext_noop("It came back or was put away anew meanwhile."))
    if before["until"] and datetime.fromisoformat(before["until"]) > timezone.now():
        snooze(row, datetime.fromisoformat(before["until"]), actor=_actor(agent))
    else:
        reopen(row, actor=_actor(agent))
    return before


def _close(row: Conversation, value: Any, agent: Agent) -> _Before:
    if row.status == Status.CLOSED:
        return None
    before = {
        "waiting_since": row.waiting_since.isoformat() if row.waiting_since else None,
        "cause": row.cause,
    }
    close(
        row,
        outcome=value.get("outcome", ""),
        cause=value.get("cause", ""),
        note=value.get("note", ""),
        actor=_actor(agent),
    )
    row.refresh_from_db(fields=["closed_at"])
    return before | {"closed_at": row.closed_at.isoformat() if row.closed_at else None}


def _unclose(row: Conversation, value: Any, before: dict[str, Any], agent: Agent) -> _Before:
    if row.closed_at is None or row.closed_at.isoformat() != before["closed_at"]:
        raise Conflict(gettext_noop("It was reopened meanwhile."))
    reopen(row, actor=_actor(agent))
    row = rows.locked(row.pk)
    since = before["waiting_since"]
    row.waiting_since = datetime.fromisoformat(since) if since else None
    row.cause = before["cause"]
    rows.save(row, "waiting_since", "cause")
    return before


def _prioritise(row: Conversation, value: Any, agent: Agent) -> _Before:
    if row.priority == value and row.priority_corrected:
        return None
    before = {"priority": row.priority, "by_hand": row.priority_corrected}
    set_priority(row, value, actor=_actor(agent))
    return before


def _unprioritise(row: Conversation, value: Any, before: dict[str, Any], agent: Agent) -> _Before:
    if row.priority != value:
        raise Conflict(gettext_noop("Its priority was changed meanwhile."))
    set_priority(row, before["priority"], actor=_actor(agent))
    if not before["by_hand"]:
        row = rows.locked(row.pk)
        row.priority_corrected = False
        rows.save(row, "priority_corrected")
    return before


_APPLY: dict[str, Callable[[Conversation, Any, Agent], _Before]] = {
    "assign": _assign,
    "label": _label,
    "snooze": _snooze,
    "close": _close,
    "priority": _prioritise,
}
_RESTORE: dict[str, Callable[[Conversation, Any, dict[str, Any], Agent], _Before]] = {
    "assign": _unassign,
    "label": _unlabel,
    "snooze": _unsnooze,
    "close": _unclose,
    "priority": _unprioritise,
}


def _check(shop: Shop, verb: str, value: Any) -> None:
    """What would be refused for every conversation is refused at once."""
    if verb not in VERBS:
        raise DomainError(gettext_noop("Choose what to do with the conversations."), field="verb")
    if verb == "assign" and value is not None:
        colleague(shop.pk, value)
    elif verb == "priority" and value not in PRIORITIES:
        raise DomainError(gettext_noop("Unknown priority."), field="priority")
    elif verb == "label" and not (value["add"] or value["remove"]):
        raise DomainError(gettext_noop("Choose a label to put on or take off."), field="labels")
    elif verb == "snooze" and datetime.fromisoformat(value) <= timezone.now():
        raise DomainError(gettext_noop("Choose a time in the future."), field="until")
    elif verb == "close" and value.get("outcome") and value["outcome"] not in Outcome.values:
        raise DomainError(gettext_noop("Unknown outcome."), field="outcome")
