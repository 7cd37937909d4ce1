"""The bot's turn: one decision for each message of a customer, in the transaction that stores the message.

The conversation's row is locked by whoever stored the message, so a person who writes at the same moment is
put in order with the bot: whoever comes second sees the first, and after a person the bot is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from goldseam.bot import cases, queries
from goldseam.bot.gathering import Standing, look_up, scene_of, state_of
from goldseam.bot.handing import Handing, hand_over
from goldseam.bot.models import Mode, Talk, Turn
from goldseam.bot.requests import ask_system
from goldseam.conversations import actions as inbox
from goldseam.conversations.events import ConversationClosed, MessageReceived
from goldseam.conversations.queries import message_by_id
from goldseam.copilot.engine import tables_of
from goldseam.core.errors import DomainError
from goldseam.engine.bot.decide import decide, give_up
from goldseam.engine.bot.facts import Decision, Reply, Scene, State
from goldseam.engine.bot.understand import understand
from goldseam.knowledge.guide_actions import say_helped, start_walk, take_answer
from goldseam.knowledge.guide_reads import public_guides, walk_beside
from goldseam.workshop.load_bot import load_bot

if TYPE_CHECKING:
    from datetime import datetime

    from goldseam.conversations.models import Conversation, Message


def take_turn(event: MessageReceived) -> None:
    """A customer wrote: decide, and say, do or hand over what was decided. Where all is switched off, and the
    bot has nothing to do with the conversation, this is one short query."""
    conversation = inbox.hold(event.conversation_id)
    modes = queries.modes_of(conversation.shop_id, conversation.channel)
    if not modes and not conversation.bot:
        return
    now, talk = timezone.now(), queries.talk_of(conversation.pk)
    standing = _standing(conversation, talk or Talk(conversation=conversation), modes, now)
    message = message_by_id(event.message_id)
    _Turn(conversation, message, standing, now).take()


def note_closing(event: ConversationClosed) -> None:
    """When a conversation ended, so that what comes back later is told from what goes on."""
    if queries.is_on_anywhere(event.shop_id):
        closed = {"closed_at": timezone.now()}
        Talk.objects.update_or_create(conversation_id=event.conversation_id, defaults=closed)


def _standing(conversation: Conversation, talk: Talk, modes: dict[str, str], now: datetime) -> Standing:
    """The talk as it goes on. What comes back soon after its end stays with whoever served it; what comes
    back late is a new talk, which belongs to nobody."""
    chosen = queries.settings_of(conversation.shop_id)
    if talk.closed_at is None:
        return Standing(talk, chosen, modes)
    late = now - talk.closed_at > timedelta(days=chosen.back_days)
    talk.closed_at = None
    if late:
        talk.state, talk.case, talk.walk, talk.since = {}, None, None, now
        if conversation.assignee_id is not None:
            inbox.assign(conversation, None, actor="bot")
        return Standing(talk, chosen, modes)
    came_back = talk.case is not None and talk.case.ended_at is not None and not talk.case.handed_over
    if came_back:
        talk.state = replace(state_of(talk), awaits="solved").as_json()
    return Standing(talk, chosen, modes, reopened=came_back)


class _Turn:
    """One turn, from reading to writing."""

    def __init__(
        self, conversation: Conversation, message: Message, standing: Standing, now: datetime
    ) -> None:
        self.conversation, self.message, self.now = conversation, message, now
        self.talk = standing.talk
        self.words = load_bot()
        self.tables = tables_of(conversation.shop_id).tables
        self.scene: Scene = scene_of(conversation, message, standing, now)
        self.turn = understand(self.scene, self.tables, self.words)

    def take(self) -> None:
        """Decide and carry it out."""
        if self.scene.quiet:
            self.keep_silent()
            return
        self.found = look_up(self.conversation, self.scene, self.turn, self.talk)
        decision = decide(self.scene, self.turn, self.found, self.tables, self.words)
        if decision.kind == "silent":
            self.keep_silent()
        elif decision.mode != Mode.ANSWER and not self.scene.state.turns:
            self.suggest(decision)
        elif decision.kind == "hand_over":
            self.give_over(decision)
        else:
            self.act(decision)

    def keep_silent(self) -> None:
        """A case that a person has taken up meanwhile is theirs."""
        if self.scene.quiet == "person":
            cases.taken_by_person(self.talk.case, self.now)
        if self.conversation.bot == "serving":
            inbox.release_from_bot(self.conversation.pk)
        if not self.talk._state.adding:
            self.talk.save()

    def suggest(self, decision: Decision) -> None:
        """Words for an agent; nothing is sent and nothing remembered. To hand over is no advice to a
        person."""
        if decision.kind != "hand_over" and decision.mode == Mode.SUGGEST:
            self.keep(decision, None)

    def act(self, decision: Decision) -> None:
        """Say it; what the rules do not let out is not said, and people go on."""
        try:
            reply = self.say(decision)
        except DomainError as refusal:
            self.give_over(self.gave_up("policy", f"refused: {refusal.message}"))
            return
        case = cases.follow(self.talk, self.conversation, decision, self.now)
        self.walk(decision)
        self.remember(decision.state)
        self.keep(decision, reply)
        if decision.kind == "confirmed":
            cases.confirm(case, self.conversation, self.now)
            return
        inbox.let_bot_serve(self.conversation.pk)
        if decision.kind == "carry_out" and decision.proposal is not None:
            ask_system(self.message, decision.proposal, case, decision.reason)

    def say(self, decision: Decision) -> Message:
        """Send the words through the gate that all words pass."""
        said = decision.reply or Reply("")
        return inbox.send_reply(
            self.conversation,
            None,
            said.text,
            key=f"bot-{self.message.pk}",
            details=said.details(),
            facts=self.scene.conversation,
        )

    def give_over(self, decision: Decision) -> None:
        """People go on."""
        case = cases.follow(self.talk, self.conversation, decision, self.now)
        self.walk(decision)
        self.remember(decision.state)
        handing = Handing(
            reason=decision.reason,
            lead=decision.reply.text if decision.reply else "",
            evidence=decision.evidence,
            sayings=self.turn.sayings,
            key=f"bot-{self.message.pk}",
            facts=self.scene.conversation,
        )
        reply = hand_over(self.conversation, self.talk, case, handing, self.now)
        self.keep(decision, reply)

    def gave_up(self, reason: str, evidence: str) -> Decision:
        """The same turn, given to people."""
        return give_up(self.scene, self.turn, self.found, self.tables, self.words, reason, evidence)

    def walk(self, decision: Decision) -> None:
        """Move in the guide as the customer chose, so that its figures count the bot's walks too."""
        if not decision.guide:
            walk, over = self.talk.walk, decision.kind in ("confirmed", "hand_over")
            if over and walk is not None and walk.end and walk.helped is None:
                say_helped(walk, helped=decision.kind == "confirmed")
            return
        if decision.step is None:
            rows = public_guides(self.conversation.shop_id, None)
            row = next(guide for guide in rows if str(guide.pk) == decision.guide)
            self.talk.walk = start_walk(row, conversation=self.conversation)
        elif self.talk.walk_id is not None:
            walk = walk_beside(self.conversation, self.talk.walk_id)
            self.talk.walk = take_answer(walk, self.found.here, decision.step)

    def remember(self, state: State) -> None:
        """Keep the talk's memory."""
        self.talk.state = state.as_json()
        self.talk.save(force_insert=self.talk._state.adding)

    def keep(self, decision: Decision, reply: Message | None) -> None:
        """The decision with what it rests on."""
        said = decision.reply
        Turn.objects.create(
            message=self.message,
            conversation=self.conversation,
            case=self.talk.case,
            reply=reply,
            at=self.now,
            mode=decision.mode,
            kind=decision.kind,
            topic=decision.topic,
            reason=decision.reason[:120],
            evidence=list(decision.evidence),
            sources=list(decision.sources),
            text=reply.text if reply else (said.text if said else ""),
            details=said.details() if said else {},
            version=self.words.version,
        )
