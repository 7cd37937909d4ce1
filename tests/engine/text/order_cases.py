"""Conversations with two to six orders each, made from our own goods and sentences, with the order meant.

Deterministic: the same seed gives the same cases, so a failure can be named and looked at.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from goldseam.engine.facts import Conversation, Item, Message, Order, Shipment

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

GOODS = [
    ("山岚 加厚铸铁炒锅 30cm 无涂层", "锅", 219.0),
    ("云絮 乳胶枕 颈椎护枕", "枕头", 139.0),
    ("青野 男士跑步鞋 透气缓震", "鞋子", 329.0),
    ("小满 桌面加湿器 静音 2L", "加湿器", 88.0),
    ("木也 北欧实木餐桌 1.4米", "桌子", 1680.0),
    ("鹿屿 儿童双肩书包 减负", "书包", 159.0),
    ("澄一 蓝牙降噪耳机", "耳机", 499.0),
    ("禾间 五常大米 10斤装", "大米", 69.9),
    ("初麦 电热水壶 1.7升 304不锈钢", "水壶", 119.0),
    ("拾光 羽绒服 女款中长 连帽", "羽绒服", 799.0),
    ("一枝 口红 豆沙色", "口红", 129.0),
    ("简格 四件套 纯棉 1.8米床", "四件套", 269.0),
    ("润物 空气炸锅 5L 可视", "空气炸锅", 359.0),
    ("远山 拉杆箱 24寸 静音轮", "行李箱", 399.0),
    ("暖橘 电暖器 石墨烯 速热", "取暖器", 459.0),
    ("喵日 豆腐猫砂 6L*4", "猫砂", 99.0),
]

TITLE_WORDS = {
    0: "铸铁炒锅",
    2: "跑步鞋",
    3: "加湿器",
    4: "餐桌",
    5: "书包",
    6: "降噪耳机",
    8: "热水壶",
    9: "羽绒服",
}
TROUBLES = ["怎么回事", "帮我看一下", "处理一下吧", "有问题", "麻烦查查", "给个说法"]


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation and the order it means; None when the engine must ask."""

    kind: str
    conversation: Conversation
    expected: str | None


def _order(rng: random.Random, goods: int, status: str, days: int) -> Order:
    title, _, price = GOODS[goods]
    placed = NOW - timedelta(days=days, hours=rng.randint(0, 5))
    number = "".join(str(rng.randint(0, 9)) for _ in range(rng.choice((12, 18))))
    delivered = placed + timedelta(days=3) if status in ("delivered", "completed", "refunding") else None
    tracking = "SF" + "".join(str(rng.randint(0, 9)) for _ in range(13))
    return Order(
        id="3" + number[1:],
        status=status,
        placed_at=placed,
        shipped_at=None if status in ("paid", "processing") else placed + timedelta(days=1),
        delivered_at=delivered,
        total=price,
        items=(Item(f"G{1000 + goods}", title, 1, price),),
        shipment=None if status in ("paid", "processing") else Shipment("顺丰", tracking),
    )


def _orders(rng: random.Random, statuses: list[str], days: list[int]) -> list[Order]:
    goods = rng.sample([place for place in range(len(GOODS)) if place != 12], len(statuses))
    return [_order(rng, g, s, d) for g, s, d in zip(goods, statuses, days, strict=True)]


def _talk(number: int, orders: list[Order], *texts: str) -> Conversation:
    roles = ("customer", "agent")
    messages = tuple(Message(roles[place % 2], text) for place, text in enumerate(texts))
    return Conversation(f"order-{number}", messages, now=NOW, locale="zh-CN", orders=tuple(orders))


def _spread(rng: random.Random, count: int) -> list[int]:
    """Days before now, well apart from each other."""
    return sorted(rng.sample([1, 5, 9, 20, 33, 50, 75], count))


def _mixed(rng: random.Random, count: int) -> list[Order]:
    states = [rng.choice(("delivered", "completed")) for _ in range(count)]
    return _orders(rng, states, _spread(rng, count))


def _goods_of(order: Order) -> int:
    return int(order.items[0].sku[1:]) - 1000


