"""Builders for conversations and readings, so that a case states only what matters to it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from goldseam.engine.assessment import Assessment
from goldseam.engine.decide.decide import decide
from goldseam.engine.decide.situation import Situation, situation
from goldseam.engine.facts import Conversation, Customer, Item, Message, Order, Scan, Shipment
from goldseam.engine.reading import Emotion, Entities, Issue, OrderMeant, Reading, Request, Signal
from goldseam.workshop.load_deciding import load_deciding

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=timezone(timedelta(hours=8)))


def ago(**span: float) -> datetime:
    """A moment before NOW."""
    return NOW - timedelta(**span)


def ahead(**span: float) -> datetime:
    """A moment after NOW."""
    return NOW + timedelta(**span)


def scan(status: str, when: datetime | None, location: str = "", text: str = "") -> Scan:
    return Scan(at=when, status=status, location=location, text=text)


def order(
    status: str = "delivered", *, scans: tuple[Scan, ...] = (), title: str = "书桌", **more: Any
) -> Order:
    """An order of 200 yuan; delivered ones arrived two days ago."""
    more.setdefault("id", "8801")
    more.setdefault("total", 200.0)
    more.setdefault("placed_at", ago(days=6))
    if status in ("delivered", "completed"):
        more.setdefault("delivered_at", ago(days=2))
    shipment = Shipment(carrier="中通快递", tracking_no="731", events=scans) if scans else None
    return Order(status=status, items=(Item("s-1", title, 1, 200.0),), shipment=shipment, **more)


def conversation(
    *turns: str, orders: tuple[Order, ...] = (), customer: Customer | None = None, **more: Any
) -> Conversation:
    """Turns are the customer's; "agent: …" and "bot: …" are the other side's."""
    messages = []
    for turn in turns or ("你好",):
        role, mark, rest = turn.partition(": ")
        known = mark and role in ("agent", "bot", "system")
        messages.append(Message(role if known else "customer", rest if known else turn))
    more.setdefault("now", NOW)
    more.setdefault("locale", "zh-CN")
    return Conversation("c", tuple(messages), orders=orders, customer=customer, **more)


def reading(issue: str = "other", **more: Any) -> Reading:
    """What the words say. `asks`: remedies asked for; `signals`: codes; `mood`: label and intensity."""
    label, intensity = more.get("mood", ("calm", 0))
    meant = more.get("meant")
    return Reading(
        language=more.get("language", "zh"),
        issue=Issue(issue, more.get("confidence", 0.9), secondary=more.get("secondary", ())),
        emotion=Emotion(label, intensity, course=more.get("course", (float(intensity),))),
        signals=tuple(Signal(code, f"“{code}”") for code in more.get("signals", ())),
        entities=Entities(),
        order=OrderMeant(meant, candidates=more.get("candidates", ())),
        requests=tuple(Request(code, f"要{code}") for code in more.get("asks", ())),
    )


def judged(talk: Conversation, issue: str = "other", **more: Any) -> Assessment:
    """Decide with the packaged tables; the only order is the one meant unless the case says otherwise."""
    if "meant" not in more and len(talk.orders) == 1:
        more["meant"] = talk.orders[0].id
    return decide(talk, reading(issue, **more), load_deciding())


def viewed(talk: Conversation, issue: str = "other", **more: Any) -> Situation:
    """The gathered facts of a case."""
    if "meant" not in more and len(talk.orders) == 1:
        more["meant"] = talk.orders[0].id
    return situation(talk, reading(issue, **more), load_deciding())


def codes(result: Assessment) -> list[str]:
    """The remedies' codes, best first."""
    return [r.code for r in result.remedies]
