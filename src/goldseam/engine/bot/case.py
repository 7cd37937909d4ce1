"""One turn in hand, and the ways it can end."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from goldseam.engine.bot.answers import Teller, teller
from goldseam.engine.bot.facts import Decision, Found, Proposal, Reply, Scene, State
from goldseam.engine.bot.tables import BotTables, Sayings
from goldseam.engine.bot.understand import Turn
from goldseam.engine.facts import Order
from goldseam.engine.tables import Tables

_TOLD_TWICE = 2
_MOST_TOLD = 40


@dataclass(frozen=True, slots=True)
class Case:
    """The scene, the turn as understood, what was looked up, and the tables. `state` is the one that the turn
    began with, cleared of what a new subject leaves behind."""

    scene: Scene
    turn: Turn
    found: Found
    tables: Tables
    words: BotTables
    state: State

    @property
    def say(self) -> Sayings:
        """The sayings in the customer's language."""
        return self.turn.sayings

    def order(self, number: str) -> Order | None:
        """One of the customer's own orders."""
        return next((order for order in self.scene.conversation.orders if order.id == number), None)

    def teller(self, order: Order) -> Teller:
        """Who tells of an order."""
        return teller(order, self.scene, self.turn, self.found, self.tables)


def answer(
    case: Case,
    reply: Reply,
    *,
    reason: str,
    evidence: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
    order: str = "",
) -> Decision:
    """Something certain was said. The same words for a third time help nobody: then people go on."""
    key = f"{case.turn.topic}:{order}:{zlib.crc32(reply.text.encode()):08x}"
    if case.state.told.count(key) >= _TOLD_TWICE:
        return hand_over(case, "low_confidence", evidence=("said twice already",))
    say = case.say
    choices = reply.choices or (say.say("helped"), say.say("not_helped"), say.say("person"))
    told = (*case.state.told, key)[-_MOST_TOLD:]
    state = replace(case.state, order=order or case.state.order, awaits="solved", asked=0, told=told)
    return _made(case, "answer", state, replace(reply, choices=choices), reason, evidence, sources)


def ask(case: Case, awaits: str, reply: Reply, *, order: str = "") -> Decision:
    """The one thing that is missing; asked twice without success, people go on."""
    again = case.state.awaits == awaits
    if again and case.state.asked >= 2:
        return hand_over(case, "low_confidence", evidence=(f"asked for {awaits} twice",))
    asked = case.state.asked + 1 if again else 1
    state = replace(case.state, awaits=awaits, asked=asked, order=order or case.state.order)
    return _made(case, "ask", state, reply, f"missing {awaits}")


def say_plainly(case: Case, reply: Reply, reason: str, awaits: str = "") -> Decision:
    """Words that answer nothing and claim nothing: a greeting, thanks, a refusal."""
    return _made(case, "answer", replace(case.state, awaits=awaits), reply, reason)


def propose(case: Case, proposal: Proposal, reply: Reply, reason: str) -> Decision:
    """Say exactly what would be done, and wait."""
    state = replace(case.state, awaits="confirm", asked=0, order=proposal.order, proposal=proposal)
    return _made(case, "propose", state, reply, reason, (f"{proposal.kind} {proposal.order}",))


def hand_over(
    case: Case, reason: str, *, lead: str = "", evidence: tuple[str, ...] = (), sources: tuple[str, ...] = ()
) -> Decision:
    """People go on; `lead` is what is told first. How long it takes is added by whoever knows the hours."""
    line = case.say.say(f"hand_{reason}")
    text = case.say.say("done_more", text=lead, said=line) if lead else line
    state = replace(case.state, awaits="", asked=0)
    return _made(case, "hand_over", state, Reply(text), reason, evidence, sources)


def silent(case: Case, reason: str) -> Decision:
    """Nothing is said, and nothing changes."""
    return Decision("silent", case.scene.state, topic=case.turn.topic, reason=reason)


def _made(
    case: Case,
    kind: str,
    state: State,
    reply: Reply,
    reason: str,
    evidence: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
) -> Decision:
    return Decision(
        kind=kind,
        state=state,
        topic=case.turn.topic,
        reply=reply,
        reason=reason,
        evidence=evidence,
        sources=sources,
        proposal=state.proposal,
    )
