"""A reply in the customer's language: the loss named, the facts known, the next step with its time.

Built after nonviolent communication (observation, feeling, need, request): no blame, no excuse, no promise
that policy or facts do not carry. A remedy that needs approval is only said to be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from goldseam.engine.assessment import Draft, Remedy
from goldseam.engine.decide.parcel import ARRIVED, MONEY_BACK, OrderFacts
from goldseam.engine.decide.situation import Situation
from goldseam.engine.decide.urgency import crisis, safety

_SURE = 0.45
_MOST_ASKED_ABOUT = 4
_BACK_IN_PART = frozenset({"price_adjust", "partial_refund", "freight_refund"})
_NO_STEP = frozenset({"escalate_supervisor", "dispute", "carrier_claim"})
_NEEDS_NO_ORDER = frozenset({"other", "praise", "service.attitude", "account.privacy", "product.how_to"})


def draft(view: Situation, ranked: tuple[Remedy, ...], priority: str) -> Draft:
    """Put the reply together from the templates."""
    parts = view.texts.drafts
    if crisis(view) or safety(view):
        return Draft(_fill(view, _protocol(view, parts), priority))
    closing = _closing(view)
    if closing is not None:
        return Draft(parts["closing"][closing])
    sentences = [_opening(view, parts)]
    if view.issue == "praise" and not ranked_step(ranked):
        sentences.append(parts["praise"])
        return Draft(_joined(view, sentences, priority))
    if _asks_which_order(view):
        sentences.append(_which(view, parts))
        return Draft(_joined(view, sentences, priority))
    sentences += _facts(view, parts)
    sentences += _steps(view, ranked, parts)
    return Draft(_joined(view, sentences, priority))


def ranked_step(ranked: tuple[Remedy, ...]) -> Remedy | None:
    """The remedy the draft speaks of: the best one that is more than an explanation."""
    return next((r for r in ranked if r.code not in _NO_STEP and r.code != "explain"), None)


def _protocol(view: Situation, parts: Mapping[str, Any]) -> str:
    codes = {s.code for s in view.reading.signals}
    for code in ("self_harm", "injury", "threat_to_staff"):
        if code in codes:
            return str(parts["crisis"][code])
    return str(parts["crisis"]["safety"])


def _closing(view: Situation) -> str | None:
    """The act by which the customer ends the talk after an answer; None while something is open."""
    talk = view.talk
    if not talk.agent_turns or view.reading.signals or view.reading.emotion.intensity > 1:
        return None
    if any(talk.last_customer(act) for act in ("question", "rejects", "unsolved", "pushback")):
        return None
    for act in ("solved", "thanks"):
        if talk.last_customer(act):
            return act
    done = talk.last_customer("agrees") and not (talk.last_agent("asking") or talk.last_agent("offer"))
    return "agrees" if done else None


def _opening(view: Situation, parts: Mapping[str, Any]) -> str:
    """The greeting where none was said yet, then feeling and loss: stronger words for a stronger mood, none
    of it for a plain question."""
    hello = "" if view.talk.agent_turns else parts["hello"]
    emotion = view.reading.emotion
    losses = parts["loss"]
    sure = view.reading.issue.confidence >= _SURE
    if sure and view.issue in losses and (emotion.intensity > 0 or view.issue in parts["always_loss"]):
        loss = losses[view.issue]
    else:
        return str(hello + parts["greeting"].get(view.issue if sure else "*", parts["greeting"]["*"]))
    strong = emotion.intensity >= 2
    feeling = parts["feeling_strong" if strong else "feeling"].get(emotion.label, "")
    if view.signal("vulnerable") is not None:
        feeling += parts["feeling"]["vulnerable"]
    return str(hello + loss + feeling)


def _asks_which_order(view: Situation) -> bool:
    return view.order.state == "unclear" and view.issue not in _NEEDS_NO_ORDER


def _which(view: Situation, parts: Mapping[str, Any]) -> str:
    lines = []
    for facts in view.candidates[:_MOST_ASKED_ABOUT]:
        order = facts.order
        if order is None:
            continue
        title = order.items[0].title if order.items and order.items[0].title else ""
        placed = view.texts.day(order.placed_at, view.now) if order.placed_at else ""
        key = "order_line" if title and placed else "order_line_short"
        lines.append(view.texts.say(key, id=order.id[-4:], title=_short(title), placed=placed))
    joined = view.texts.phrases["list_separator"].join(lines)
    return str(parts["ask"]["order"]).replace("{orders}", joined)


def _short(title: str) -> str:
    return title if len(title) <= 18 else title[:17] + "…"


def _facts(view: Situation, parts: Mapping[str, Any]) -> list[str]:
    """The one or two observations that matter, without judging anybody."""
    order, texts = view.order, view.texts
    told = parts["fact"]
    if order.order is None:
        return []
    keys: list[tuple[str, dict[str, object]]] = []
    if order.carrier_lost:
        keys.append(("lost", {}))
    elif order.returned_to_sender:
        keys.append(("returned", {}))
    elif order.stalled_hours is not None and order.stalled_hours >= 24 and order.last_scan is not None:
        where = order.last_scan.location
        span = texts.span(order.stalled_hours)
        keys.append(("stalled_at" if where else "stalled", {"span": span, "where": where}))
    elif order.delivery_disputed:
        left = order.left_elsewhere
        keys.append(("disputed_left" if left else "disputed", {"place": left.text if left else ""}))
    if order.order.promised_delivery_by and order.late_delivery_hours and not order.delivered:
        keys.append(("overdue", {"due": texts.day(order.order.promised_delivery_by, view.now)}))
    elif order.order.promised_ship_by and order.late_ship_hours and not order.shipped:
        keys.append(("ship_overdue", {"due": texts.day(order.order.promised_ship_by, view.now)}))
    elif not keys:
        keys += _plain_state(view, order)
    return [_holes(told[key], values) for key, values in keys[:2] if key in told]


def _plain_state(view: Situation, order: OrderFacts) -> list[tuple[str, dict[str, object]]]:
    if view.issue.startswith(("logistics.", "order.", "refund.progress")) and not order.delivered:
        where = order.last_scan.location if order.last_scan else ""
        if order.state == "shipped" and where:
            return [("on_the_way", {"where": where})]
        return [(f"state_{order.state}", {})]
    return []


def _steps(view: Situation, ranked: tuple[Remedy, ...], parts: Mapping[str, Any]) -> list[str]:
    chosen = _chosen(view, ranked)
    if view.order.order is None and view.issue not in _NEEDS_NO_ORDER:
        return _unconfirmed(view, chosen, parts)
    offered = {r.code for r in ranked}
    refused = [
        r.remedy for r in view.reading.requests if r.remedy not in offered and _refusable(view, r.remedy)
    ]
    said = [parts["refused"][code] for code in refused[:1] if code in parts["refused"]]
    for remedy in chosen:
        text = _step(view, remedy, parts["step"])
        if text is not None:
            said.append(text)
    return said or [parts["explain"].get(view.issue, parts["explain"]["*"])]


def _refusable(view: Situation, code: str) -> bool:
    """Whether the refusal's words fit the order: it is too late to cancel or change, or the goods have
    arrived and the rules do not carry what is asked."""
    order = view.order
    if code in ("cancel_order", "change_order"):
        return order.shipped and order.state not in MONEY_BACK
    return order.state in ARRIVED and not order.delivery_disputed


def _chosen(view: Situation, ranked: tuple[Remedy, ...]) -> list[Remedy]:
    """What the customer asks for, else the best remedy."""
    wanted = {r.remedy for r in view.reading.requests}
    chosen = [r for r in ranked if r.code in wanted and r.code not in ("explain", "dispute")][:2]
    if any(r.code in _BACK_IN_PART for r in chosen):
        chosen = [r for r in chosen if r.code != "return_refund"]
    if chosen or view.issue in ("other", "praise"):
        return chosen
    best = ranked_step(ranked)
    if view.issue == "service.attitude":
        best = next((r for r in ranked if r.code == "escalate_supervisor"), best)
    return [best] if best is not None else []


def _step(view: Situation, remedy: Remedy, steps: Mapping[str, str]) -> str | None:
    """The sentence for one remedy: the issue's own wording, with the amount, or as a request for approval."""
    key = f"{remedy.code}_ask" if remedy.needs_approval else remedy.code
    if remedy.amount and remedy.currency and not remedy.needs_approval and f"{key}_money" in steps:
        special = steps.get(f"{view.issue}/{key}")
        money = view.texts.money(remedy.amount, remedy.currency)
        return special or _holes(steps[f"{key}_money"], {"money": money})
    return steps.get(f"{view.issue}/{key}") or steps.get(key) or steps.get(remedy.code)


