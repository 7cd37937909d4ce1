"""The named features of risk: each a number, its weight, and the facts or words it comes from."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from goldseam.engine.decide.situation import Situation
from goldseam.engine.decide.tables import RiskWeights
from goldseam.engine.decide.texts import quote

_NOISE, _MILD = 0.4, 1.0
_RARE_CONTACTS = 1
_BIG_ORDER = 300.0
_SLOW_ANSWER_HOURS = 0.5
_COUNTED_ACTS = ("refusal", "stalling", "elsewhere", "blame", "action", "offer", "asking", "apology")
_CUSTOMER_ACTS = ("unsolved", "rejects", "accuses", "urges", "asks_help")
_AGAINST = ("rejects", "unsolved", "pushback")
_LONG_STORY = 40
_PASTED = re.compile(r"[\x00-\x7f]+")
_HAN = re.compile("[\u4e00-\u9fff]")
_CLOSING_ACTS = ("thanks", "solved", "agrees")
_OPEN_ACTS = ("denies", "question")


@dataclass(frozen=True, slots=True)
class Feature:
    """One reason for more or less risk: value times weight, with evidence."""

    code: str
    value: float
    weight: float
    evidence: str


def features(view: Situation, weights: RiskWeights) -> list[Feature]:
    """All features that are present in the situation."""
    found = [
        *_mood(view, weights),
        *_signals(view, weights),
        *_issue(view, weights),
        *_promises(view, weights),
        *own_promises(view, weights),
        *_customer(view, weights),
        *_waiting(view, weights),
        *_acts(view, weights),
        *_story(view, weights),
    ]
    return [f for f in found if f.value and f.weight]


def _make(weights: RiskWeights, code: str, value: float, evidence: str) -> Feature:
    return Feature(code, value, weights.weights.get(code, 0.0), evidence)


def _mood(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    emotion, texts = view.reading.emotion, view.texts
    course = emotion.course or (float(emotion.intensity),)
    words = (
        quote("、".join(emotion.keywords[:3]))
        if view.reading.language == "zh"
        else quote(", ".join(emotion.keywords[:3]))
    )
    name = texts.name("emotion", emotion.label)
    if emotion.label == "grateful":
        yield _make(weights, "grateful", 1.0, texts.say("mood", mood=name, words=words))
        return
    if emotion.label != "calm" or emotion.intensity:
        said = texts.say("mood_words" if words else "mood", mood=name, words=words, level=emotion.intensity)
        yield _make(weights, "mood_now", max(0.0, course[-1] - _NOISE), said)
        yield _make(weights, f"mood_{emotion.label}", 1.0, said)
    peak = max(course)
    if peak > max(course[-1], _MILD):
        yield _make(weights, "mood_peak", peak, texts.say("mood_peak", level=f"{peak:.0f}"))
    change = course[-1] - course[0]
    if change > 0 and course[-1] >= _MILD:
        yield _make(weights, "mood_rising", change, texts.say("mood_rising", turns=len(course)))
    elif change < 0:
        yield _make(weights, "mood_falling", -change, texts.say("mood_falling", turns=len(course)))


def _signals(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    seen: set[str] = set()
    for signal in view.reading.signals:
        if signal.code not in seen:
            seen.add(signal.code)
            name = view.texts.name("signal", signal.code)
            said = view.texts.say("signal", signal=name, words=quote(signal.evidence))
            yield Feature(f"signal_{signal.code}", 1.0, weights.signals.get(signal.code, 0.0), said)


def _issue(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    issue = view.reading.issue
    said = view.texts.say("issue", issue=view.texts.name("issue", issue.code))
    yield Feature("issue", issue.confidence, weights.issues.get(issue.code, 0.0), said)
    if issue.secondary:
        yield _make(
            weights, "several_issues", min(2.0, len(issue.secondary)), view.texts.say("several_issues")
        )


def _promises(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    order, texts = view.order, view.texts
    if order.order is None:
        return
    if order.late_delivery_hours:
        due = order.order.promised_delivery_by
        key = "delivered_late" if order.delivered else "promise_broken_delivery"
        said = texts.say(
            key,
            span=texts.span(order.late_delivery_hours),
            due=texts.day(due, view.now) if due else "",
            now=texts.day(view.now, view.now) if view.now else "",
        )
        yield _make(weights, "promise_broken", 1.0 + _grows(order.late_delivery_hours / 24), said)
    if order.late_ship_hours:
        key = "shipped_late" if order.shipped else "not_shipped_late"
        said = texts.say(key, span=texts.span(order.late_ship_hours))
        code = "ship_promise_broken" if order.shipped else "promise_broken_ship"
        yield _make(weights, code, 1.0 + _grows(order.late_ship_hours / 24), said)
    if order.stalled_hours is not None and order.stalled_hours >= 24:
        said = texts.say("stalled", span=texts.span(order.stalled_hours))
        yield _make(weights, "stalled", _grows(order.stalled_hours / 24), said)
    if order.carrier_lost:
        yield _make(weights, "carrier_lost", 1.0, texts.say("scan_lost"))
    if order.carrier_damaged:
        yield _make(weights, "carrier_damaged", 1.0, texts.say("scan_damaged"))
    if order.delivery_disputed:
        yield _make(weights, "delivery_disputed", 1.0, texts.say("disputed"))
    total = order.order.total or 0.0
    if total > _BIG_ORDER:
        said = texts.say("order_value", money=texts.money(total, order.order.currency))
        yield _make(weights, "order_value", math.log10(total / _BIG_ORDER), said)


def own_promises(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    """What the shop's own people promised in this conversation and did not keep."""
    broken = [p for p in view.conversation.promises if p.state == "broken"]
    if not broken:
        return
    last = max(broken, key=lambda p: p.due.timestamp() if p.due else 0.0)
    due = view.texts.day(last.due, view.now) if last.due else ""
    key = "own_promise_broken" if due else "own_promise_broken_undated"
    said = view.texts.say(key, words=quote(last.text), due=due)
    yield _make(weights, "own_promise_broken", _grows(len(broken)), said)


