"""Customers and their orders, each order living one of a few stories (late, stalled, lost …)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from goldseam.commerce.records import (
    CustomerRecord,
    ItemRecord,
    OrderRecord,
    ParcelRecord,
    RefundRecord,
    ScanRecord,
)
from goldseam.demo.catalogue import Good, goods, world

STORIES = {
    "fine": 66,
    "on_the_way": 6,
    "not_shipped": 4,
    "late": 5,
    "stalled": 4,
    "lost": 2,
    "damaged": 3,
    "false_delivery": 2,
    "failed_attempt": 1,
    "cancelled": 2,
    "refunding": 3,
    "refunded": 2,
}
"""How often each story happens, in per cent."""

_AGES = {"on_the_way": (1, 4), "not_shipped": (2.5, 7), "stalled": (4.5, 10), "refunding": (5, 12)}
"""Days since an order was placed whose story is still going on; the others lie anywhere in the past."""

_PAST = (4, 150)

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with what the dialogues need to know."""

    record: CustomerRecord
    salutation: str
    english: bool


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order with its story and the figures that people talk about."""

    record: OrderRecord
    story: str
    person: Person
    good: Good
    hub: str
    tracking_no: str
    carrier: str
    placed_at: datetime
    moved_at: datetime
    """When something last happened to it."""
    total: Decimal
    scans: tuple[ScanRecord, ...] = field(default=())


def people(chance: Random, count: int, english_share: float = 0.08) -> list[Person]:
    """Customers with invented names; a part of them English."""
    return [_person(chance, number, chance.random() < english_share) for number in range(1, count + 1)]


def _person(chance: Random, number: int, english: bool) -> Person:
    facts = world()
    if english:
        name = chance.choice(facts["english"])
        salutation = name.split()[0]
    else:
        surname = chance.choice(facts["surnames"])
        name = surname + chance.choice(facts["given"])
        salutation = surname + chance.choice(facts["salutations"])
    record = CustomerRecord(
        external_id=f"u{number:05d}",
        name=name,
        phone="" if english else f"1{chance.choice('35789')}{chance.randrange(10**8, 10**9):09d}",
        email=f"{name.split()[0].lower()}{number}@mail.example" if english else "",
        tier=chance.choice(facts["tiers"]),
        language="en" if english else "zh-CN",
    )
    return Person(record, salutation, english)


def purchases(chance: Random, persons: list[Person], count: int, now: datetime) -> Iterator[Purchase]:
    """`count` orders over the last 150 days, a few customers buying much more than others."""
    weights = [chance.paretovariate(3.0) for _ in persons]
    stories, shares = list(STORIES), list(STORIES.values())
    for number in range(count):
        person = chance.choices(persons, weights)[0]
        story = chance.choices(stories, shares)[0]
        days = chance.uniform(*_AGES.get(story, _PAST))
        yield _purchase(chance, number, person, story, now - days * _DAY)


def _purchase(chance: Random, number: int, person: Person, story: str, placed_at: datetime) -> Purchase:
    good = chance.choice(goods())
    quantity = 2 if chance.random() < 0.12 else 1
    price = Decimal(str(good.price_usd if person.english else good.price))
    items = [ItemRecord(good.sku, good.title_en if person.english else good.title, quantity, price)]
    if chance.random() < 0.2:
        extra = chance.choice(goods())
        extra_price = Decimal(str(extra.price_usd if person.english else extra.price))
        items.append(ItemRecord(extra.sku, extra.title_en if person.english else extra.title, 1, extra_price))
    total = sum((item.price or Decimal(0)) * item.quantity for item in items) + Decimal(0)
    facts = world()
    carrier = chance.choice(facts["carriers_en" if person.english else "carriers"])
    journey = _Journey(chance, person.english, story, placed_at)
    tracking_no = f"{_prefix(carrier)}{chance.randrange(10**11, 10**12)}" if journey.scans else ""
    record = OrderRecord(
        external_id=f"HY{placed_at:%y%m%d}{number:06d}",
        customer=person.record.external_id,
        status=journey.status,
        placed_at=placed_at,
        promised_ship_by=placed_at + 48 * _HOUR,
        promised_delivery_by=placed_at + (12 if person.english else 5) * _DAY,
        shipped_at=journey.shipped_at,
        delivered_at=journey.delivered_at,
        currency="USD" if person.english else "CNY",
        total=total,
        payment_method="PayPal" if person.english else chance.choice(facts["payments"]),
        address=_address(chance, person.english),
        items=tuple(items),
        parcels=_parcels(journey, tracking_no, carrier),
        refunds=journey.refunds(number, total, "USD" if person.english else "CNY"),
    )
    return Purchase(
        record=record,
        story=story,
        person=person,
        good=good,
        hub=journey.hub,
        tracking_no=tracking_no,
        carrier=carrier,
        placed_at=placed_at,
        moved_at=journey.moved_at,
        total=total,
        scans=tuple(journey.scans),
    )


def _parcels(journey: _Journey, tracking_no: str, carrier: str) -> tuple[ParcelRecord, ...]:
    if not tracking_no:
        return ()
    return (ParcelRecord(tracking_no, carrier=carrier, scans=tuple(journey.scans)),)


def _prefix(carrier: str) -> str:
    return str(world()["prefixes"][carrier])


def _address(chance: Random, english: bool) -> str:
    facts = world()
    if english:
        return str(chance.choice(facts["cities_en"]))
    return str(chance.choice(facts["cities"]) + chance.choice(facts["streets"]))


class _Journey:
    """One order's way from payment to the door, as its story wants it."""

    def __init__(self, chance: Random, english: bool, story: str, placed_at: datetime) -> None:
        self.chance, self.english, self.story = chance, english, story
        self.hub = str(chance.choice(world()["hubs_en" if english else "hubs"]))
        self.status, self.moved_at = "paid", placed_at
        self.shipped_at: datetime | None = None
        self.delivered_at: datetime | None = None
        self.scans: list[ScanRecord] = []
        if story == "cancelled":
            self.status = "cancelled"
        elif story == "not_shipped":
            self.status = chance.choice(("paid", "processing"))
        else:
            self._ship(placed_at + chance.uniform(5, 40) * _HOUR)

    def _ship(self, at: datetime) -> None:
        self.shipped_at = at
        self.status = "shipped"
        self._scan("picked_up", at, str(self.chance.choice(world()["warehouses"])))
        self._scan("in_transit", at + self.chance.uniform(8, 20) * _HOUR, self.hub)
        if self.story in ("on_the_way", "stalled"):
            return
        if self.story == "lost":
            self._scan("exception", self.moved_at + self.chance.uniform(2, 4) * _DAY, self.hub)
            self._scan("lost", self.moved_at + self.chance.uniform(3, 5) * _DAY, self.hub)
            return
        pause = self.chance.uniform(5, 9) if self.story == "late" else self.chance.uniform(0.5, 1.6)
        if self.english:
            pause *= 2.5
        self._scan("in_transit", self.moved_at + pause * _DAY, "")
        self._arrive()

    def _arrive(self) -> None:
        if self.story == "damaged":
            self._scan("damaged", self.moved_at + 3 * _HOUR, self.hub)
        self._scan("out_for_delivery", self.moved_at + self.chance.uniform(6, 20) * _HOUR, "")
        if self.story == "failed_attempt":
            self._scan("failed_attempt", self.moved_at + 5 * _HOUR, "")
            return
        kind = "false_delivery" if self.story == "false_delivery" else "delivered"
        self._scan(kind, self.moved_at + self.chance.uniform(1, 6) * _HOUR, "")
        self.delivered_at = self.moved_at
        self.status = {"refunding": "refunding", "refunded": "refunded"}.get(self.story, "completed")
        if self.story in ("damaged", "false_delivery", "late"):
            self.status = "delivered"

    def _scan(self, kind: str, at: datetime, location: str) -> None:
        words = world()["scans"][kind][1 if self.english else 0]
        status = "delivered" if kind == "false_delivery" else kind
        self.scans.append(ScanRecord(at=at, status=status, location=location, text=words))
        self.moved_at = at

    def refunds(self, number: int, total: Decimal, currency: str) -> tuple[RefundRecord, ...]:
        if self.story not in ("refunding", "refunded"):
            return ()
        asked = self.moved_at + self.chance.uniform(1, 4) * _DAY
        done = self.story == "refunded"
        return (
            RefundRecord(
                external_id=f"RF{number:06d}",
                amount=total,
                currency=currency,
                status="paid" if done else "approved",
                reason="",
                requested_at=asked,
                completed_at=asked + 2 * _DAY if done else None,
            ),
        )
