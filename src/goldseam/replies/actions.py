"""The writes of canned replies and macros."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.conversations import actions as conversations
from goldseam.conversations.events import ReplySubmitted
from goldseam.conversations.queries import causes_of, conversation_by_id, labels_of, preset_moment
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.people.queries import agents_of, colleague
from goldseam.replies import queries
from goldseam.replies.events import MacroRan
from goldseam.replies.models import CannedReply, Macro, MacroRun
from goldseam.replies.steps import check_steps
from goldseam.replies.variables import Filled, check, fill, unfilled, values_for

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent, Shop, Team

MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """For whom something is: a person, a team, or (neither) the whole shop."""

    owner: Agent | None = None
    team: Team | None = None


@transaction.atomic
def save_canned(
    shop: Shop,
    agent: Agent,
    place: Place,
    *,
    shortcut: str,
    title: str,
    text: str,
    language: str,
    row: CannedReply | None = None,
) -> CannedReply:
    """Make or change a canned reply."""
    _may_place(agent, shop, place)
    _check_text(text, needed=True)
    fields = {"shortcut": shortcut, "title": title, "text": text, "language": language}
    row = row or CannedReply(shop=shop)
    _store(row, place, fields, agent, _("There is a canned reply with this short name already."))
    return row


@transaction.atomic
def save_macro(
    shop: Shop,
    agent: Agent,
    place: Place,
    *,
    name: str,
    text: str,
    language: str,
    steps: dict[str, Any],
    row: Macro | None = None,
) -> Macro:
    """Make or change a macro; it must do something."""
    _may_place(agent, shop, place)
    _check_text(text, needed=False)
    people = set(agents_of(shop.pk).values_list("pk", flat=True))
    labels = {label.pk for label in labels_of(shop.pk)}
    steps = check_steps(steps, {cause.code for cause in causes_of(shop.pk)}, people, labels)
    _check_text(steps.get("note", ""), needed=False)
    if not text.strip() and not steps:
        raise DomainError(_("A macro needs a text or something to do."), field="text")
    fields = {"name": name, "text": text, "language": language, "steps": steps}
    row = row or Macro(shop=shop)
    _store(row, place, fields, agent, _("There is a macro with this name already."))
    return row


def _may_place(agent: Agent, shop: Shop, place: Place) -> None:
    lead = place.team.lead_id if place.team else None
    queries.require_edit(agent, shop.pk, owner_id=place.owner.pk if place.owner else None, team_lead_id=lead)


def _check_text(text: str, *, needed: bool) -> None:
    if needed and not text.strip():
        raise DomainError(_("The text is missing."), field="text")
    if len(text) > MAX_TEXT:
        raise DomainError(
            _("The text is longer than %(most)s characters.") % {"most": MAX_TEXT}, field="text"
        )
    check(text)


def _store(row: CannedReply | Macro, place: Place, fields: dict[str, Any], agent: Agent, taken: str) -> None:
    before = {name: getattr(row, name) for name in fields} if row.pk else None
    row.owner, row.team = place.owner, place.team
    for name, value in fields.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(taken, field="shortcut" if isinstance(row, CannedReply) else "name") from error
    kind = "canned" if isinstance(row, CannedReply) else "macro"
    audit.record(
        row.shop_id, f"agent-{agent.pk}", f"{kind}.saved", f"{kind}-{row.pk}", before=before, after=fields
    )


@transaction.atomic
def remove(row: CannedReply | Macro, agent: Agent) -> None:
    """It is gone; what was sent with it stays."""
    lead = row.team.lead_id if row.team else None
    queries.require_edit(agent, row.shop_id, owner_id=row.owner_id, team_lead_id=lead)
    kind = "canned" if isinstance(row, CannedReply) else "macro"
    before = {"name": str(row), "text": row.text}
    audit.record(row.shop_id, f"agent-{agent.pk}", f"{kind}.removed", f"{kind}-{row.pk}", before=before)
    row.delete()


def use_canned(row: CannedReply, conversation: Conversation, agent: Agent) -> Filled:
    """Its text, filled for a conversation; counted as a use."""
    CannedReply.objects.filter(pk=row.pk).update(uses=F("uses") + 1)
    return fill(row.text, values_for(conversation, agent, row.language))


def refuse_unfilled(event: ReplySubmitted) -> None:
    """No reply goes out with a variable still standing in it."""
    missing = unfilled(event.text)
    if missing:
        names = ", ".join("{{" + name + "}}" for name in missing)
        raise DomainError(
            _("Fill in %(names)s first: the customer would see it as it stands.") % {"names": names},
            code="unfilled",
            field="text",
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a macro will do to a conversation: its text and note as they will stand."""

    text: Filled
    note: Filled

    @property
    def missing(self) -> tuple[str, ...]:
        """Variables that are not known here."""
        return tuple(dict.fromkeys((*self.text.missing, *self.note.missing)))


