"""What is known of an order, in words: where it is, when it ships, how far its refund is. Facts only; what is
wrong with them is for people, and the answer says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from goldseam.engine.bot.facts import Found, Refund, Scene
from goldseam.engine.bot.tables import Sayings
from goldseam.engine.bot.understand import Turn
from goldseam.engine.decide.parcel import OrderFacts, order_facts
from goldseam.engine.decide.texts import Texts
from goldseam.engine.facts import Order
from goldseam.engine.tables import Tables

_STALLED_HOURS = 48.0
_TITLE = 16
_LATE_REFUND_HOURS = 7 * 24.0


@dataclass(frozen=True, slots=True)
class Told:
    """Words about an order; `trouble` names the facts that a person must look at, none when all is well."""

    text: str
    trouble: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of one order in one language."""

    scene: Scene
    say: Sayings
    texts: Texts
    order: Order
    facts: OrderFacts
    refunds: tuple[Refund, ...] = ()

    def named(self) -> str:
        """The order as customers know it: the end of its number and what was bought."""
        return name_of(self.order, self.say)

    def moment(self, at: datetime | None) -> str:
        """Day and time in the shop's zone."""
        if at is None:
            return ""
        local = at.astimezone(self.scene.now.tzinfo)
        return self.say.say("day_time", month=local.month, day=local.day, time=f"{local:%H:%M}")


def title_of(order: Order) -> str:
    """The first thing in an order, short."""
    title = order.items[0].title if order.items else ""
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"


def name_of(order: Order, say: Sayings) -> str:
    """An order as customers know it: the end of its number and what was bought."""
    title = title_of(order)
    return say.say("order", tail=order.id[-4:], title=f" {title}" if title else "")


def teller(order: Order, scene: Scene, turn: Turn, found: Found, tables: Tables) -> Teller:
    """Gather the facts of one order."""
    disputed = turn.does("not_received")
    return Teller(
        scene=scene,
        say=turn.sayings,
        texts=tables.deciding.texts_for(turn.language, scene.conversation.locale),
        order=order,
        facts=order_facts(order, scene.now, tables.deciding.scans, disputed=disputed, unclear=False),
        refunds=found.refunds,
    )


def where_it_is(one: Teller) -> Told:
    """Parcel and shipping."""
    facts, say, named = one.facts, one.say, one.named()
    plain = {
        "pending_payment": "unpaid",
        "cancelled": "cancelled",
        "refunding": "refunding",
        "refunded": "refunded",
    }
    if facts.state in plain:
        return Told(say.say(plain[facts.state], order=named), evidence=(f"status {facts.state}",))
    if facts.delivered:
        return _arrived(one)
    if not facts.shipped:
        return _waiting(one)
    return _under_way(one)


def _arrived(one: Teller) -> Told:
    at = one.moment(one.order.delivered_at or (one.facts.last_scan.at if one.facts.last_scan else None))
    text = one.say.say("delivered", order=one.named(), at=f" {at}" if at else "")
    scan = one.facts.left_elsewhere or one.facts.last_scan
    if scan is not None and scan.text:
        text = _more(one, text, one.say.say("left", place=scan.text))
    trouble = ("delivery_disputed",) if one.facts.delivery_disputed else ()
    return Told(text, trouble, (f"delivered {one.order.delivered_at or ''}",))


def _waiting(one: Teller) -> Told:
    due = one.order.promised_ship_by
    if due is None:
        return Told(one.say.say("not_shipped", order=one.named()), evidence=("not shipped",))
    late = one.facts.ship_promise_broken
    key = "not_shipped_late" if late else "not_shipped_by"
    text = one.say.say(key, order=one.named(), due=one.moment(due))
    return Told(text, ("ship_promise_broken",) if late else (), (f"promised_ship_by {due}",))


def _under_way(one: Teller) -> Told:
    facts, order, say = one.facts, one.order, one.say
    parcel = order.shipment
    carrier = parcel.carrier if parcel else ""
    number = f" {parcel.tracking_no}" if parcel and parcel.tracking_no else ""
    text = say.say("on_way", order=one.named(), carrier=carrier, number=number)
    text = text.replace(", .", ".").replace(",。", "。") if not (carrier or number) else text
    scan = facts.last_scan
    if scan is not None:
        where = f"{scan.location} " if scan.location else ""
        text = _more(one, text, say.say("scan", at=one.moment(scan.at), where=where, what=scan.text))
    trouble: list[str] = []
    for name, wrong in (
        ("lost", facts.carrier_lost),
        ("returned", facts.returned_to_sender),
        ("damaged", facts.carrier_damaged),
        ("failed", facts.failed_attempt),
    ):
        if wrong:
            trouble.append(name)
            text = _more(one, text, say.say(name))
    if facts.stalled_hours is not None and facts.stalled_hours >= _STALLED_HOURS:
        trouble.append("stalled")
        text = _more(one, text, say.say("stalled", span=span(say, facts.stalled_hours * 60)))
    due = order.promised_delivery_by
    if due is not None and facts.delivery_promise_broken:
        trouble.append("delivery_promise_broken")
        text = _more(one, text, say.say("delivery_late", due=one.moment(due)))
    elif due is not None:
        text = _more(one, text, say.say("expected", due=one.moment(due)))
    return Told(text, tuple(trouble), (f"last scan {scan.at if scan else ''}",))


def how_far_refund(one: Teller) -> Told:
    """The order's latest refund."""
    found = [refund for refund in one.refunds if refund.order == one.order.id]
    if not found:
        state = {"refunding": "refunding", "refunded": "refunded"}.get(one.facts.state)
        key = state or "refund_none"
        return Told(
            one.say.say(key, order=one.named()), () if state else ("refund_none",), (f"status {key}",)
        )
    refund = max(found, key=lambda r: (r.requested_at is not None, r.requested_at or one.scene.now))
    text = one.say.say(
        f"refund_{refund.status}",
        order=one.named(),
        money=one.texts.money(refund.amount, refund.currency),
        at=one.moment(refund.requested_at),
        done=one.moment(refund.completed_at),
    )
    return Told(text, _refund_trouble(refund, one.scene.now), (f"refund {refund.status}",))


def _refund_trouble(refund: Refund, now: datetime) -> tuple[str, ...]:
    if refund.status == "rejected":
        return ("refund_rejected",)
    if refund.status in ("requested", "approved") and refund.requested_at is not None:
        hours = (now - refund.requested_at).total_seconds() / 3600
        return ("refund_late",) if hours > _LATE_REFUND_HOURS else ()
    return ()


def span(say: Sayings, minutes: float) -> str:
    """A duration in words."""
    if minutes < 60:
        return say.say("minutes", n=max(1, round(minutes)))
    if minutes < 72 * 60:
        return say.say("hours", n=max(1, round(minutes / 60)))
    return say.say("days", n=round(minutes / 1440))


def _more(one: Teller, text: str, said: str) -> str:
    return one.say.say("done_more", text=text, said=said)