def _customer(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    customer, say = view.conversation.customer, view.texts.say
    if customer is None:
        return
    if (customer.contacts_30d or 0) > _RARE_CONTACTS:
        n = customer.contacts_30d or 0
        yield _make(weights, "repeat_contact", _grows(n - 1), say("contacts", n=n))
    if customer.complaints_365d:
        n = customer.complaints_365d
        yield _make(weights, "former_complaints", _grows(n), say("complaints", n=n))
    if customer.refunds_365d and customer.refunds_365d > 1:
        n = customer.refunds_365d
        yield _make(weights, "former_refunds", _grows(n - 1), say("refunds", n=n))
    if customer.orders_365d == 1:
        yield _make(weights, "first_order", 1.0, say("first_order"))


def _waiting(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    talk, texts = view.talk, view.texts
    if talk.waiting_hours is not None and talk.waiting_hours > _SLOW_ANSWER_HOURS:
        said = texts.say("waiting", span=texts.span(talk.waiting_hours))
        yield _make(weights, "waiting", _grows(talk.waiting_hours), said)
    if talk.slowest_answer_hours is not None and talk.slowest_answer_hours > _SLOW_ANSWER_HOURS:
        said = texts.say("slow_answer", span=texts.span(talk.slowest_answer_hours))
        yield _make(weights, "slow_answer", _grows(talk.slowest_answer_hours), said)
    if talk.unanswered_questions:
        said = texts.say("unanswered", n=talk.unanswered_questions)
        yield _make(weights, "unanswered_questions", min(3.0, talk.unanswered_questions), said)
    if talk.repeated:
        yield _make(weights, "repeated", min(3.0, talk.repeated), texts.say("repeated", n=talk.repeated))
    if talk.customer_turns > 1:
        value = math.log2(talk.customer_turns)
        yield _make(weights, "turns", value, texts.say("turns", n=talk.customer_turns))
    if talk.agent_turns and talk.awaiting:
        yield _make(weights, "customer_last", 1.0, texts.say("customer_last"))


def _acts(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    talk = view.talk
    for act in _COUNTED_ACTS:
        count = talk.agent_count(act)
        if count:
            yield _make(weights, f"agent_{act}", min(2.0, count**0.5), _said_by(view, act, customer=False))
        if talk.last_agent(act):
            yield _make(weights, f"agent_last_{act}", 1.0, _said_by(view, act, customer=False))
    if talk.agent_turns and all(t.customer or "script" in t.acts for t in talk.turns):
        yield _make(weights, "agent_script_only", 1.0, view.texts.say("agent_script_only"))
    for act in _CUSTOMER_ACTS:
        count = talk.customer_count(act)
        if count:
            yield _make(weights, f"customer_{act}", min(2.0, count**0.5), _said_by(view, act, customer=True))
        if talk.last_customer(act) and talk.agent_turns:
            yield _make(weights, f"customer_last_{act}", 1.0, _said_by(view, act, customer=True))
    yield from _ending(view, weights)


def _ending(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    """How the customer's last words take up what was answered."""
    talk = view.talk
    if not talk.agent_turns or talk.customer_turns < 2:
        return
    against = any(talk.last_customer(act) for act in _AGAINST)
    closing = [act for act in _CLOSING_ACTS if talk.last_customer(act)]
    for act in closing if not against else ():
        yield _make(weights, f"customer_last_{act}", 1.0, _said_by(view, act, customer=True))
    for act in _OPEN_ACTS:
        if talk.last_customer(act) and not closing:
            yield _make(weights, f"customer_last_{act}", 1.0, _said_by(view, act, customer=True))
    yield from _course(view, weights)
    if talk.last_customer("pushback"):
        if closing or not talk.last_customer("denies"):  # a no counts once
            yield _make(weights, "customer_last_pushback", 1.0, _said_by(view, "pushback", customer=True))
    elif talk.last_agent("asking") and not against and not talk.last_customer("question"):
        yield _make(weights, "customer_cooperates", 1.0, view.texts.say("customer_cooperates"))


def _course(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    """Whether the talk goes round in a circle or comes to its end."""
    talk, say = view.talk, view.texts.say
    customer = [turn for turn in talk.turns if turn.customer]
    if talk.said_again:
        said = say("said_again", words=quote(customer[-1].text))
        yield _make(weights, "said_again", talk.said_again, said)
    thanks = next((turn for turn in customer[-4:-1] if "thanks" in turn.acts), None)
    if thanks is not None:
        yield _make(weights, "customer_thanked", 1.0, say("customer_thanked", words=quote(thanks.text)))
    if talk.last_agent("closing"):
        yield _make(weights, "agent_last_closing", 1.0, _said_by(view, "closing", customer=False))


def _story(view: Situation, weights: RiskWeights) -> Iterator[Feature]:
    """Who takes the trouble to write at length, or speaks of money, has more at stake."""
    if view.talk.customer_count("money"):
        yield _make(weights, "customer_money", 1.0, _said_by(view, "money", customer=True))
    longest = max((_told(t.text) for t in view.talk.turns if t.customer), default=0)
    if longest > _LONG_STORY:
        value = min(3.0, math.log2(longest / _LONG_STORY))
        yield _make(weights, "long_story", value, view.texts.say("long_story", n=longest))


def _told(text: str) -> int:
    """How long a text is. What a click has pasted into Chinese words (numbers, links, forms) is no story."""
    return len(_PASTED.sub("", text)) if _HAN.search(text) else len(text)


def _said_by(view: Situation, act: str, *, customer: bool) -> str:
    turn = next(t for t in reversed(view.talk.turns) if t.customer is customer and act in t.acts)
    return view.texts.say(f"{'customer' if customer else 'agent'}_{act}", words=quote(turn.text))


def _grows(amount: float) -> float:
    """Grows with the amount, ever slower: one is 1, three are 2, seven are 3."""
    return math.log2(1 + max(0.0, amount))
