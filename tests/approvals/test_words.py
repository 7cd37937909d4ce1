"""Words that need approval and cost nothing: asked for to the letter, approved, sent once by who asked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import override

from goldseam.approvals import actions, covering, granted, lists, queries
from goldseam.approvals.asking import Asking
from goldseam.approvals.models import ApprovalRequest, State, Turn
from goldseam.approvals.notices import take_news
from goldseam.approvals.routing import terms_of
from goldseam.approvals.steps import StepRow
from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation, Message
from goldseam.copilot.gate import ReplyRefused
from goldseam.copilot.models import CheckedReply
from goldseam.copilot.replay import replay_reply
from goldseam.core.errors import Conflict, DomainError, NotAllowed
from goldseam.core.models import AuditEntry
from goldseam.engine.reply.authority import WORDING
from goldseam.ledger.models import Entry
from goldseam.people.actions import issue_token
from goldseam.people.models import Agent
from tests.approvals.conftest import House

pytestmark = pytest.mark.django_db

FAULT = "周女士,这次确实是我们的过错,非常抱歉。\n我这就去仓库核实,今天给您回复。"


def ask(
    house: House, conversation: Conversation, text: str = FAULT, *, by: Agent | None = None, key: str = "k"
) -> ApprovalRequest:
    asking = Asking(WORDING, Decimal(0), "CNY", "监控查过,是打包时漏了缓冲", reply=text)
    return actions.ask(conversation, asking, requester=by or house.agent, key=key)[0]


def sent(conversation: Conversation) -> list[str]:
    return list(
        Message.objects.filter(conversation=conversation, role="agent").values_list("text", flat=True)
    )


def test_approved_words_go_out_once_and_leave_their_trace(house: House) -> None:
    talk = house.conversation()
    with pytest.raises(ReplyRefused):
        inbox.send_reply(talk, house.agent, FAULT)
    request = ask(house, talk)
    assert (request.called, request.levels) == ("lead", ["lead"])
    assert [FAULT[f["start"] : f["end"]] for f in request.words["findings"]] == ["确实是我们的过错"]
    with override("en"), pytest.raises(Conflict, match="Wording of a reply"):
        inbox.close(talk, outcome="satisfied", actor="test")
    with override("en"):
        assert "Wording of a reply: 周女士" in take_news(house.lead, house.shop.pk)
    actions.approve(request.pk, house.lead, key="a")
    actions.approve(request.pk, house.lead, key="a")
    with override("en"):
        assert take_news(house.agent, house.shop.pk).startswith("lead approved: Wording of a reply")

    message = inbox.send_reply(talk, house.agent, FAULT)
    assert sent(talk) == [FAULT]
    with pytest.raises(ReplyRefused):
        inbox.send_reply(talk, house.agent, FAULT)
    request.refresh_from_db()
    assert request.used_at is not None
    assert list(Turn.objects.values_list("verb", flat=True)) == ["raised", "approved", "used"]
    told = AuditEntry.objects.filter(subject=f"approval-{request.pk}").order_by("pk")
    assert list(told.values_list("verb", flat=True)) == [
        "approval.raised",
        "approval.approved",
        "approval.used",
    ]
    assert not Entry.objects.exists()
    row = CheckedReply.objects.select_related("conversation").get(message=message)
    assert row.verdict == "ok"
    assert replay_reply(row).differs == ()


@pytest.mark.parametrize(
    ("who", "text", "where"),
    [
        ("colleague", FAULT, "c-1"),
        ("agent", FAULT.replace("非常抱歉", "万分抱歉"), "c-1"),
        ("agent", FAULT + "补偿您200元。", "c-1"),
        ("agent", FAULT, "c-2"),
    ],
)
def test_nobody_else_nothing_else_nowhere_else(house: House, who: str, text: str, where: str) -> None:
    house.conversation("c-2")
    request = ask(house, house.conversation())
    actions.approve(request.pk, house.lead)
    with pytest.raises(ReplyRefused):
        inbox.send_reply(Conversation.objects.get(external_id=where), getattr(house, who), text)
    assert len(queries.grants_of(request.conversation_id)) == 1


def test_a_letter_goes_out_with_the_writers_signature(house: House) -> None:
    talk = house.conversation()
    Conversation.objects.filter(pk=talk.pk).update(channel="email")
    house.agent.signature = "客服 小陈"
    house.agent.save()
    actions.approve(ask(house, talk).pk, house.lead)
    inbox.send_reply(talk, house.agent, FAULT.replace("\n", "\r\n"))
    assert sent(talk)[0].endswith("客服 小陈")


def test_words_beside_money_need_both(house: House) -> None:
    talk, text = house.conversation(), FAULT + "补偿您200元优惠券。"
    actions.approve(ask(house, talk, text).pk, house.lead)
    with pytest.raises(ReplyRefused, match="200"):
        inbox.send_reply(talk, house.agent, text)
    actions.approve(house.ask(talk, 200).pk, house.lead)
    inbox.send_reply(talk, house.agent, text)
    assert not ApprovalRequest.objects.filter(used_at=None).exists()


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("您好,我在核实。", Conflict, "need approval"),
        ("补偿您200元优惠券。", Conflict, "need approval"),
        (FAULT + "我们绝对保证不会再有任何问题。", NotAllowed, "绝对保证"),
        ("", DomainError, "Write the reply"),
    ],
)
def test_what_approval_would_not_let_out_is_not_asked_for(
    house: House, text: str, error: type[DomainError], says: str
) -> None:
    talk = house.conversation()
    with override("en"), pytest.raises(error, match=says):
        ask(house, talk, text)
    assert not ApprovalRequest.objects.exists()


def test_nobody_approves_their_own_and_a_refusal_has_a_reason(house: House) -> None:
    request = ask(house, house.conversation())
    for who in (house.agent, house.colleague):
        with pytest.raises(NotAllowed):
            actions.approve(request.pk, who)
    with pytest.raises(DomainError):
        actions.refuse(request.pk, house.lead, words="")
    actions.refuse(request.pk, house.lead, words="先不要定责")
    with pytest.raises(Conflict):
        actions.approve(request.pk, house.other_lead)
    with pytest.raises(ReplyRefused):
        inbox.send_reply(request.conversation, house.agent, FAULT)


def test_it_is_withdrawn_given_back_and_asked_again(house: House) -> None:
    talk = house.conversation()
    first = ask(house, talk)
    assert ask(house, talk).pk == first.pk
    with pytest.raises(Conflict):
        ask(house, talk, FAULT + "!")
    actions.withdraw(first.pk, house.agent)
    second = ask(house, talk, key="again")
    actions.approve(second.pk, house.lead)
    granted.give_back(second.pk, house.agent)
    with pytest.raises(ReplyRefused):
        inbox.send_reply(talk, house.agent, FAULT)


def test_a_leads_own_oath_goes_to_an_admin(house: House) -> None:
    oath = "我们绝对保证不会再有任何问题。"
    request = ask(house, house.conversation(), oath, by=house.lead)
    assert (request.called, request.words["from"]) == ("admin", "admin")
    with pytest.raises(NotAllowed):
        actions.approve(request.pk, house.other_lead)
    actions.approve(request.pk, house.admin)
    inbox.send_reply(request.conversation, house.lead, oath)
    with override("en"), pytest.raises(Conflict, match="approve these words"):
        ask(house, house.conversation("c-2"), oath, by=house.admin)


def test_the_table_of_steps_may_ask_for_two(house: House) -> None:
    row = StepRow("*", WORDING, Decimal(0), ("lead", "admin"), 30)
    covering.write_steps(house.shop, house.admin, [row], Decimal(100))
    request = ask(house, house.conversation())
    assert actions.approve(request.pk, house.lead).state == State.PENDING
    assert actions.approve(request.pk, house.admin).state == State.APPROVED


def test_words_have_no_amount_and_are_never_decided_unread(house: House) -> None:
    talk = house.conversation()
    with pytest.raises(DomainError, match="no amount"):
        actions.ask(
            talk,
            Asking(WORDING, Decimal(5), "CNY", "x", reply=FAULT),
            requester=house.agent,
            key="k2",
        )
    request = ask(house, talk)
    row = lists.Desk(house.shop, house.lead).row(queries.request_by_id(request.pk))
    assert (row.asked, row.small) == (True, False)
    with pytest.raises(DomainError, match="no amount"):
        actions.approve(request.pk, house.lead, amount=Decimal(20))


def test_the_pages_show_the_very_words(house: House, client: Client) -> None:
    talk = house.conversation()
    client.force_login(house.agent)
    text = FAULT + "<b>&"
    dialog = client.get(f"/approvals/ask/{talk.pk}/?remedy=wording").content.decode()
    assert 'name="remedy" value="wording"' in dialog
    assert 'name="amount"' not in dialog
    fields = {"remedy": "wording", "currency": "CNY", "reason": "查过了", "reply": text, "key": "k"}
    refused = client.post(f"/approvals/ask/{talk.pk}/", fields | {"reply": "您好,我在核实。"})
    assert refused.status_code == 409
    assert "不需要审批" in refused.content.decode()
    strip = client.post(f"/approvals/ask/{talk.pk}/", fields, headers={"HX-Request": "true"}).content.decode()
    assert "回复措辞" in strip
    request = ApprovalRequest.objects.get()
    client.force_login(house.lead)
    page = client.get(f"/approvals/{request.pk}/").content.decode()
    assert "这次<mark>确实是我们的过错</mark>,非常抱歉。\n我这就去" in page
    assert "&lt;b&gt;&amp;" in page
    assert "不要定责" in page
    assert "<q>周女士,这次确实是我们的过错" in client.get(f"/print/{talk.pk}/").content.decode()
    assert "我们的过错" not in client.get(f"/print/{talk.pk}/?notes=0").content.decode()
    client.post(f"/approvals/{request.pk}/decide/", {"verb": "approve", "key": "d"})
    client.force_login(house.colleague)
    assert "data-use-grant" not in client.get(f"/approvals/strip/{talk.pk}/").content.decode()
    client.force_login(house.agent)
    strip = client.get(f"/approvals/strip/{talk.pk}/").content.decode()
    assert "data-use-grant" in strip
    assert "data-remedy" not in strip


def test_words_that_wait_are_not_offered_again(house: House, client: Client) -> None:
    talk = house.conversation()

    def shown(who: Agent, text: str) -> str:
        client.force_login(who)
        address = f"/copilot/check/{talk.pk}/"
        return client.post(address, {"text": text}, headers={"HX-Request": "true"}).content.decode()

    assert "提交审批" in shown(house.agent, FAULT)
    ask(house, talk)
    assert "提交审批" not in shown(house.agent, FAULT + "\n")
    assert "待审批" in shown(house.agent, FAULT)
    assert "提交审批" in shown(house.agent, FAULT + "谢谢。")
    assert "提交审批" in shown(house.colleague, FAULT)


def test_nobody_is_above_an_admin(house: House, client: Client) -> None:
    talk = house.conversation()
    request = ask(house, talk)
    client.force_login(house.agent)
    assert "转上级" in client.get(f"/approvals/strip/{talk.pk}/").content.decode()
    actions.pass_on(request.pk, house.lead)
    for address in (f"/approvals/strip/{talk.pk}/", f"/approvals/{request.pk}/"):
        page = client.get(address).content.decode()
        assert "admin" in page
        assert "再次提醒" in page
        assert "转上级" not in page


def test_words_weigh_nothing_in_any_currency(house: House) -> None:
    asking = Asking(WORDING, Decimal(0), "USD", "监控查过", reply=FAULT)
    request, _new = actions.ask(house.conversation(), asking, requester=house.agent, key="k")
    assert request.levels == ["lead"]


def test_words_that_nobody_judged_are_for_the_highest_role(house: House) -> None:
    request = ask(house, house.conversation())
    request.words = {}
    assert terms_of(request).words_from == "admin"


def test_the_trail_names_no_amount_for_words(house: House) -> None:
    request = ask(house, house.conversation())
    (told,) = AuditEntry.objects.filter(subject=f"approval-{request.pk}")
    assert sorted(told.after or {}) == ["levels", "remedy", "verdict"]


def test_programs_ask_in_somebodys_name(house: House, client: Client) -> None:
    _row, token = issue_token(house.shop, "robot", ["approvals:write"], actor="test")
    body = {
        "conversation": house.conversation().external_id,
        "remedy": WORDING,
        "reason": "x",
        "reply": FAULT,
    }
    head = {"Authorization": f"Bearer {token}", "Idempotency-Key": "a"}
    answer = client.post("/api/v1/approvals", body, content_type="application/json", headers=head)
    assert answer.status_code == 400
    named = body | {"requester": house.agent.email}
    answer = client.post("/api/v1/approvals", named, content_type="application/json", headers=head)
    assert (answer.status_code, answer.json()["reply"]) == (201, FAULT)