def _by_number(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 6))
    meant = rng.choice(orders)
    text = rng.choice(["订单号{}{}", "{} 这个单子{}", "你好 {} {}", "单号:{},{}"]).format(
        meant.id, rng.choice(TROUBLES)
    )
    return Case("number", _talk(n, orders, text), meant.id)


def _by_tail(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 6))
    meant = rng.choice(orders)
    text = rng.choice(["尾号{}的那单{}", "后四位是{}的,{}", "最后四位{} {}"]).format(
        meant.id[-4:], rng.choice(TROUBLES)
    )
    return Case("tail", _talk(n, orders, text), meant.id)


def _by_tail_answer(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 6))
    meant = rng.choice(orders)
    return Case(
        "tail_answer", _talk(n, orders, "我要售后", "请提供一下订单号后几位", meant.id[-6:]), meant.id
    )


def _by_tracking(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 5))
    meant = rng.choice(orders)
    assert meant.shipment
    return Case(
        "tracking", _talk(n, orders, f"快递单号{meant.shipment.tracking_no} {rng.choice(TROUBLES)}"), meant.id
    )


def _by_thing(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 6))
    meant = rng.choice(orders)
    word = GOODS[_goods_of(meant)][1]
    text = rng.choice(["我买的{}{}", "那个{}{}", "{}用了两天就坏了,{}", "你们家{}质量不行,{}"]).format(
        word, rng.choice(TROUBLES)
    )
    return Case("thing", _talk(n, orders, text), meant.id)


def _by_title(rng: random.Random, n: int) -> Case:
    while True:
        orders = _mixed(rng, rng.randint(3, 6))
        named = [order for order in orders if _goods_of(order) in TITLE_WORDS]
        if named:
            meant = rng.choice(named)
            return Case(
                "title", _talk(n, orders, f"{TITLE_WORDS[_goods_of(meant)]}{rng.choice(TROUBLES)}"), meant.id
            )


def _by_date(rng: random.Random, n: int) -> Case:
    words = {1: "昨天", 5: "五天前", 33: "上个月"}
    day, word = rng.choice(sorted(words.items()))
    days = sorted({day, *rng.sample([9, 14, 75, 90], rng.randint(1, 3))})
    orders = _orders(rng, ["delivered"] * len(days), days)
    meant = orders[days.index(day)]
    text = rng.choice(["{}买的那个{}", "{}下的单,{}", "{}拍的东西{}"]).format(word, rng.choice(TROUBLES))
    return Case("date", _talk(n, orders, text), meant.id)


def _by_calendar(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 5))
    meant = rng.choice(orders)
    assert meant.placed_at
    day = f"{meant.placed_at.month}月{meant.placed_at.day}{rng.choice('号日')}"
    return Case(
        "calendar",
        _talk(n, orders, f"{day}买的{rng.choice(['', '东西', '那单'])}{rng.choice(TROUBLES)}"),
        meant.id,
    )


def _by_price(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 6))
    meant = rng.choice(orders)
    price = f"{meant.total:g}"
    text = rng.choice(["{}块那个{}", "花了{}元买的,{}", "¥{}的那单{}", "我付了{}块的那个{}"]).format(
        price, rng.choice(TROUBLES)
    )
    return Case("price", _talk(n, orders, text), meant.id)


def _by_state(rng: random.Random, n: int) -> Case:
    count = rng.randint(2, 6)
    kind = rng.choice(("not_arrived", "not_shipped", "refunding"))
    status = {"not_arrived": "shipped", "not_shipped": "paid", "refunding": "refunding"}[kind]
    states = [status, *["completed"] * (count - 1)]
    rng.shuffle(states)
    orders = _orders(rng, states, _spread(rng, count))
    words = {
        "not_arrived": ["还没到的那个{}", "没收到的那个包裹{}", "在路上的那个{}"],
        "not_shipped": ["还没发货的那单{}", "没发的那个{}", "待发货的那个{}"],
        "refunding": ["退款中的那个{}", "正在退的那单{}"],
    }
    text = rng.choice(words[kind]).format(rng.choice(TROUBLES))
    return Case("state", _talk(n, orders, text), orders[states.index(status)].id)


