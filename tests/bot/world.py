"""A shop with customers in every state that the bot speaks about, its knowledge, and somebody else's
secrets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from goldseam.bot.models import Switch
from goldseam.channels.webhook.actions import CHANGE, subscribe
from goldseam.commerce.models import Customer, Order, OrderItem, Parcel, Refund, Scan
from goldseam.knowledge.actions import save_article
from goldseam.knowledge.guide_actions import save_guide, set_public
from goldseam.knowledge.records import build_record
from goldseam.people.actions import create_shop
from goldseam.people.models import Agent, Shop
from tests.journeys.shop import add_people

SECRETS = ("880000019999", "SF99990000", "13911112222", "秘密路", "赵不凡", "翡翠手镯")
"""What belongs to somebody else and must never be said."""


@dataclass(frozen=True, slots=True)
class Bought:
    """One order of one customer. Days are counted back from now, `due` and `ship_by` forward."""

    who: str
    number: str
    status: str
    title: str
    price: str
    sku: str
    placed: float = 3
    ship_by: float | None = None
    due: float | None = None
    shipped: float | None = None
    delivered: float | None = None
    scanned: float | None = None
    refund: str = ""


ORDERS = (
    Bought(
        "way", "880000010001", "shipped", "青瓷茶具八件套", "399.00", "TEA", due=2, shipped=2, scanned=0.2
    ),
    Bought("paid", "880000010002", "paid", "纯棉四件套", "329.00", "BED", placed=0.5, ship_by=1.5),
    Bought("late", "880000010003", "paid", "羊毛毯", "199.00", "BLANKET", placed=6, ship_by=-2),
    Bought(
        "stalled",
        "880000010004",
        "shipped",
        "陶瓷花瓶",
        "89.00",
        "VASE",
        placed=8,
        due=-1,
        shipped=6,
        scanned=4,
    ),
    Bought(
        "done",
        "880000010005",
        "delivered",
        "意式咖啡机",
        "2899.00",
        "COFFEE",
        placed=9,
        shipped=8,
        delivered=2,
    ),
    Bought("two", "880000010006", "paid", "不锈钢保温杯", "69.00", "CUP", placed=0.4, ship_by=1.5),
    Bought("two", "880000010007", "shipped", "蓝牙音箱", "199.00", "SPEAKER", due=2, shipped=1, scanned=0.3),
    Bought(
        "refund",
        "880000010008",
        "refunding",
        "无线耳机",
        "699.00",
        "EAR",
        placed=12,
        shipped=11,
        delivered=8,
        refund="approved",
    ),
    Bought(
        "refused",
        "880000010009",
        "delivered",
        "真丝围巾",
        "259.00",
        "SCARF",
        placed=20,
        shipped=19,
        delivered=15,
        refund="rejected",
    ),
    Bought("unpaid", "880000010010", "pending_payment", "香薰蜡烛", "59.00", "CANDLE", placed=0.1),
    Bought("cancelled", "880000010011", "cancelled", "手冲壶", "129.00", "POT", placed=2),
    Bought(
        "english",
        "880000010012",
        "shipped",
        "Porcelain teapot",
        "88.00",
        "TEAPOT",
        due=2,
        shipped=2,
        scanned=0.2,
    ),
    Bought(
        "meter",
        "880000010013",
        "delivered",
        "电子血压计",
        "159.00",
        "METER",
        placed=9,
        shipped=8,
        delivered=5,
    ),
    Bought("other", "880000019999", "shipped", "翡翠手镯", "9999.00", "JADE", due=2, shipped=2, scanned=0.2),
)

KNOWLEDGE = json.loads((Path(__file__).parent / "world.json").read_text("utf-8"))
"""The shop's articles and its guide."""

NAMES = {"english": "Emily Carter", "other": "赵不凡", "vip": "周雨桐"}


def build_world(*, carried: bool = True, mode: str = "answer") -> Shop:
    """Everything; `carried`: a program of the shop carries out changes."""
    shop = create_shop("porcelain", "青瓷生活馆", actor="test")
    add_people(shop)
    now = timezone.now()
    for order in ORDERS:
        _order(shop, order, now)
    Customer.objects.create(shop=shop, external_id="none", name="新客人")
    agent = Agent.objects.get(email="lead@porcelain.test")
    for number, values in enumerate(KNOWLEDGE["articles"]):
        save_article(shop, build_record(values | {"external_id": f"a-{number}"}), agent)
    guide, _ = save_guide(shop, "g-1", KNOWLEDGE["guide"], actor="test")
    set_public(guide, True, "test")
    Switch.objects.create(shop=shop, issue="", channel="", mode=mode)
    if carried:
        subscribe(shop, "https://erp.example.com/changes", [CHANGE], actor="test")
    return shop


def _order(shop: Shop, told: Bought, now: datetime) -> None:
    def ago(days: float | None) -> datetime | None:
        return None if days is None else now - timedelta(days=days)

    phone = "13911112222" if told.who == "other" else "13800138000"
    name = NAMES.get(told.who, f"客人{told.who}")
    customer, _ = Customer.objects.get_or_create(
        shop=shop, external_id=told.who, defaults={"name": name, "phone": phone}
    )
    order = Order.objects.create(
        shop=shop,
        external_id=told.number,
        customer=customer,
        status=told.status,
        placed_at=ago(told.placed),
        promised_ship_by=now + timedelta(days=told.ship_by) if told.ship_by is not None else None,
        promised_delivery_by=now + timedelta(days=told.due) if told.due is not None else None,
        shipped_at=ago(told.shipped),
        delivered_at=ago(told.delivered),
        total=Decimal(told.price),
        address="北京市朝阳区秘密路1号" if told.who == "other" else "杭州市西湖区文三路9号",
    )
    OrderItem.objects.create(
        order=order, position=0, sku=told.sku, title=told.title, price=Decimal(told.price)
    )
    if told.shipped is not None:
        number = "SF9999000099" if told.who == "other" else f"SF1000{told.number[-4:]}"
        parcel = Parcel.objects.create(order=order, tracking_no=number, carrier="顺丰速运")
        at = ago(told.delivered if told.delivered is not None else told.scanned)
        status, text = ("delivered", "本人签收") if told.delivered is not None else ("in_transit", "已到达")
        Scan.objects.create(parcel=parcel, position=0, at=at, status=status, location="广州中转场", text=text)
    if told.refund:
        Refund.objects.create(
            order=order,
            external_id="r-1",
            amount=order.total or Decimal(0),
            status=told.refund,
            requested_at=now - timedelta(days=2),
        )
