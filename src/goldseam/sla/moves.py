"""How the clocks of conversations move: the one place that writes them.

Every move holds the conversation's row first, so that two happenings at once are put in order. What a move
does is the engine's (`goldseam.engine.worktime.clocks`); here rows are read, reckoned and written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from goldseam.conversations import events as inbox
from goldseam.conversations import queries as conversations
from goldseam.conversations.actions import Deadline, hold, hold_many, set_deadlines
from goldseam.core.events import emit
from goldseam.engine.worktime import clocks as engine
from goldseam.people.queries import teams_of_member
from goldseam.sla import queries
from goldseam.sla.events import DeadlineMissed, DeadlineNear
from goldseam.sla.models import Clock, ClockOutcome, NoticeKind
from goldseam.sla.notices import leads_for, tell_people
from goldseam.sla.queries import Times

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.engine.worktime.rules import Rule


@dataclass(frozen=True, slots=True)
class Ground:
    """What a conversation's clocks stand on: the row of the table, the calendar, the moment."""

    times: Times
    rule: Rule | None
    calendar: int | None
    now: datetime


@transaction.atomic(savepoint=False)
def reckon(
    conversation_id: int,
    happenings: Sequence[engine.Happening] = (),
    *,
    now: datetime | None = None,
    times: Times | None = None,
) -> None:
    """Let the happenings move the clocks, and reckon those that live anew by the table and calendar in force.
    Without happenings only the latter."""
    conversation = hold(conversation_id)
    rows = queries.moving_clocks(conversation_id)
    if not rows and not happenings:
        return
    ground = _ground(conversation, times or queries.times_of(conversation.shop_id), now or timezone.now())
    changed = _move(rows, happenings, conversation, ground)
    begun = [row for row in changed if row.pk is None]
    for row in changed:
        if row.pk is not None:
            row.save()
    Clock.objects.bulk_create(begun)
    set_deadlines([(conversation, deadline_of(rows, ground.now))])
    rows[:] = [row for row in rows if queries.may_move(row)]


def _move(
    rows: list[Clock],
    happenings: Sequence[engine.Happening],
    conversation: Conversation,
    ground: Ground,
) -> list[Clock]:
    """Let the happenings move the clocks of a conversation and add those that begin; returns the rows that
    are to be written."""
    before = tuple(queries.engine_clock(row) for row in rows)
    after = before
    for happening in happenings:
        after = engine.step(after, happening)
    closed = any(happening.kind == engine.CLOSED for happening in happenings)
    changed = []
    for place, clock in enumerate(after):
        if place == len(rows):
            rows.append(Clock(shop_id=conversation.shop_id, conversation=conversation, kind=clock.kind))
        elif clock.ended and before[place].ended:
            continue
        row = rows[place]
        kept = _kept(row)
        _write(row, clock, conversation, ground, is_void=closed and clock.kind != engine.RESOLUTION)
        if row.pk is None or kept != _kept(row):
            changed.append(row)
    return changed


def _kept(row: Clock) -> dict[str, object]:
    """What a clock's row says, without the minutes used so far: they grow by themselves."""
    return {name: value for name, value in vars(row).items() if name not in ("_state", "used_minutes")}


def _ground(conversation: Conversation, times: Times, now: datetime) -> Ground:
    tier = conversation.customer.tier if conversation.customer else ""
    rule = times.rule_for(conversation.issue, tier, conversation.priority)
    teams: list[int] = []
    if times.by_team and conversation.assignee is not None:
        own = teams_of_member(conversation.assignee, conversation.shop_id)
        teams = list(own.values_list("pk", flat=True))
    return Ground(times, rule, times.calendar_for(rule, teams), now)