def plan(macro: Macro, conversation: Conversation, agent: Agent) -> Plan:
    """The macro's words, filled for a conversation."""
    values = values_for(conversation, agent, macro.language)
    return Plan(fill(macro.text, values), fill(str(macro.steps.get("note", "")), values))


@transaction.atomic
def run(macro: Macro, conversation: Conversation, agent: Agent, *, key: str) -> None:
    """Do all of it, or (when any part is refused) nothing; the same `key` again does nothing more."""
    conversations.hold(conversation.pk)
    if queries.was_run(conversation.pk, key):
        return
    conversation = conversation_by_id(conversation.pk)
    if conversation.locked_at is not None:
        raise Conflict(gettext_noop("People may be in danger here: macros are off, answer in person."))
    planned = plan(macro, conversation, agent)
    if planned.missing:
        names = ", ".join(planned.missing)
        raise DomainError(_("Not known here: %(names)s.") % {"names": names}, code="unfilled", field="text")
    _carry_out(macro, planned, conversation, agent, key)
    Macro.objects.filter(pk=macro.pk).update(uses=F("uses") + 1)
    MacroRun.objects.create(macro=macro, conversation=conversation, agent=agent, key=key)
    audit.record(
        conversation.shop_id,
        f"agent-{agent.pk}",
        "macro.run",
        f"conversation-{conversation.pk}",
        after={"macro": macro.pk, "name": macro.name},
    )
    emit(MacroRan(conversation.shop_id, conversation.pk, macro.pk))


def _carry_out(macro: Macro, planned: Plan, conversation: Conversation, agent: Agent, key: str) -> None:
    steps, actor = macro.steps, f"agent-{agent.pk}"
    remedy = str(steps.get("remedy", ""))
    if planned.note.text.strip() and "close" not in steps:
        conversations.add_note(conversation, agent, planned.note.text, key=f"macro-note-{key}")
    if planned.text.text.strip():
        conversations.send_reply(conversation, agent, planned.text.text, key=f"macro-{key}", remedy=remedy)
    elif remedy:
        conversations.set_remedy(conversation, remedy, actor=actor)
    if "priority" in steps:
        conversations.set_priority(conversation, steps["priority"], actor=actor)
    if "assign" in steps:
        conversations.assign(conversation, _person(steps["assign"], conversation, agent), actor=actor)
    if "labels" in steps:
        known = {label.pk for label in labels_of(conversation.shop_id)}
        conversations.label_conversation(conversation, add=known.intersection(steps["labels"]), actor=actor)
    if "snooze" in steps:
        conversations.snooze(conversation, preset_moment(steps["snooze"]), actor=actor)
    if "close" in steps:
        close = steps["close"]
        conversations.close(
            conversation,
            outcome=str(close.get("outcome", "")),
            cause=str(close.get("cause", "")),
            note=planned.note.text,
            actor=actor,
        )


def _person(who: object, conversation: Conversation, agent: Agent) -> Agent | None:
    if who == "nobody":
        return None
    return agent if who == "me" else colleague(conversation.shop_id, int(str(who)))
