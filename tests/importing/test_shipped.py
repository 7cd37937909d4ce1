"""The shipped mappings with the example files that come with them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from goldseam.commerce.importing.mapping import SHIPPED, find_mapping
from goldseam.commerce.models import Customer, Order
from tests.importing.conftest import Run

pytestmark = pytest.mark.django_db
EXAMPLES = SHIPPED / "examples"
FILES = {
    "shopify-orders": ["orders_export_shopify.csv"],
    "woocommerce-orders": ["order_export_woocommerce.csv"],
    "taobao-orders": ["ExportOrderList202610.csv", "ExportOrderDetailList202610.csv"],
}


def paths(name: str) -> list[Path]:
    return [EXAMPLES / file for file in FILES[name]]


@pytest.mark.parametrize("name", sorted(FILES))
def test_examples_go_in_and_a_second_run_changes_nothing(run: Run, name: str) -> None:
    first = run(find_mapping(name), paths=paths(name))
    assert first.report.refused == 0
    assert first.counts()[0] == Order.objects.count() > 0
    again = run(find_mapping(name), paths=paths(name))
    assert (again.counts()[:2], again.counts("customer")[:2]) == ((0, 0), (0, 0))


def test_every_shipped_mapping_has_an_example() -> None:
    assert set(FILES) == {path.stem for path in SHIPPED.glob("*.toml")}


def test_shopify(run: Run) -> None:
    run(find_mapping("shopify-orders"), paths=paths("shopify-orders"))
    order = Order.objects.get(external_id="#2041")
    assert (order.status, order.total, order.currency) == ("shipped", Decimal("92.50"), "USD")
    assert order.address == "12 Orchard Lane, Portland, OR, 97205, US"
    assert order.placed_at is not None
    assert order.placed_at.isoformat() == "2026-10-03T13:12:41+00:00"
    assert [(i.sku, i.quantity, i.price) for i in order.items.all()] == [
        ("BOWL-4-ASH", 1, Decimal("58.00")),
        ("REST-1", 2, Decimal("14.00")),
    ]
    refunded = Order.objects.get(external_id="#2042")
    assert refunded.attributes["notes"] == "Please ring twice,\nthe bell is faint."
    assert refunded.refunds.get().amount == Decimal("30.00")
    statuses = dict(Order.objects.values_list("external_id", "status"))
    assert (statuses["#2043"], statuses["#2044"]) == ("pending_payment", "cancelled")
    assert Customer.objects.get(external_id="+15550199").name == "J. Abara"


def test_woocommerce(run: Run) -> None:
    run(find_mapping("woocommerce-orders"), paths=paths("woocommerce-orders"))
    order = Order.objects.get(external_id="731")
    assert order.customer is not None
    assert (order.status, order.customer.external_id) == ("completed", "anouk.v@example.org")
    assert [(i.sku, i.title, i.quantity, i.price) for i in order.items.all()] == [
        ("APR-OL", "Linen apron, olive", 1, Decimal("35.40")),
        ("91", "Tea towel", 2, Decimal("6.00")),
    ]
    waiting = Order.objects.get(external_id="732")
    assert (waiting.status, waiting.total) == ("pending_payment", Decimal("1035.40"))


def test_taobao(run: Run) -> None:
    run(find_mapping("taobao-orders"), paths=paths("taobao-orders"))
    order = Order.objects.get(external_id="2680011223344556688")
    assert order.customer is not None
    assert (order.status, order.customer.external_id) == ("completed", "老王爱喝茶")
    assert order.customer.phone == "13900000002"
    assert set(order.parcels.values_list("tracking_no", "carrier")) == {
        ("SF0000000000001", "顺丰速运"),
        ("SF0000000000002", "顺丰速运"),
    }
    assert [(i.sku, i.title, i.quantity) for i in order.items.all()] == [
        ("CS-220", "柴烧茶壶 容量:220ml", 1),
        ("GW-TQ", "青釉盖碗茶具套装 颜色分类:天青", 2),
    ]
    assert order.refunds.get().amount == Decimal("50.00")
    shipped = Order.objects.get(external_id="2680011223344556677")
    assert (shipped.status, shipped.shipped_at is not None) == ("shipped", True)
    assert not Order.objects.get(external_id="2680011223344556699").parcels.exists()
