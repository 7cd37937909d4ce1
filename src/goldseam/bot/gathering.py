"""Rows become what one turn of the bot looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from goldseam.bot import queries
from goldseam.channels.helpcentre.queries import address_of_article
from goldseam.channels.webhook.actions import CHANGE
from goldseam.channels.webhook.queries import listeners
from goldseam.commerce.queries import refunds_of, skus_of_order
from goldseam.conversations.speaking import person_at_work
from goldseam.copilot.facts import gather
from goldseam.copilot.queries import latest_assessment
from goldseam.engine.bot.facts import (
    CHANGES,
    Assessed,
    Found,
    Guide,
    Hit,
    Place,
    Refund,
    Scene,
    State,
    read_state,
)
from goldseam.engine.bot.understand import CHANGED, FACTS, GUIDED, WORDS, Turn
from goldseam.engine.facts import Conversation as Facts
from goldseam.knowledge.guide_actions import position, tree_of
from goldseam.knowledge.guide_reads import latest_tree, opening_questions, public_guides, walk_beside
from goldseam.knowledge.queries import search

if TYPE_CHECKING:
    from goldseam.bot.models import BotSettings, Talk
    from goldseam.conversations.models import Conversation, Message
    from goldseam.copilot.models import Decision
    from goldseam.knowledge.guide_tree import Tree

_HISTORY = timedelta(hours=12)
_HITS = 3
_LATEST = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """What is read once for a turn: the talk, the shop's choices, the facts."""

    talk: Talk
    settings: BotSettings
    modes: Mapping[str, str]
    reopened: bool = False


def scene_of(conversation: Conversation, message: Message, standing: Standing, now: datetime) -> Scene:
    """Everything the turn looks at, for the customer who owns the conversation and nobody else. The facts
    are those of the assessment, which was made of this very message in this very unit of work."""
    decision, known = latest_assessment(conversation.pk)
    local = now.astimezone(ZoneInfo(conversation.shop.timezone))
    facts = replace(known, now=local) if known is not None else gather(conversation, now)
    return Scene(
        conversation=facts,
        words="\n".join(said_since_answer(facts)),
        now=local,
        assessed=_assessed(conversation, decision, facts),
        state=state_of(standing.talk),
        known=conversation.customer_id is not None,
        modes=standing.modes,
        quiet=quiet(conversation, message, standing.talk, now),
        most_turns=standing.settings.most_turns,
        confirm_minutes=standing.settings.confirm_minutes,
        reopened=standing.reopened,
    )


def said_since_answer(facts: Facts) -> list[str]:
    """What the customer said since anybody answered, in order."""
    spoken = [message for message in facts.messages if message.role != "system"][-_LATEST:]
    own = takewhile(lambda message: message.role == "customer", reversed(spoken))
    return [message.text for message in own][::-1]


def state_of(talk: Talk) -> State:
    """The bot's memory."""
    return read_state(talk.state)


def quiet(conversation: Conversation, message: Message, talk: Talk, now: datetime) -> str:
    """Why the bot must say nothing, "" when it may speak. The caller holds the conversation's lock, so no
    person can begin to write while this is asked."""
    if conversation.locked_at is not None:
        return "crisis"
    if conversation.bot == "wanted":
        return "given over"
    if conversation.assignee_id is not None or person_at_work(conversation.pk, talk.since):
        return "person"
    if message.at < now - _HISTORY:
        return "history"
    return ""


def _assessed(conversation: Conversation, decision: Decision | None, facts: Facts) -> Assessed:
    said: dict[str, Any] = decision.assessment if decision else {}
    extra: dict[str, Any] = decision.extra if decision else {}
    own = {order.id for order in facts.orders}
    meant = said.get("order_id") or ""
    return Assessed(
        issue=conversation.issue or "other",
        confidence=conversation.issue_confidence,
        risk=conversation.risk_level,
        handover=said.get("handover", {}).get("reason") or "",
        order=meant if meant in own else "",
        candidates=tuple(number for number in extra.get("order_candidates", ()) if number in own),
    )


def _refunds(conversation: Conversation) -> tuple[Refund, ...]:
    """The customer's refunds; nobody's without a customer."""
    if conversation.customer_id is None:
        return ()
    return tuple(
        Refund(
            order=row.order.external_id,
            amount=float(row.amount),
            currency=row.currency,
            status=row.status,
            requested_at=row.requested_at,
            completed_at=row.completed_at,
        )
        for row in refunds_of(conversation.customer_id)
    )


def look_up(conversation: Conversation, scene: Scene, turn: Turn, talk: Talk) -> Found:
    """What the turn needs beside the facts, by its subjects: refunds, what is under way and can be carried
    out, articles that answer, guides that are open to customers, and where the customer stands in one."""
    asked = {turn.topic: scene.words} | dict(turn.more)
    wanted = set(asked) - FACTS
    goes_on = bool(scene.state.guide) and scene.state.awaits in ("start", "step")
    question = next((words for topic, words in asked.items() if topic in WORDS), "")
    hits = _hits(conversation, question) if question and not goes_on else ()
    guides = _guides(conversation) if wanted & GUIDED or scene.state.topic in GUIDED else ()
    places, here = _place(conversation, scene.state, talk) if goes_on else ({}, "")
    changes = not CHANGED.keys().isdisjoint(asked) or scene.state.proposal is not None
    return Found(
        hits,
        guides,
        places,
        here,
        refunds=_refunds(conversation) if "refund.progress" in asked else (),
        carried=frozenset(CHANGES) if changes and listeners(conversation.shop_id, CHANGE) else frozenset(),
        pending=queries.waiting_changes(conversation.pk) if changes else frozenset(),
    )


def _hits(conversation: Conversation, words: str) -> tuple[Hit, ...]:
    """The article that surely answers, if customers may read it and it is about what they bought. The next
    best is no answer."""
    found = search(conversation.shop_id, words, _HITS)
    if not found.sure:
        return ()
    first = found.hits[0]
    bought = skus_of_order(conversation.order_id) if conversation.order_id else set()
    about_others = first.article.skus and bought and not bought & set(first.article.skus)
    if not first.article.is_public or about_others:
        return ()
    url = address_of_article(first.article)
    return (Hit(str(first.article.pk), first.article.title, first.passage, url),)


def _guides(conversation: Conversation) -> tuple[Guide, ...]:
    bought = skus_of_order(conversation.order_id) if conversation.order_id else set()
    rows = public_guides(conversation.shop_id, bought)
    asked = opening_questions(rows)
    return tuple(
        Guide(
            id=str(row.pk),
            title=row.title,
            words=f"{row.title} {asked.get(row.pk, '')}",
            url=queries.address_of_guide(row),
            fits=bool(bought & set(row.skus)),
        )
        for row in rows
    )


def _place(conversation: Conversation, state: State, talk: Talk) -> tuple[dict[str, Place], str]:
    """All places of the guide in hand, in the version that the walk began in."""
    if state.awaits == "step" and talk.walk_id is not None:
        walk = walk_beside(conversation, talk.walk_id)
        tree = tree_of(walk)
        return _places(tree), position(tree, walk.path)
    row = next((g for g in public_guides(conversation.shop_id, None) if str(g.pk) == state.guide), None)
    if row is None:
        return {}, ""
    tree = latest_tree(row)
    return _places(tree), tree.steps[0].key


def _places(tree: Tree) -> dict[str, Place]:
    places = {
        step.key: Place(step.key, step.question, step.hint, tuple((a.label, a.next) for a in step.answers))
        for step in tree.steps
    }
    return places | {end.key: Place(end.key, end=end.text, end_kind=end.kind) for end in tree.ends}
