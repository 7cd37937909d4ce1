"""The mirror's upserts on a real database."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from goldseam.commerce import actions, events
from goldseam.commerce.models import Customer, Order, OrderItem, Parcel, Product, Refund, Scan
from goldseam.commerce.records import (
    UNSET,
    BadRecord,
    CustomerRecord,
    ItemRecord,
    OrderRecord,
    ParcelRecord,
    ProductRecord,
    RefundRecord,
    ScanRecord,
    cleaned,
)
from goldseam.core import events as bus
from goldseam.core.models import AuditEntry
from goldseam.people.models import Shop

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 1, 12, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(slug="s", name="小店", currency="CNY")


def full_order(key: str = "o-1") -> OrderRecord:
    return OrderRecord(
        key,
        customer="u-1",
        status="shipped",
        placed_at=NOON,
        total=Decimal("1299"),
        attributes={"invoice": {"title": "宋某"}, "urgent": False},
        items=[ItemRecord("sku-1", "热水器", 1, Decimal("1299.0")), ItemRecord("sku-2")],
        parcels=[ParcelRecord("JD1", "京东快递", [ScanRecord(NOON, "picked_up", "南京", "已揽收")])],
        refunds=[RefundRecord("r-1", Decimal(20), status="requested")],
    )


def test_an_order_comes_in_whole(shop: Shop) -> None:
    outcome = actions.upsert_orders(shop, [full_order()], actor="test")
    assert (outcome.created, outcome.changed, outcome.unchanged, outcome.refused) == (1, 0, 0, ())
    order = Order.objects.get()
    assert order.customer is not None
    assert (order.customer.external_id, order.status, order.total) == ("u-1", "shipped", Decimal("1299.00"))
    assert order.placed_at == NOON
    assert [(i.sku, i.price) for i in order.items.all()] == [("sku-1", Decimal("1299.00")), ("sku-2", None)]
    parcel = order.parcels.get()
    assert [(s.status, s.location) for s in parcel.scans.all()] == [("picked_up", "南京")]
    assert order.refunds.get().currency == "CNY"


def test_the_same_again_writes_nothing(shop: Shop) -> None:
    records = [full_order(f"o-{i}") for i in range(3)]
    actions.upsert_orders(shop, records, actor="test")
    before = list(Order.objects.order_by("pk").values())
    audits = AuditEntry.objects.count()
    outcome = actions.upsert_orders(shop, records, actor="test")
    assert outcome == actions.Outcome(unchanged=3)
    assert list(Order.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.count() == audits


def test_left_out_stays_and_null_clears(shop: Shop) -> None:
    actions.upsert_one(shop, full_order(), actor="test")
    change = OrderRecord("o-1", total=None, attributes={"urgent": None, "vip": True}, items=None)
    assert actions.upsert_one(shop, change, actor="test") == "changed"
    order = Order.objects.get()
    assert (order.status, order.total) == ("shipped", None)
    assert order.attributes == {"invoice": {"title": "宋某"}, "vip": True}
    assert (order.items.count(), order.parcels.count(), order.refunds.count()) == (0, 1, 1)


def test_two_sources_of_one_order_do_not_fight(shop: Shop) -> None:
    shopside = OrderRecord("o-1", status="shipped", items=[ItemRecord("sku-1")])
    carrier = OrderRecord("o-1", parcels=[ParcelRecord("JD1", scans=[ScanRecord(NOON, "in_transit")])])
    for record in (shopside, carrier):
        assert actions.upsert_one(shop, record, actor="test") != "unchanged"
    for record in (shopside, carrier, shopside):
        assert actions.upsert_one(shop, record, actor="test") == "unchanged"
    back = OrderRecord("o-1", status="paid", items=[ItemRecord("sku-1")])
    assert actions.upsert_one(shop, back, actor="test") == "changed"
    assert actions.upsert_one(shop, shopside, actor="test") == "changed"


def test_parcels_and_refunds_are_merged_by_their_numbers(shop: Shop) -> None:
    actions.upsert_one(shop, full_order(), actor="test")
    kept = Parcel.objects.get(tracking_no="JD1").pk
    scans = [ScanRecord(NOON, "picked_up"), ScanRecord(NOON + timedelta(days=1), "lost")]
    news = OrderRecord(
        "o-1",
        parcels=[ParcelRecord("JD1", scans=scans), ParcelRecord("JD2", "顺丰")],
        refunds=[
            RefundRecord("r-1", status="paid", completed_at=NOON),
            RefundRecord("r-2", Decimal(1), status="approved"),
        ],
    )
    actions.upsert_one(shop, news, actor="test")
    assert list(Parcel.objects.order_by("tracking_no").values_list("tracking_no", "carrier")) == [
        ("JD1", "京东快递"),
        ("JD2", "顺丰"),
    ]
    assert Parcel.objects.get(tracking_no="JD1").pk == kept
    assert list(Scan.objects.values_list("status", flat=True)) == ["picked_up", "lost"]
    assert list(Refund.objects.order_by("external_id").values_list("external_id", "amount", "status")) == [
        ("r-1", Decimal("20.00"), "paid"),
        ("r-2", Decimal("1.00"), "approved"),
    ]
    actions.upsert_one(shop, OrderRecord("o-1", parcels=None, refunds=None), actor="test")
    assert not Parcel.objects.exists()
    assert not Refund.objects.exists()


def test_an_order_may_come_before_its_customer(shop: Shop) -> None:
    actions.upsert_one(shop, full_order(), actor="test")
    assert actions.upsert_one(shop, CustomerRecord("u-1", name="宋敬"), actor="test") == "changed"
    assert Customer.objects.get().name == "宋敬"
    assert Order.objects.get().customer_id == Customer.objects.get().pk


def test_twice_in_one_call_counts_in_order(shop: Shop) -> None:
    records = [
        OrderRecord("o-1", status="paid", items=[ItemRecord("a")]),
        OrderRecord("o-1", status="shipped"),
        OrderRecord("o-1", status="shipped"),
    ]
    outcome = actions.upsert_orders(shop, records, actor="test")
    assert outcome == actions.Outcome(created=1, changed=1, unchanged=1)
    assert (Order.objects.get().status, OrderItem.objects.get().sku) == ("shipped", "a")


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (OrderRecord("", status="paid"), "external_id"),
        (OrderRecord("o", status="teleported"), "status"),
        (OrderRecord("o"), "status"),
        (OrderRecord("o", status="paid", total=Decimal("-1")), "total"),
        (OrderRecord("o", status="paid", total=Decimal("NaN")), "total"),
        (OrderRecord("o", status="paid", total=Decimal("1e30")), "total"),
        (OrderRecord("o", status="paid", placed_at=datetime(2026, 1, 1)), "placed_at"),  # noqa: DTZ001
        (
            OrderRecord("o", status="paid", items=[ItemRecord("a"), ItemRecord("b", quantity=0)]),
            "items[1].quantity",
        ),
        (OrderRecord("o", status="paid", currency="yuan"), "currency"),
        (
            OrderRecord("o", status="paid", parcels=[ParcelRecord("p", scans=[ScanRecord(status="flown")])]),
            "parcels[0].scans[0].status",
        ),
        (OrderRecord("o", status="paid", refunds=[RefundRecord("r", status="paid")]), "refunds[0].amount"),
        (OrderRecord("o", status="paid", refunds=[RefundRecord("r", Decimal(1))]), "refunds[0].status"),
        (ProductRecord("p"), "title"),
        (ProductRecord("p", title=None), "title"),
        (CustomerRecord("x" * 121), "external_id"),
        (CustomerRecord("u", attributes={"k": object()}), "attributes.k"),
    ],
)
def test_a_bad_record_is_refused_by_the_name_of_its_field(shop: Shop, record: object, field: str) -> None:
    with pytest.raises(BadRecord) as caught:
        actions.upsert_one(shop, record, actor="test")  # type: ignore[type-var]
    assert caught.value.field == field
    assert caught.value.message


def test_the_rest_goes_in(shop: Shop) -> None:
    records = [full_order("o-1"), OrderRecord("o-2"), OrderRecord("o-3", status="?"), full_order("o-4")]
    outcome = actions.upsert_orders(shop, records, actor="test")
    assert outcome.created == 2
    assert [(r.index, r.field) for r in outcome.refused] == [(1, "status"), (2, "status")]
    assert Order.objects.count() == 2


def test_what_the_database_cannot_hold_is_made_storable(shop: Shop) -> None:
    actions.upsert_one(
        shop, CustomerRecord(" u\x00-1 ", name="a\ud83d", attributes={"k\x00": "\udc00"}), actor="t"
    )
    customer = Customer.objects.get()
    assert (customer.external_id, customer.name) == ("u-1", "a\ufffd")
    assert customer.attributes == {"k": "\ufffd"}


def test_cleaning_twice_changes_nothing() -> None:
    once = cleaned(full_order())
    assert cleaned(once) == once
    assert cleaned(OrderRecord("o")).total is UNSET


def test_bulk_needs_few_queries(shop: Shop) -> None:
    records = [full_order(f"o-{i}") for i in range(100)]
    with CaptureQueriesContext(
        connection,
    ) as written:
        actions.upsert_orders(shop, records, actor="test")
    assert len(written) < 20
    with CaptureQueriesContext(connection) as repeated:
        actions.upsert_orders(shop, records, actor="test")
    assert len(repeated) < 5


def test_events_and_audit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(
        bus, "_handlers", {events.OrderChanged: (seen.append,), events.OrdersChanged: (seen.append,)}
    )
    actions.upsert_orders(shop, [full_order("o-1")], actor="api")
    actions.upsert_orders(shop, [full_order("o-1")], actor="api")
    actions.upsert_orders(shop, [full_order("o-1"), full_order("o-2"), full_order("o-3")], actor="import")
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    assert seen == [
        events.OrderChanged(shop.pk, ids[0], Customer.objects.get().pk),
        events.OrdersChanged(shop.pk, (ids[1], ids[2])),
    ]
    entries = list(AuditEntry.objects.order_by("pk").values_list("actor", "verb", "subject"))
    assert entries == [
        ("api", "order.created", f"order-{ids[0]}"),
        ("import", "orders.upserted", f"shop-{shop.pk}"),
    ]


def test_products_take_the_shops_currency(shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(currency="USD")
    shop.refresh_from_db()
    outcome = actions.upsert_products(
        shop,
        [
            ProductRecord("p-1", title="Lamp", price=Decimal("9.999")),
            ProductRecord("p-2", title="T", currency="eur"),
        ],
        actor="t",
    )
    assert outcome.created == 2
    assert list(Product.objects.order_by("external_id").values_list("price", "currency")) == [
        (Decimal("10.00"), "USD"),
        (None, "EUR"),
    ]
    assert actions.upsert_one(shop, ProductRecord("p-2", currency=None), actor="t") == "changed"
    assert Product.objects.get(external_id="p-2").currency == "USD"


def test_shops_do_not_see_each_other(shop: Shop) -> None:
    other = Shop.objects.create(slug="t", name="别家")
    for owner in (shop, other):
        assert actions.upsert_one(owner, full_order(), actor="t") == "created"
    assert Order.objects.count() == 2
    assert not Order.objects.exclude(customer__shop_id=F("shop_id")).exists()