def _write(
    row: Clock, clock: engine.Clock, conversation: Conversation, ground: Ground, *, is_void: bool
) -> None:
    """Put the clock with its standing onto the row."""
    rule, now = ground.rule, ground.now
    row.target = rule.minutes(clock.kind) if rule else None
    row.rule, row.table = (rule.name, ground.times.number) if rule else ("", 0)
    row.warn_share = rule.warn_share if rule else 0.75
    row.calendar_id = ground.calendar
    row.issue, row.owner_id = conversation.issue, conversation.assignee_id
    row.runs, row.ended = queries.kept_runs(clock), clock.ended
    row.started_at = clock.runs[0][0] if clock.runs else now
    row.ended_at = (clock.runs[-1][1] if clock.runs else now) if clock.ended else None
    row.warn_at = row.due_at = row.breached_at = None
    if row.target is not None and clock.runs:
        stands = engine.standing(
            ground.times.work_calendar(ground.calendar),
            clock,
            timedelta(minutes=row.target),
            row.warn_share,
            now,
        )
        row.used_minutes = int(stands.used.total_seconds() // 60)
        row.warn_at, row.due_at, row.breached_at = stands.warn_at, stands.due_at, stands.breached_at
    if row.warn_at and row.warn_at > now:
        row.warned_at = None
    if row.due_at and row.due_at > now:
        row.told_at = None
    row.outcome = _outcome(row, is_void) if row.ended else ClockOutcome.OPEN


def _outcome(row: Clock, is_void: bool) -> ClockOutcome:
    if row.breached_at is not None:
        return ClockOutcome.BREACHED
    if row.target is None or not row.runs or is_void:
        return ClockOutcome.VOID
    return ClockOutcome.MET


def deadline_of(rows: Sequence[Clock], now: datetime) -> Deadline:
    """The clock that runs out next, as lists show it."""
    live = [row for row in rows if not row.ended and row.target is not None]
    running = sorted((row.due_at, row.kind, row.warn_at) for row in live if row.due_at is not None)
    if running:
        due_at, kind, warn_at = running[0]
        if due_at is not None and due_at <= now:
            return Deadline(due_at, kind, "breached")
        return Deadline(due_at, kind, "warning" if warn_at is not None and warn_at <= now else "running")
    return Deadline(None, live[-1].kind, "paused") if live else Deadline()


@transaction.atomic
def remind(conversation_id: int, now: datetime) -> int:
    """Mark the conversation's warnings and missed times that are due, each exactly once, and tell the owner
    (of missed ones the leads too). Returns how many were marked."""
    conversation = hold(conversation_id)
    rows = list(Clock.objects.filter(conversation_id=conversation_id, ended=False).order_by("id"))
    marked = 0
    for row in rows:
        if row.due_at and row.due_at <= now and row.told_at is None:
            row.told_at, row.breached_at = now, row.due_at
            row.warned_at = row.warned_at or now
            row.save(update_fields=["told_at", "breached_at", "warned_at"])
            _tell(conversation, row, NoticeKind.BREACH)
            emit(DeadlineMissed(row.shop_id, conversation.pk, row.kind))
        elif row.warn_at and row.warn_at <= now and row.warned_at is None:
            row.warned_at = now
            row.save(update_fields=["warned_at"])
            _tell(conversation, row, NoticeKind.WARNING)
            emit(DeadlineNear(row.shop_id, conversation.pk, row.kind))
        else:
            continue
        marked += 1
    if marked:
        set_deadlines([(conversation, deadline_of(rows, now))])
    return marked


def remind_due(now: datetime) -> int:
    """Warn of what is nearly due at this moment and tell of what was missed; returns how many."""
    told = 0
    for due in (queries.to_miss, queries.to_warn):
        while waiting := set(due(now)):
            told += sum(remind(conversation_id, now) for conversation_id in sorted(waiting))
    return told


def _tell(conversation: Conversation, row: Clock, kind: NoticeKind) -> None:
    """The owner; of what was missed, and of what nobody owns, the leads."""
    owner = conversation.assignee
    people = {owner.pk} if owner else set()
    if kind == NoticeKind.BREACH or owner is None:
        people |= leads_for(conversation.shop_id, owner)
    moment = row.due_at if kind == NoticeKind.BREACH else row.warn_at
    key = f"{kind.value}-{row.pk}-{int(moment.timestamp()) if moment else 0}"
    tell_people(conversation.shop_id, people, conversation.pk, kind, key, clock=row.kind)


def on_received(event: inbox.MessageReceived) -> None:
    """The customer wrote."""
    reckon(event.conversation_id, [engine.Happening(engine.ASKED, event.at)])


def on_person_wanted(event: inbox.PersonWanted) -> None:
    """The bot gave over: its words were no answer, the customer waits for a person."""
    reckon(event.conversation_id, [engine.Happening(engine.ASKED, timezone.now())])


def on_replied(event: inbox.ReplySent | inbox.ReplyTakenIn) -> None:
    """The customer was answered, by a person or the bot."""
    reckon(event.conversation_id, [engine.Happening(engine.ANSWERED, event.at)])


def on_snoozed(event: inbox.ConversationSnoozed) -> None:
    """It was put away."""
    reckon(event.conversation_id, [engine.Happening(engine.SLEPT, timezone.now())])


def on_closed(event: inbox.ConversationClosed) -> None:
    """It ended."""
    conversation = hold(event.conversation_id)
    at = conversation.closed_at or timezone.now()
    reckon(event.conversation_id, [engine.Happening(engine.CLOSED, at)])


def on_reopened(event: inbox.ConversationReopened) -> None:
    """It came back, from its end or from sleep; only an ended case has an ended clock of its solution."""
    ended = Clock.objects.filter(
        conversation_id=event.conversation_id, kind=engine.RESOLUTION, ended=True
    ).exists()
    kind = engine.REOPENED if ended else engine.WOKE
    reckon(event.conversation_id, [engine.Happening(kind, timezone.now())])


def on_triaged(event: inbox.ConversationTriaged) -> None:
    """Another issue or priority may mean other times; nothing is written when it does not."""
    if not event.is_other:
        return
    conversation = hold(event.conversation_id)
    clocks = queries.moving_clocks(event.conversation_id)
    rules = {(row.rule, row.table) for row in clocks if not row.ended}
    if not rules:
        return
    times = queries.times_of(event.shop_id)
    rule = _ground(conversation, times, timezone.now()).rule
    if rules != {(rule.name, times.number) if rule else ("", 0)}:
        reckon(event.conversation_id, times=times)


def on_assigned(event: inbox.ConversationAssigned) -> None:
    """Another owner may mean another team's calendar, and clocks remember whose they are."""
    reckon(event.conversation_id)


def on_imported(event: inbox.ConversationsImported) -> None:
    """Clocks of the imported conversations that are not closed, from all that was said in them."""
    known = set(
        Clock.objects.filter(conversation__in=event.conversation_ids).values_list(
            "conversation_id", flat=True
        )
    )
    rows = [row for row in hold_many(set(event.conversation_ids) - known) if row.status != "closed"]
    times, said = queries.times_of(event.shop_id), conversations.spoken_of_many([row.pk for row in rows])
    words = {"customer": engine.ASKED, "agent": engine.ANSWERED, "bot": engine.ANSWERED}
    now = timezone.now()
    begun: list[Clock] = []
    deadlines = []
    for row in rows:
        story = [
            engine.Happening(words[message.role], message.at)
            for message in said[row.pk]
            if message.role in words
        ]
        clocks: list[Clock] = []
        begun += _move(clocks, story, row, _ground(row, times, now))
        deadlines.append((row, deadline_of(clocks, now)))
    Clock.objects.bulk_create(begun)
    set_deadlines(deadlines)
