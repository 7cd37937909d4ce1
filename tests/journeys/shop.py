"""A small shop for pages to show: customers, orders with parcels, conversations that the copilot has read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from goldseam.commerce.models import Customer, Order, OrderItem, Parcel, Refund, Scan
from goldseam.conversations import actions
from goldseam.conversations.models import Conversation
from goldseam.people.actions import add_person, create_shop
from goldseam.people.models import Agent, Role, Shop

PASSWORD = "jin-shan-mends-bowls"


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation: who, what order state, and what was said (role letter: text), minutes ago."""

    key: str
    name: str
    tier: str
    title: str
    price: str
    state: str
    lines: tuple[tuple[str, int, str], ...]


STORIES = (
    Story(
        "c-1001",
        "周雨桐",
        "vip",
        "青瓷茶具八件套 礼盒装",
        "1299.00",
        "stalled",
        (
            ("c", 190, "你好,我的快递怎么停在广州三天没动了?"),
            ("a", 180, "您好,这边帮您看一下,请稍等。"),
            ("c", 25, "等了三个小时也没个说法!孩子后天生日要用的,再不发我就打12315投诉你们,真棒呢"),
        ),
    ),
    Story(
        "c-1002",
        "李伟",
        "",
        "家用养生壶 1.5L 玻璃加厚",
        "189.00",
        "delivered",
        (("c", 8, "昨天刚收到的养生壶,插上电就冒烟,我妈手都被烫伤了,你们这是什么东西"),),
    ),
    Story(
        "c-1003",
        "陈思远",
        "gold",
        "无线降噪耳机 曜石黑",
        "699.00",
        "delivered",
        (
            ("c", 300, "耳机左边没声音了,才买两个月"),
            ("a", 280, "您好,请问您重置过耳机吗?长按电源键十秒试试。"),
            ("c", 240, "试过了还是不行,能换一个吗"),
        ),
    ),
    Story(
        "c-1004",
        "王静怡",
        "",
        "纯棉四件套 1.8m 雾蓝",
        "329.00",
        "paid",
        (("c", 40, "我前天拍的四件套怎么还没发货呀,什么时候能发呢?"),),
    ),
    Story(
        "c-1005",
        "赵磊",
        "",
        "速干运动T恤 男款 XL",
        "79.00",
        "delivered",
        (("c", 95, "衣服大了,想换小一码,运费谁出?"),),
    ),
    Story(
        "c-1006",
        "孙晓雯",
        "vip",
        "全自动咖啡机 意式",
        "2899.00",
        "refunding",
        (
            ("c", 1500, "退款申请了五天了怎么还没到账"),
            ("a", 1490, "您好,退款已经提交财务,正在处理中。"),
            ("c", 55, "又过了一天还是没有,你们是不是在骗人?再不退我要在小红书曝光"),
        ),
    ),
    Story(
        "c-1007",
        "Emily Carter",
        "",
        "Porcelain teapot, hand painted",
        "88.00",
        "stalled",
        (
            (
                "c",
                65,
                "My parcel hasn't moved for four days and I need it for a wedding on Saturday. Where is it?",
            ),
        ),
    ),
    Story(
        "c-1008",
        "吴桂芳",
        "",
        "电子血压计 上臂式",
        "159.00",
        "delivered",
        (("c", 15, "请问这个血压计怎么换电池,我年纪大了看不清说明书"),),
    ),
    Story(
        "c-1009",
        "刘洋",
        "",
        "不锈钢保温杯 500ml",
        "69.00",
        "delivered",
        (("c", 130, "麻烦开一下发票,抬头个人,谢谢"),),
    ),
    Story(
        "c-1010",
        "郑凯",
        "",
        "蓝牙音箱 便携",
        "199.00",
        "delivered",
        (("c", 400, "音箱收到了,很好用,谢谢客服小姐姐"),),
    ),
)


def add_people(shop: Shop) -> None:
    """An admin, a lead and an agent: <role>@<slug>.test with PASSWORD."""
    for mailbox, person, role in (
        ("admin", "沈清", Role.ADMIN),
        ("lead", "顾远山", Role.LEAD),
        ("agent", "林小满", Role.AGENT),
    ):
        address = f"{mailbox}@{shop.slug}.test"
        add_person(shop, address, person, PASSWORD, role=role, limit=Decimal(50), actor="test")