def _by_situation(rng: random.Random, n: int) -> Case:
    count = rng.randint(2, 6)
    text, status = rng.choice(
        [
            ("快递怎么三天没动了", "shipped"),
            ("什么时候发货啊", "paid"),
            ("帮我取消订单", "paid"),
            ("物流到哪了", "shipped"),
            ("退款怎么还没到账", "refunding"),
        ]
    )
    states = [status, *["completed"] * (count - 1)]
    rng.shuffle(states)
    orders = _orders(rng, states, _spread(rng, count))
    return Case("situation", _talk(n, orders, text), orders[states.index(status)].id)


def _by_rank(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 6))
    by_time = sorted(orders, key=lambda order: order.placed_at or NOW)
    by_price = sorted(orders, key=lambda order: order.total or 0.0)
    word, meant = rng.choice(
        [
            ("最近那单", by_time[-1]),
            ("最早那单", by_time[0]),
            ("最贵的那个", by_price[-1]),
            ("最便宜的那个", by_price[0]),
        ]
    )
    return Case("rank", _talk(n, orders, f"{word}{rng.choice(TROUBLES)}"), meant.id)


def _by_answer(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 5))
    meant = rng.choice(orders)
    text = rng.choice(["是的", "对", "对的就是这个", "嗯"])
    return Case("answer", _talk(n, orders, "有个东西坏了", f"请问是订单{meant.id}吗?", text), meant.id)


def _by_choice(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 4))
    place = rng.randrange(min(3, len(orders)))
    offered = " ".join(f"{i}. {order.id} {order.items[0].title}" for i, order in enumerate(orders, 1))
    word = ("第一个", "第二个", "第三个")[place]
    return Case("choice", _talk(n, orders, "我要退货", f"请问是哪一单? {offered}", word), orders[place].id)


def _combined(rng: random.Random, n: int) -> Case:
    """Two orders of the same thing; the date tells them apart."""
    older = _order(rng, 0, "completed", 60)
    newer = _order(rng, 0, "delivered", 9)
    other = [order for order in _mixed(rng, 4) if _goods_of(order) != 0][:2]
    return Case("combined", _talk(n, [older, newer, *other], "上周买的那个锅怎么就生锈了"), newer.id)


def _later_wins(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, 4)
    first, second = rng.sample(orders, 2)
    words = (GOODS[_goods_of(first)][1], GOODS[_goods_of(second)][1])
    talk = _talk(n, orders, f"{words[0]}已经处理好了", "好的,还有别的问题吗", f"还有{words[1]},也坏了")
    return Case("later", talk, second.id)


def _unclear(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 6))
    text = rng.choice(
        ["东西坏了怎么办", "质量太差了", "我要退货", "想换一个", "收到的不对", "这个怎么用", "少发了"]
    )
    return Case("unclear", _talk(n, orders, text), None)


def _unclear_open(rng: random.Random, n: int) -> Case:
    orders = _orders(rng, ["shipped", "shipped", "completed"], _spread(rng, 3))
    return Case(
        "unclear_open", _talk(n, orders, rng.choice(["快递到哪了", "怎么还没到", "物流不动了"])), None
    )


def _unclear_same(rng: random.Random, n: int) -> Case:
    orders = [
        _order(rng, 6, "delivered", 9),
        _order(rng, 6, "completed", 40),
        _order(rng, 1, "completed", 50),
    ]
    return Case("unclear_same", _talk(n, orders, "耳机左边没声音了"), None)


def _unknown_number(rng: random.Random, n: int) -> Case:
    orders = _mixed(rng, rng.randint(2, 5))
    return Case("unknown", _talk(n, orders, "订单号900000000017怎么回事"), None)


_MAKERS = [
    _by_number,
    _by_tail,
    _by_tail_answer,
    _by_tracking,
    _by_thing,
    _by_title,
    _by_date,
    _by_calendar,
    _by_price,
    _by_state,
    _by_situation,
    _by_rank,
    _by_answer,
    _by_choice,
    _combined,
    _later_wins,
    _unclear,
    _unclear_open,
    _unclear_same,
    _unknown_number,
]


def cases(each: int = 20, seed: int = 7) -> list[Case]:
    """`each` cases of every kind."""
    rng = random.Random(seed)
    return [make(rng, place * each + turn) for place, make in enumerate(_MAKERS) for turn in range(each)]
