"""What the customer needs, over one message and over a talk."""

from __future__ import annotations

import pytest

from goldseam.engine.facts import Conversation, Message
from goldseam.engine.text.read import read
from goldseam.engine.text.tables import ReadingTables
from tests.engine.text.talk import reading

PLAIN = [
    ("怎么还不发货", "logistics.not_shipped"),
    ("物流三天没更新了", "logistics.delay"),
    ("快递把我包裹弄丢了", "logistics.lost"),
    ("显示已签收但是我没收到", "logistics.false_delivery"),
    ("快递到哪了,什么时候能到", "logistics.tracking"),
    ("收到箱子压扁了,里面的碗碎了", "logistics.damaged"),
    ("快递员不送上门,扔在驿站", "logistics.courier_service"),
    ("用了两天就坏了,开不了机", "product.defect"),
    ("颜色和图片完全不一样", "product.not_as_described"),
    ("我买的是黑色,你们发成白色了", "product.wrong_item"),
    ("少发了一件", "product.missing"),
    ("衣服太小了穿不上", "product.size_fit"),
    ("牛奶过期了", "product.expired"),
    ("充电器冒烟起火了", "product.safety"),
    ("这是假货吧,查不到防伪", "product.counterfeit"),
    ("这个怎么安装,说明书看不懂", "product.how_to"),
    ("帮我取消订单", "order.cancel"),
    ("收货地址填错了,帮我改一下", "order.change"),
    ("我要退货退款", "refund.return"),
    ("我想换一个大一码的", "refund.exchange"),
    ("退款什么时候到账", "refund.progress"),
    ("为什么拒绝我的退款申请", "refund.rejected"),
    ("退货的运费谁出", "refund.freight"),
    ("刚买就降价了,能补差价吗", "price.protection"),
    ("优惠券怎么用不了", "promo.dispute"),
    ("重复扣款了两次", "payment.issue"),
    ("请开一张发票", "invoice"),
    ("机器在保修期内,怎么报修", "warranty.repair"),
    ("你们客服态度太差了", "service.attitude"),
    ("怎么注销账号", "account.privacy"),
    ("谢谢你们,服务太好了,东西很喜欢", "praise"),
    ("在吗", "other"),
    ("where is my parcel", "logistics.tracking"),
    ("I want to cancel my order", "order.cancel"),
    ("I want to return this and get a refund", "refund.return"),
    ("the screen arrived cracked in a crushed box", "logistics.damaged"),
    ("tracking says delivered but I never received it", "logistics.false_delivery"),
    ("please send me an invoice with VAT", "invoice"),
    ("I was charged twice", "payment.issue"),
    ("you sent me the wrong colour", "product.wrong_item"),
    ("it stopped working after two days", "product.defect"),
    ("hello", "other"),
]


@pytest.mark.parametrize(("text", "code"), PLAIN)
def test_plain_requests(tables: ReadingTables, text: str, code: str) -> None:
    assert reading(tables, text).issue.code == code


def test_greetings_do_not_win(tables: ReadingTables) -> None:
    result = reading(
        tables, "你好", "您好,请问有什么可以帮您?", "在吗", "在的", "快递到哪了", "稍等", "好的谢谢"
    )
    assert result.issue.code == "logistics.tracking"


def test_context_carries_over_short_turns(tables: ReadingTables) -> None:
    result = reading(tables, "洗衣机漏水了怎么办", "请您重启试一下", "还是不行")
    assert result.issue.code in ("product.defect", "warranty.repair")


@pytest.mark.parametrize(
    ("question", "answer", "code"),
    [
        ("请问是什么时候申请的退款,现在还没到账吗?", "上周五", "refund.progress"),
        ("请问发票抬头写什么?", "个人就行", "invoice"),
        ("Which date should the technician come to repair it?", "Friday please", "warranty.repair"),
        ("您好,请问有什么可以帮您?", "怎么还不发货", "logistics.not_shipped"),
    ],
)
def test_a_short_answer_is_read_with_its_question(
    tables: ReadingTables, question: str, answer: str, code: str
) -> None:
    talk = Conversation("c", (Message("agent", question), Message("customer", answer)))
    assert read(talk, tables).issue.code == code


def test_what_is_still_open_wins(tables: ReadingTables) -> None:
    result = reading(
        tables, "快递怎么还没到", "已经为您催促", "收到了。另外发票怎么开?", "好的", "开增值税专用发票"
    )
    assert result.issue.code == "invoice"


def test_several_issues_are_named(tables: ReadingTables) -> None:
    issue = reading(tables, "耳机没有声音坏了。还有发票什么时候开给我?").issue
    named = {issue.code, *issue.secondary, *(other.code for other in issue.alternatives[:2])}
    assert {"product.defect", "invoice"} <= named