def build_shop(slug: str = "porcelain", name: str = "青瓷生活馆") -> Shop:
    """The shop with its people and its conversations."""
    shop = create_shop(slug, name, actor="test")
    add_people(shop)
    agent = Agent.objects.get(email=f"agent@{slug}.test")
    now = timezone.now()
    for number, story in enumerate(STORIES):
        _tell(shop, agent, story, number, now)
    return shop


def _tell(shop: Shop, agent: Agent, story: Story, number: int, now: datetime) -> Conversation:
    customer, _ = Customer.objects.get_or_create(
        shop=shop,
        external_id=f"u-{number}",
        defaults={"name": story.name, "phone": f"1380013{number:04}", "tier": story.tier},
    )
    order = _order(shop, customer, story, number, now)
    if number in (0, 5):
        _former(shop, customer, agent, now, number)
    first = now - timedelta(minutes=story.lines[0][1])
    conversation = actions.open_conversation(shop, story.key, customer=customer, at=first, actor="test")
    for role, minutes, text in story.lines:
        at = now - timedelta(minutes=minutes)
        if role == "c":
            actions.receive_message(conversation, text, key=f"{story.key}-{minutes}", at=at)
        else:
            actions.send_reply(conversation, agent, text, at=at)
    if story.state == "refunding":
        Refund.objects.create(
            order=order,
            external_id="r-1",
            amount=order.total or Decimal(0),
            status="approved",
            reason="七天无理由",
            requested_at=now - timedelta(days=5),
        )
    return conversation


def _order(shop: Shop, customer: Customer, story: Story, number: int, now: datetime) -> Order:
    placed = now - timedelta(days=6)
    shipped = None if story.state == "paid" else placed + timedelta(days=1)
    delivered = now - timedelta(days=1) if story.state in ("delivered", "refunding") else None
    status = {"stalled": "shipped"}.get(story.state, story.state)
    order = Order.objects.create(
        shop=shop,
        external_id=f"3130210989{number:02}",
        customer=customer,
        status=status,
        placed_at=placed,
        promised_ship_by=placed + timedelta(days=2),
        promised_delivery_by=now - timedelta(days=2),
        shipped_at=shipped,
        delivered_at=delivered,
        total=Decimal(story.price),
        payment_method="微信支付",
    )
    OrderItem.objects.create(
        order=order, position=0, sku=f"SKU-{number}", title=story.title, price=Decimal(story.price)
    )
    if shipped:
        _parcel(order, number, shipped, delivered)
    return order


def _parcel(order: Order, number: int, shipped: datetime, delivered: datetime | None) -> None:
    parcel = Parcel.objects.create(order=order, tracking_no=f"SF10293847{number:02}", carrier="顺丰速运")
    scans = [
        (0, "picked_up", "杭州滨江营业部", "已揽收"),
        (9, "in_transit", "杭州转运中心", "已发往广州"),
        (30, "in_transit", "广州中转场", "到达"),
        (31, "in_transit", "广州中转场", "等待装车"),
    ]
    for position, (hours, status, place, text) in enumerate(scans):
        at = shipped + timedelta(hours=hours)
        Scan.objects.create(parcel=parcel, position=position, at=at, status=status, location=place, text=text)
    if delivered:
        Scan.objects.create(
            parcel=parcel, position=9, at=delivered, status="delivered", location="广州天河", text="本人签收"
        )


def _former(shop: Shop, customer: Customer, agent: Agent, now: datetime, number: int) -> None:
    at = now - timedelta(days=20)
    old = actions.open_conversation(shop, f"old-{number}", customer=customer, at=at, actor="test")
    actions.receive_message(old, "上次买的碗有一个磕口了", key="old", at=at)
    actions.send_reply(old, agent, "非常抱歉,已经为您登记好了。", at=at + timedelta(minutes=9))
    actions.set_remedy(old, "reship", actor="test")
    actions.close(old, outcome="satisfied", actor="test", at=at + timedelta(hours=1))
