"""Numbers, sums and days in messages."""

from __future__ import annotations

import pytest

from goldseam.engine.facts import Item, Order, Shipment
from goldseam.engine.reading import Entities
from goldseam.engine.text.figures import spoken_number
from goldseam.engine.text.tables import ReadingTables
from tests.engine.text.talk import reading

ORDERS = (
    Order(
        "313021098954",
        status="shipped",
        items=(Item("100042754736", "吸尘器", 1, 1299.0),),
        shipment=Shipment("京东快递", "JD1234567890"),
    ),
)


def entities(tables: ReadingTables, text: str) -> Entities:
    return reading(tables, text, orders=ORDERS).entities


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("订单313021098954怎么还没到", "order_ids", ("313021098954",)),
        ("订单号:2894710384756102934", "order_ids", ("2894710384756102934",)),
        ("my order #GS10293 is late", "order_ids", ("GS10293",)),
        ("order 112-3456789-7654321 please", "order_ids", ("112-3456789-7654321",)),
        ("单号JD1234567890", "tracking_nos", ("JD1234567890",)),
        ("SF1234567890123 到哪了", "tracking_nos", ("SF1234567890123",)),
        ("圆通YT1234567890123没动静", "tracking_nos", ("YT1234567890123",)),
        ("运单号 773012345678901", "tracking_nos", ("773012345678901",)),
        ("EMS EA123456789CN", "tracking_nos", ("EA123456789CN",)),
        ("tracking 1Z999AA10123456784", "tracking_nos", ("1Z999AA10123456784",)),
        ("tracking number RB123456789GB", "tracking_nos", ("RB123456789GB",)),
        ("我电话13812345678", "phones", ("13812345678",)),
        ("打138 1234 5678", "phones", ("13812345678",)),
        ("手机号是+8613912345678", "phones", ("+8613912345678",)),
        ("call me on 07911123456", "phones", ("07911123456",)),
        ("货号100042754736缺个刷头", "skus", ("100042754736",)),
        ("sku WX-2203-B is missing", "skus", ("WX-2203-B",)),
        ("退我59.9元", "amounts", (59.9,)),
        ("花了1,299块", "amounts", (1299.0,)),
        ("¥88和￥99", "amounts", (88.0, 99.0)),
        ("三百五十块钱", "amounts", (350.0,)),
        ("一千二百块", "amounts", (1200.0,)),
        ("两万块的货", "amounts", (20000.0,)),
        ("1.5万元", "amounts", (15000.0,)),
        ("三块五", "amounts", (3.5,)),
        ("退我一千五就行", "amounts", (1500.0,)),
        ("给我退三百", "amounts", (300.0,)),
        ("赔两百就算了", "amounts", (200.0,)),
        ("退一万二吧", "amounts", (12000.0,)),
        ("补我五十,不然差评", "amounts", (50.0,)),
        ("退我1500就行", "amounts", (1500.0,)),
        ("赔我80算了", "amounts", (80.0,)),
        ("12块5运费", "amounts", (12.5,)),
        ("it cost $49.99 and £5", "amounts", (49.99, 5.0)),
        ("I paid 30 euros", "amounts", (30.0,)),
        ("昨天下的单", "dates", ("2026-11-19",)),
        ("前天", "dates", ("2026-11-18",)),
        ("11月3号买的", "dates", ("2026-11-03",)),
        ("十一月三号", "dates", ("2026-11-03",)),
        ("12月25日买的", "dates", ("2025-12-25",)),
        ("三天前", "dates", ("2026-11-17",)),
        ("上周五下单", "dates", ("2026-11-13",)),
        ("周三买的", "dates", ("2026-11-18",)),
        ("3号下的单", "dates", ("2026-11-03",)),
        ("2026-11-05付的款", "dates", ("2026-11-05",)),
        ("last Tuesday", "dates", ("2026-11-17",)),
        ("two weeks ago", "dates", ("2026-11-06",)),
        ("on 5 November", "dates", ("2026-11-05",)),
        ("I ordered it yesterday", "dates", ("2026-11-19",)),
        ("on Nov 3rd", "dates", ("2026-11-03",)),
    ],
)
def test_named_things_are_found(
    tables: ReadingTables, text: str, kind: str, expected: tuple[object, ...]
) -> None:
    assert getattr(entities(tables, text), kind) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我电话13812345678", "order_ids"),
        ("我电话13812345678", "tracking_nos"),
        ("订单313021098954", "phones"),
        ("单号JD1234567890", "order_ids"),
        ("两块电池少了一块", "amounts"),
        ("退我一件就行", "amounts"),
        ("补我十个", "amounts"),
        ("给我退两百个", "amounts"),
        ("退七天了", "amounts"),
        ("补我两", "amounts"),
        ("退我313021098954", "amounts"),
        ("退给13812345678", "amounts"),
        ("赔十倍", "amounts"),
        ("买了三个,等了十天", "amounts"),
        ("元旦买的", "amounts"),
        ("5号楼302", "dates"),
        ("穿42号的鞋", "dates"),
        ("3分钟就坏了", "amounts"),
        ("尺码170/92A", "order_ids"),
        ("2025款的 4K 电视", "skus"),
        ("五星好评", "amounts"),
        ("温度37.5度", "dates"),
    ],
)
def test_nothing_is_taken_for_something_else(tables: ReadingTables, text: str, kind: str) -> None:
    assert getattr(entities(tables, text), kind) == ()


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("三百五", 350),
        ("一万二", 12000),
        ("两千", 2000),
        ("十二", 12),
        ("一百零五", 105),
        ("二十", 20),
        ("一千零一十", 1010),
        ("三万五千", 35000),
    ],
)
def test_spoken_numbers(tables: ReadingTables, words: str, value: float) -> None:
    assert spoken_number(words, tables.numbers) == value


def test_spoken_nonsense_is_no_number(tables: ReadingTables) -> None:
    assert spoken_number("三三", tables.numbers) is None
    assert spoken_number("三天", tables.numbers) is None


def test_without_a_moment_no_day_is_guessed(tables: ReadingTables) -> None:
    from dataclasses import replace

    from goldseam.engine.text.read import read
    from tests.engine.text.talk import talk

    assert read(replace(talk("昨天买的"), now=None), tables).entities.dates == ()
