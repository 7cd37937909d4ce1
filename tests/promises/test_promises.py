"""What is promised is dated, watched, reminded of, settled by facts or people, and weighs when it breaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.commerce.actions import upsert_orders
from goldseam.commerce.events import OrderChanged
from goldseam.commerce.models import Parcel, Refund, Scan
from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation, Message
from goldseam.copilot.queries import latest_decision
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.models import AuditEntry
from goldseam.people.actions import issue_token
from goldseam.people.models import Agent, Shop
from goldseam.promises import actions
from goldseam.promises.actions import Commitment
from goldseam.promises.jobs import watch_promises
from goldseam.promises.models import How, Kind, Promise, State
from goldseam.promises.queries import reminders_for

MADE = timezone.now() - timedelta(hours=8)


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


@pytest.fixture
def agent(shop: Shop) -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


@pytest.fixture
def talk(shop: Shop) -> Conversation:
    Promise.objects.all().delete()
    return Conversation.objects.select_related("shop", "order").get(external_id="c-1001")


def promised(
    talk: Conversation,
    agent: Agent,
    kind: str = "call_back",
    words: str = "今天18点前给您回复",
    *,
    due: timedelta = timedelta(hours=4),
    amount: Decimal | None = None,
    made: datetime = MADE,
) -> Promise:
    """A promise made some hours ago, due so long from now."""
    message = Message.objects.create(
        conversation=talk, role="agent", author=agent, text=f"您好,{words}。", at=made
    )
    one = Commitment(
        kind, 3, 3 + len(words), words, timezone.now() + due, True, amount, "CNY" if amount else ""
    )
    (promise,) = actions.make(talk, message, agent, [one])
    return promise


def row(talk: Conversation) -> tuple[datetime | None, int]:
    fresh = Conversation.objects.get(pk=talk.pk)
    return fresh.promise_due_at, fresh.promises_broken


def test_a_sent_reply_makes_dated_promises_and_the_row_knows(talk: Conversation, agent: Agent) -> None:
    message = inbox.send_reply(talk, agent, "我现在去联系快递,2小时内给您回电话。另外给您补偿20元。")
    call, gift = Promise.objects.filter(message=message).order_by("start")
    assert (call.kind, call.named, gift.kind, gift.named) == ("call_back", True, "compensation", False)
    assert abs(call.due_at - timezone.now() - timedelta(hours=2)) < timedelta(minutes=1)
    assert gift.due_at > call.due_at
    assert row(talk) == (call.due_at, 0)
    assert AuditEntry.objects.filter(verb="promise.made", subject=f"promise-{call.pk}").exists()


def test_the_same_promise_again_is_not_a_second_one(talk: Conversation, agent: Agent) -> None:
    for words in ("给您补偿20元。", "您放心,给您补偿20元。"):
        inbox.send_reply(talk, agent, words)
    assert Promise.objects.count() == 1
    inbox.send_reply(talk, agent, "再给您补偿5元。")
    assert Promise.objects.count() == 2


def _ship(talk: Conversation) -> None:
    talk.order.shipped_at = timezone.now()  # type: ignore[union-attr]
    talk.order.save()  # type: ignore[union-attr]


def _deliver(talk: Conversation) -> None:
    talk.order.delivered_at = timezone.now()  # type: ignore[union-attr]
    talk.order.save()  # type: ignore[union-attr]


def _refund(talk: Conversation) -> None:
    Refund.objects.create(
        order=talk.order, external_id="r-9", amount=Decimal(30), status="paid", completed_at=timezone.now()
    )


def _parcel(talk: Conversation) -> None:
    parcel = Parcel.objects.create(order=talk.order, tracking_no="SF-NEW")
    Scan.objects.create(parcel=parcel, position=0, at=timezone.now(), status="picked_up")


def _cancel(talk: Conversation) -> None:
    talk.order.status = "cancelled"  # type: ignore[union-attr]
    talk.order.save()  # type: ignore[union-attr]


PROOFS: dict[str, tuple[str, str, Callable[[Conversation], None], How, Decimal | None]] = {
    "shipped": ("ship_by", "今天给您发货", _ship, How.SHIPPED, None),
    "delivered": ("deliver_by", "今天送到", _deliver, How.DELIVERED, None),
    "refunded": ("refund", "给您退30元", _refund, How.REFUNDED, Decimal(30)),
    "compensated": ("compensation", "补偿您20元", _refund, How.REFUNDED, Decimal(20)),
    "sent again": ("reship", "给您补发一件", _parcel, How.REPLACED, None),
    "replaced": ("replace", "给您换新", _parcel, How.REPLACED, None),
    "cancelled": ("other", "给您取消订单", _cancel, How.CANCELLED, None),
}


@pytest.mark.parametrize("name", PROOFS)
def test_news_of_the_order_keeps_it(name: str, talk: Conversation, agent: Agent) -> None:
    kind, words, happens, how, amount = PROOFS[name]
    promise = promised(talk, agent, kind, words, amount=amount)
    if kind == "ship_by":
        promise.order.shipped_at = None
        promise.order.save()
    emit(OrderChanged(talk.shop_id, talk.order_id, talk.customer_id))
    promise.refresh_from_db()
    assert promise.state == State.OPEN, "what was so before the promise is no proof of it"
    happens(Conversation.objects.select_related("order").get(pk=talk.pk))
    emit(OrderChanged(talk.shop_id, talk.order_id, talk.customer_id))
    promise.refresh_from_db()
    assert (promise.state, promise.how, promise.late) == (State.KEPT, how, False)
    assert row(talk) == (None, 0)


def test_less_money_than_was_promised_does_not_keep_it(talk: Conversation, agent: Agent) -> None:
    promise = promised(talk, agent, "refund", "给您退50元", amount=Decimal(50))
    _refund(talk)
    emit(OrderChanged(talk.shop_id, talk.order_id, talk.customer_id))
    promise.refresh_from_db()
    assert promise.state == State.OPEN


def test_a_promised_call_is_kept_by_the_note_of_a_call_not_by_another_message(
    talk: Conversation, agent: Agent
) -> None:
    promise = promised(talk, agent, words="今天18点前给您回电话")
    inbox.send_reply(talk, agent, "我还在核实。")
    inbox.add_note(talk, agent, "打电话无人接,稍后再打")
    promise.refresh_from_db()
    assert promise.state == State.OPEN
    inbox.add_note(talk, agent, "已电话联系客户,说明了进展")
    promise.refresh_from_db()
    assert (promise.state, promise.how) == (State.KEPT, How.CALLED)


def test_a_promised_answer_is_kept_by_an_answer_but_not_in_the_same_breath(
    talk: Conversation, agent: Agent
) -> None:
    fresh = promised(talk, agent, words="有结果马上告诉您", made=timezone.now())
    inbox.send_reply(talk, agent, "请稍等。")
    fresh.refresh_from_db()
    assert fresh.state == State.OPEN
    old = promised(talk, agent, words="今天之内给您答复", due=timedelta(hours=3))
    inbox.send_reply(talk, agent, "查到了,包裹还在广州。")
    old.refresh_from_db()
    assert (old.state, old.how) == (State.KEPT, How.ANSWERED)


def test_by_hand_it_is_kept_once_and_late_after_its_time(talk: Conversation, agent: Agent) -> None:
    promise = promised(talk, agent, "repair", "三天内给您修好")
    assert actions.keep(promise, agent).state == State.KEPT
    assert not actions.keep(promise, agent).late
    with pytest.raises(Conflict):
        actions.withdraw(promise, agent, "不做了")
    late = promised(talk, agent, "pickup", "上门取件", due=timedelta(hours=-1))
    watch_promises(0)
    assert actions.keep(Promise.objects.get(pk=late.pk), agent).late
    assert row(talk) == (None, 0)


def test_it_is_withdrawn_with_a_reason_that_stays(talk: Conversation, agent: Agent) -> None:
    promise = promised(talk, agent)
    with pytest.raises(DomainError, match="why"):
        actions.withdraw(promise, agent, "  ")
    done = actions.withdraw(promise, agent, "客户已自行解决")
    assert (done.state, done.reason, row(talk)) == (State.WITHDRAWN, "客户已自行解决", (None, 0))
    with pytest.raises(Conflict):
        actions.keep(promise, agent)
    entry = AuditEntry.objects.get(verb="promise.withdrawn")
    assert entry.after == {"state": "withdrawn", "how": "hand", "reason": "客户已自行解决"}


def test_its_keeper_is_reminded_before_and_it_breaks_after(talk: Conversation, agent: Agent) -> None:
    now = timezone.now()
    promise = promised(talk, agent, "repair", "今天给您修好", due=timedelta(hours=5))
    assert watch_promises(0) == {}
    assert actions.watch(promise, promise.due_at - timedelta(hours=4)) == ""
    assert actions.watch(promise, promise.due_at - timedelta(hours=2)) == "reminded"
    assert actions.watch(promise, promise.due_at - timedelta(hours=1)) == ""
    assert [one.pk for one in reminders_for(agent, talk.shop_id, now)] == [promise.pk]
    before = latest_decision(talk.pk).assessment["risk"]["score"]  # type: ignore[union-attr]
    assert actions.watch(promise, promise.due_at + timedelta(minutes=1)) == "broken"
    assert row(talk) == (None, 1)
    risk = latest_decision(talk.pk).assessment["risk"]  # type: ignore[union-attr]
    (factor,) = (f for f in risk["factors"] if f["code"] == "own_promise_broken")
    assert risk["score"] > before
    assert "今天给您修好" in factor["evidence"]
    promise.refresh_from_db()
    actions.see(promise, agent)
    assert reminders_for(agent, talk.shop_id, now) == []


def test_nobody_else_is_reminded(talk: Conversation, agent: Agent) -> None:
    other = Agent.objects.get(email="lead@porcelain.test")
    promise = promised(talk, agent, "repair", "今天给您修好")
    Promise.objects.filter(pk=promise.pk).update(reminded_at=timezone.now())
    inbox.assign(talk, other, actor="test")
    assert reminders_for(agent, talk.shop_id, timezone.now()) == []
    assert len(reminders_for(other, talk.shop_id, timezone.now())) == 1


def test_what_was_done_in_time_but_told_late_is_no_breach(talk: Conversation, agent: Agent) -> None:
    promise = promised(talk, agent, "deliver_by", "今天送到", due=timedelta(hours=-1))
    assert watch_promises(0) == {"broken": 1}
    talk.order.delivered_at = promise.due_at - timedelta(minutes=30)  # type: ignore[union-attr]
    talk.order.save()  # type: ignore[union-attr]
    emit(OrderChanged(talk.shop_id, talk.order_id, talk.customer_id))
    promise.refresh_from_db()
    assert (promise.state, promise.late) == (State.KEPT, False)


def test_the_card_shows_and_settles_them(client: Client, talk: Conversation, agent: Agent) -> None:
    promise = promised(talk, agent, "compensation", "补偿您20元", amount=Decimal(20))
    client.force_login(agent)
    card = client.get(reverse("promises:card", args=[talk.pk])).content.decode()
    assert "补偿您20元" in card
    assert "20.00" in card
    htmx = {"HX-Request": "true"}
    refused = client.post(reverse("promises:withdraw", args=[promise.pk]), {"reason": ""}, headers=htmx)
    assert refused.status_code == 400
    answer = client.post(reverse("promises:keep", args=[promise.pk]), headers=htmx)
    assert answer.status_code == 200
    assert Promise.objects.get(pk=promise.pk).settled_by == agent


def test_a_hand_over_takes_the_reminder_off_the_open_page_of_who_gave_it(
    talk: Conversation, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Agent.objects.get(email="lead@porcelain.test")
    told: list[str] = []
    monkeypatch.setattr(actions, "announce", lambda shop_id, *names: told.extend(names))
    inbox.assign(talk, other, actor="test")
    assert told == []
    promised(talk, agent)
    told.clear()
    inbox.assign(talk, agent, actor="test")
    assert told == [f"promise-{talk.pk}"]


def test_reminders_stand_on_every_page_until_done(client: Client, talk: Conversation, agent: Agent) -> None:
    promise = promised(talk, agent, "repair", "今天给您修好", due=timedelta(minutes=5))
    watch_promises(0)
    client.force_login(agent)
    address = reverse("promises:reminders")
    assert "今天给您修好" in client.get(address).content.decode()
    done = client.post(
        reverse("promises:keep", args=[promise.pk]), {"from": "reminders"}, headers={"HX-Request": "true"}
    )
    assert done.content.strip() == b""


def test_the_card_costs_few_queries(
    client: Client, talk: Conversation, agent: Agent, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        promised(talk, agent, "repair", f"第{number}件修好", due=timedelta(hours=number + 1))
    client.force_login(agent)
    with django_assert_max_num_queries(12):
        client.get(reverse("promises:card", args=[talk.pk]))
    with django_assert_max_num_queries(12):
        client.get(reverse("promises:reminders"))


def test_programs_read_them(client: Client, talk: Conversation, agent: Agent) -> None:
    promise = promised(talk, agent, "refund", "给您退30元", amount=Decimal(30))
    _, secret = issue_token(talk.shop, "reader", ["conversations:read"], actor="test")
    door = {"Authorization": f"Bearer {secret}"}
    answer = client.get("/api/v1/promises?state=open&conversation=c-1001", headers=door).json()
    (item,) = answer["items"]
    assert (item["id"], item["amount"], item["state"]) == (promise.pk, "30.00", "open")
    assert client.get("/api/v1/promises?state=kept", headers=door).json()["items"] == []
    assert client.get("/api/v1/promises?state=lost", headers=door).status_code == 422


def test_promises_follow_their_message(talk: Conversation, agent: Agent) -> None:
    promise = promised(talk, agent)
    other = Conversation.objects.get(external_id="old-0")
    inbox.reopen(other, actor="test")
    lead = Agent.objects.get(email="lead@porcelain.test")
    inbox.merge(talk, other, lead)
    promise.refresh_from_db()
    assert promise.conversation == other
    assert (row(talk), row(other)) == ((None, 0), (promise.due_at, 0))


def test_every_kind_of_the_check_that_lies_ahead_is_known() -> None:
    assert set(Kind.values) | {"admission", "guarantee"} == {
        "ship_by", "deliver_by", "refund", "compensation", "replace", "reship", "pickup", "call_back",
        "repair", "price_match", "admission", "guarantee", "other",
    }  # fmt: skip


def test_imported_orders_settle_too(talk: Conversation, agent: Agent, shop: Shop) -> None:
    from goldseam.commerce.records import OrderRecord

    promise = promised(talk, agent, "deliver_by", "今天送到")
    record = OrderRecord(talk.order.external_id, status="delivered", delivered_at=timezone.now())  # type: ignore[union-attr]
    upsert_orders(shop, [record], actor="test")
    promise.refresh_from_db()
    assert (promise.state, promise.how) == (State.KEPT, How.DELIVERED)
