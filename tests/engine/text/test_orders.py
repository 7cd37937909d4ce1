"""Which order is meant: 400 conversations with two to six orders each."""

from __future__ import annotations

import pytest

from goldseam.engine.facts import Item, Order
from goldseam.engine.text.read import read
from goldseam.engine.text.tables import ReadingTables
from tests.engine.text.order_cases import cases
from tests.engine.text.talk import reading

CASES = cases()


def test_the_order_meant_is_found_or_asked_for(tables: ReadingTables) -> None:
    wrong = [case for case in CASES if read(case.conversation, tables).order.id != case.expected]
    assert len(CASES) >= 300
    assert len(wrong) <= 0.05 * len(CASES), [(c.kind, c.conversation.messages[-1].text) for c in wrong]


def test_it_asks_rather_than_guesses(tables: ReadingTables) -> None:
    unclear = [case for case in CASES if case.expected is None]
    meant = [read(case.conversation, tables).order for case in unclear]
    assert [order.id for order in meant] == [None] * len(unclear)
    assert all(order.candidates for order in meant)


@pytest.mark.parametrize("kind", sorted({case.kind for case in CASES}))
def test_every_kind_of_clue_works(tables: ReadingTables, kind: str) -> None:
    chosen = [case for case in CASES if case.kind == kind]
    right = sum(read(case.conversation, tables).order.id == case.expected for case in chosen)
    assert right >= 0.75 * len(chosen)


def test_english_words_and_numbers(tables: ReadingTables) -> None:
    lamp = Order("A-10021", status="delivered", total=40.0, items=(Item("L1", "Oak desk lamp", 1, 40.0),))
    boots = Order(
        "A-10022", status="shipped", total=90.0, items=(Item("B1", "Leather boots size 9", 1, 90.0),)
    )
    both = (lamp, boots)
    assert reading(tables, "the boots still have not arrived", orders=both).order.id == "A-10022"
    assert reading(tables, "my lamp is broken", orders=both).order.id == "A-10021"
    assert reading(tables, "order A-10022 please", orders=both).order.id == "A-10022"
    assert reading(tables, "I want to return it", orders=both).order.id == "A-10021"
    mug = Order("A-10023", status="delivered", total=9.0, items=(Item("M1", "Blue mug", 1, 9.0),))
    assert reading(tables, "I want to return it", orders=(lamp, mug)).order.id is None


def test_without_orders_nothing_is_meant(tables: ReadingTables) -> None:
    assert reading(tables, "订单号313021098954怎么还没到").order.id is None


def test_a_number_the_shop_does_not_know_is_not_taken_for_another_order(tables: ReadingTables) -> None:
    only = Order("313021098954", status="shipped", total=10.0)
    assert reading(tables, "订单号888821098111到哪了", orders=(only,)).order.id is None