def test_nonsense_is_not_guessed(tables: ReadingTables) -> None:
    assert reading(tables, "qwzx vbnm ghjk").issue.code == "other"
    assert reading(tables, "。。。").issue.code == "other"


def test_evidence_is_in_the_text(tables: ReadingTables) -> None:
    text = "收到的碗全碎了,包装太差"
    issue = reading(tables, text).issue
    assert issue.evidence
    assert all(word in text for word in issue.evidence)


def test_probabilities(tables: ReadingTables) -> None:
    issue = reading(tables, "退款什么时候到账").issue
    rest = [other.confidence for other in issue.alternatives]
    assert issue.confidence >= max(rest)
    assert rest == sorted(rest, reverse=True)
    assert issue.confidence + sum(rest) <= 1.001
    assert issue.code not in {other.code for other in issue.alternatives}


def test_agents_words_do_not_decide(tables: ReadingTables) -> None:
    result = reading(tables, "我的快递显示签收了可是我没有收到", "发票发票,我们可以给您开发票,增值税专用发票")
    assert result.issue.code == "logistics.false_delivery"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("帮我取消订单吧", "cancel_order"),
        ("把地址改到公司", "change_order"),
        ("我要退货", "return_refund"),
        ("给我换个新的", "exchange"),
        ("快点发货", "expedite"),
        ("顺便开一下发票", "issue_invoice"),
        ("预约师傅上门安装", "schedule_service"),
        ("能修吗", "repair"),
        ("好评返现怎么领", "review_reward"),
        ("能补差价吗", "price_adjust"),
        ("漏的那个给我补发", "reship"),
        ("直接仅退款", "refund_only"),
        ("运费你们承担", "freight_refund"),
        ("帮我查一下物流", "lookup"),
        ("please cancel my order", "cancel_order"),
        ("I need an invoice", "issue_invoice"),
        ("can I exchange it", "exchange"),
        ("send me the missing part", "reship"),
    ],
)
def test_requests(tables: ReadingTables, text: str, remedy: str) -> None:
    assert remedy in {request.remedy for request in reading(tables, text).requests}


def test_several_requests_at_once(tables: ReadingTables) -> None:
    asked = {
        request.remedy for request in reading(tables, "帮我催一下快递,顺便开个发票,地址也改成公司").requests
    }
    assert {"expedite", "issue_invoice", "change_order"} <= asked


@pytest.mark.parametrize(
    ("text", "denied", "asked"),
    [
        ("我不是要退货", "return_refund", None),
        ("不要修,换个新的", "repair", "exchange"),
        ("不想修了,退钱", "repair", "return_refund"),
        ("不要换了,直接退吧", "exchange", "return_refund"),
        ("不要退货,补差价就行", "return_refund", "price_adjust"),
        ("不需要退款", "return_refund", None),
        ("不用退了,谢谢", "return_refund", None),
        ("不要券,退钱", "coupon", "return_refund"),
        ("不要发票", "issue_invoice", None),
        ("I don't want a refund, just send the missing part", "return_refund", "reship"),
        ("no refund needed", "return_refund", None),
    ],
)
def test_a_denied_request_is_none(tables: ReadingTables, text: str, denied: str, asked: str | None) -> None:
    found = {request.remedy for request in reading(tables, text).requests}
    assert denied not in found
    assert asked is None or asked in found


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("要不要修一下", "repair"),
        ("是不是要退回来", "return_refund"),
        ("怎么还不退钱", "return_refund"),
        ("不能换吗", "exchange"),
        ("不想要了", "return_refund"),
    ],
)
def test_a_question_or_a_complaint_denies_no_request(tables: ReadingTables, text: str, remedy: str) -> None:
    assert remedy in {request.remedy for request in reading(tables, text).requests}


@pytest.mark.parametrize("text", ["补我差价", "把差价补我", "差价给我补上"])
def test_the_difference_in_price_is_not_sent_again(tables: ReadingTables, text: str) -> None:
    found = {request.remedy for request in reading(tables, text).requests}
    assert "price_adjust" in found
    assert "reship" not in found


@pytest.mark.parametrize("text", ["装空调", "我要装空调", "帮我约安装", "想约后天装一下热水器"])
def test_a_fitting_is_booked(tables: ReadingTables, text: str) -> None:
    assert "schedule_service" in {request.remedy for request in reading(tables, text).requests}


@pytest.mark.parametrize("text", ["装空调的师傅把墙砸坏了", "怎么装空调支架", "电池怎么装"])
def test_talk_of_fitting_books_none(tables: ReadingTables, text: str) -> None:
    assert "schedule_service" not in {request.remedy for request in reading(tables, text).requests}
