"""Fill a database with the demo shop; what is there already stays as it is."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.utils import timezone

from goldseam.commerce.actions import upsert_customers, upsert_orders, upsert_products
from goldseam.commerce.records import ProductRecord
from goldseam.conversations.actions import assign
from goldseam.conversations.importing import upsert_conversations
from goldseam.conversations.queries import find_conversation
from goldseam.core.errors import NotFound
from goldseam.demo.absence import send_somebody_away
from goldseam.demo.approvals import load_approvals
from goldseam.demo.articles import articles
from goldseam.demo.catalogue import goods, world
from goldseam.demo.chat import open_chat
from goldseam.demo.help import load_gaps, open_help_centre
from goldseam.demo.ledger import load_money, older_threads
from goldseam.demo.lists import load_lists
from goldseam.demo.orders import people, purchases
from goldseam.demo.promises import load_promises
from goldseam.demo.service import run_service, set_up_service
from goldseam.demo.sheets import load_guides, load_sheets
from goldseam.demo.threads import Threads
from goldseam.demo.writing import load_writing
from goldseam.knowledge.actions import import_articles
from goldseam.people.actions import add_person, create_shop
from goldseam.people.queries import Role, agents_of

if TYPE_CHECKING:
    from datetime import datetime

    from goldseam.people.models import Shop

Progress = Callable[[str, int, int], None]
"""Called with a part's name, how much of it is done, and how much there is."""

SEED = 20260701
CUSTOMERS, ORDERS, CLOSED, OPEN = 620, 2_400, 1_560, 72
_ACTOR = "demo"
_BATCH = 120
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SignIn:
    """A person of the demo shop and how to sign in."""

    role: str
    email: str
    password: str


def load_demo(progress: Progress) -> list[SignIn]:
    """Make what is missing of the demo shop. Returns the sign-ins, which are random per home and kept
    there in `demo-sign-ins.json`, readable by its owner only."""
    sign_ins = _sign_ins(settings.ENVIRONMENT.home / "demo-sign-ins.json")
    shop = create_shop("demo", world()["shop"], actor=_ACTOR)
    _add_people(shop, sign_ins)
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    _load_rows(shop, now, progress)
    open_chat(shop)
    return sign_ins


def _sign_ins(path: Path) -> list[SignIn]:
    if path.exists():
        return [SignIn(**entry) for entry in json.loads(path.read_text("utf-8"))]
    made = [
        SignIn(
            person["role"],
            f"{person['sign_in']}@demo.example",
            f"{person['sign_in']}-{secrets.token_hex(4)}",
        )
        for person in world()["people"]
    ]
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump([asdict(sign_in) for sign_in in made], file, indent=1)
    return made


def _add_people(shop: Shop, sign_ins: list[SignIn]) -> None:
    known = set(agents_of(shop.pk).values_list("email", flat=True))
    for person, sign_in in zip(world()["people"], sign_ins, strict=True):
        if sign_in.email not in known:
            add_person(
                shop,
                sign_in.email,
                person["name"],
                sign_in.password,
                role=Role(person["role"]),
                limit=Decimal(person["limit"]),
                actor=_ACTOR,
            )


def _load_rows(shop: Shop, now: datetime, progress: Progress) -> None:
    """Everything from one seed, written only where it is missing: a second start finds all of it there."""
    if _is_loaded(shop):
        return
    chance = Random(SEED)
    products = [
        ProductRecord(
            good.sku,
            title=good.title,
            category=good.category,
            price=Decimal(str(good.price)),
            currency="CNY",
            attributes={"title_en": good.title_en, "short": good.short},
        )
        for good in goods()
    ]
    set_up_service(shop)
    upsert_products(shop, products, actor=_ACTOR)
    import_articles(shop, articles(), actor=_ACTOR)
    load_sheets(shop)
    load_guides(shop, Random(SEED))
    open_help_centre(shop)
    persons = people(chance, CUSTOMERS)
    for batch in _batches([person.record for person in persons], "customers", progress):
        upsert_customers(shop, batch, actor=_ACTOR)
    bought = list(purchases(chance, persons, ORDERS, now))
    for orders in _batches([purchase.record for purchase in bought], "orders", progress):
        upsert_orders(shop, orders, actor=_ACTOR)
    threads = Threads(chance, bought, timezone.now())
    for conversations in _batches(list(threads.closed(CLOSED)), "conversations", progress):
        upsert_conversations(shop, conversations, actor=_ACTOR)
    waiting = list(threads.open(OPEN))
    for conversations in _batches(waiting, "waiting now", progress):
        upsert_conversations(shop, conversations, actor=_ACTOR)
    _hand_out(shop, chance, [record.external_id for record in waiting])
    run_service(shop)
    load_lists(shop, chance, actor=_ACTOR)
    send_somebody_away(shop, actor=_ACTOR)
    for conversations in _batches(older_threads(threads), "older conversations", progress):
        upsert_conversations(shop, conversations, actor=_ACTOR)
    load_money(shop, chance, timezone.now())
    load_approvals(shop, timezone.now())
    load_writing(shop, Random(SEED))
    load_promises(shop, timezone.now())
    load_gaps(shop, Random(SEED), now)


def _is_loaded(shop: Shop) -> bool:
    try:
        find_conversation(shop.pk, f"demo-{CLOSED + OPEN:05d}")
    except NotFound:
        return False
    return True


def _hand_out(shop: Shop, chance: Random, external_ids: list[str]) -> None:
    """A third of the open conversations has an owner already."""
    agents = list(agents_of(shop.pk))
    for external_id in external_ids:
        if chance.random() < 0.35:
            assign(find_conversation(shop.pk, external_id), chance.choice(agents), actor=_ACTOR)


def _batches(rows: list[T], part: str, progress: Progress) -> Iterator[list[T]]:
    remaining: Iterable[T] = iter(rows)
    done = 0
    while batch := list(islice(remaining, _BATCH)):
        yield batch
        done += len(batch)
        progress(part, done, len(rows))
