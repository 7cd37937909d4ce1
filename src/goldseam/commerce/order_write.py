"""Writes changed orders: a handful of statements for any number of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils import timezone

from goldseam.commerce.models import Customer, Order, OrderItem, Parcel, Refund, Scan
from goldseam.commerce.order_state import EMPTY, EMPTY_REFUND, OrderState, changed

if TYPE_CHECKING:
    from goldseam.people.models import Shop

_BATCH = 2_000


def write_orders(shop: Shop, states: Sequence[OrderState]) -> None:
    """Store the states; afterwards each has its row's id and its customer's."""
    customers = ensure_rows_of_customers(shop.pk, [state.values["customer"] for state in states])
    ordered = sorted(states, key=lambda state: state.external_id)
    now = timezone.now()
    rows = []
    for state in ordered:
        columns = {name: value for name, value in state.values.items() if name != "customer"}
        state.customer_id = customers.get(state.values["customer"])
        rows.append(
            Order(
                shop=shop,
                external_id=state.external_id,
                customer_id=state.customer_id,
                fingerprint=state.fingerprint,
                updated_at=now,
                **columns,
            )
        )
    written = Order.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["shop", "external_id"],
        update_fields=[*EMPTY, "fingerprint", "updated_at"],
    )
    for state, row in zip(ordered, written, strict=True):
        state.pk = row.pk
    _write_items(changed(ordered, "items"))
    _write_parcels(changed(ordered, "parcels"))
    _write_refunds(changed(ordered, "refunds"))


def ensure_rows_of_customers(shop_id: int, external_ids: Sequence[str]) -> dict[str, int]:
    """The row ids of customers by external id; unknown ones become rows with nothing but the id."""
    wanted = sorted({key for key in external_ids if key})
    rows = Customer.objects.filter(shop_id=shop_id, external_id__in=wanted)
    known = dict(rows.values_list("external_id", "pk"))
    missing = [key for key in wanted if key not in known]
    if missing:
        Customer.objects.bulk_create(
            [Customer(shop_id=shop_id, external_id=key) for key in missing], ignore_conflicts=True
        )
        known = dict(rows.all().values_list("external_id", "pk"))
    return known


def _write_items(states: Sequence[OrderState]) -> None:
    _forget(OrderItem, [state for state in states if state.stored_lines.items])
    OrderItem.objects.bulk_create(
        [
            OrderItem(
                order_id=state.pk,
                position=position,
                sku=item.sku,
                title=item.title,
                quantity=item.quantity,
                price=item.price,
            )
            for state in states
            for position, item in enumerate(state.lines.items)
        ],
        batch_size=_BATCH,
    )


def _write_parcels(states: Sequence[OrderState]) -> None:
    gone = [
        (state.pk, number)
        for state in states
        for number in state.stored_lines.parcels.keys() - state.lines.parcels.keys()
    ]
    for order_id, number in gone:  # rare: only an explicit null takes parcels away
        Parcel.objects.filter(order_id=order_id, tracking_no=number).delete()
    news = [
        (state, number, parcel)
        for state in states
        for number, parcel in state.lines.parcels.items()
        if parcel != state.stored_lines.parcels.get(number)
    ]
    rows = Parcel.objects.bulk_create(
        [Parcel(order_id=state.pk, tracking_no=number, carrier=p.carrier) for state, number, p in news],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["order", "tracking_no"],
        update_fields=["carrier"],
    )
    old = [
        row.pk
        for (state, number, _), row in zip(news, rows, strict=True)
        if number in state.stored_lines.parcels
    ]
    if old:
        Scan.objects.filter(parcel__in=old).delete()
    Scan.objects.bulk_create(
        [
            Scan(
                parcel_id=row.pk,
                position=position,
                at=scan.at,
                status=scan.status,
                location=scan.location,
                text=scan.text,
            )
            for (_, _, parcel), row in zip(news, rows, strict=True)
            for position, scan in enumerate(parcel.scans)
        ],
        batch_size=_BATCH,
    )


def _write_refunds(states: Sequence[OrderState]) -> None:
    _forget(Refund, [state for state in states if state.stored_lines.refunds and not state.lines.refunds])
    Refund.objects.bulk_create(
        [
            Refund(order_id=state.pk, external_id=key, **values)
            for state in states
            for key, values in state.lines.refunds.items()
            if values != state.stored_lines.refunds.get(key)
        ],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["order", "external_id"],
        update_fields=list(EMPTY_REFUND),
    )


def _forget(model: type[OrderItem] | type[Refund], states: Sequence[OrderState]) -> None:
    if states:
        model._default_manager.filter(order__in=[state.pk for state in states]).delete()