def _unconfirmed(view: Situation, chosen: list[Remedy], parts: Mapping[str, Any]) -> list[str]:
    """Without the order nothing is promised: what will be possible, and which number is needed."""
    steps, unknown = parts["step"], parts["unknown"]
    said = []
    for remedy in chosen:
        text = unknown.get(remedy.code) or steps.get(f"{view.issue}/{remedy.code}") or steps.get(remedy.code)
        if text:
            said.append(text)
    if view.reading.entities.order_ids or view.reading.entities.tracking_nos:
        return [*said, parts["explain"]["number_known"]]
    told = any("{by}" in text for text in said)
    return [*said, parts["ask"]["number_short" if told else "number"]]


def _joined(view: Situation, sentences: list[str], priority: str) -> str:
    separator = view.texts.phrases["sentence_separator"]
    return _fill(view, separator.join(s for s in sentences if s), priority)


def _fill(view: Situation, text: str, priority: str) -> str:
    """Set the time of the next word: as a clock time when `now` is known, else as a span."""
    if "{by}" not in text:
        return text
    hours, say = view.pack.follow_up_hours[priority], view.texts.say
    if view.now is None:
        return text.replace("{by}", say("within", span=view.texts.span(hours)))
    due = view.now + timedelta(hours=hours)
    time = f"{due.hour:02}:{due.minute:02}"
    if due.date() == view.now.date():
        return text.replace("{by}", say("by_today", time=time))
    return text.replace("{by}", say("by_day", time=time, day=view.texts.day(due, view.now)))


def _holes(template: str, values: Mapping[str, object]) -> str:
    for name, value in values.items():
        template = template.replace("{" + name + "}", str(value))
    return template
