"""What becomes of a grant: used once, given back, expired; and where it stands after merges and splits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from goldseam.approvals import actions, granted, queries
from goldseam.approvals.asking import Asking
from goldseam.approvals.jobs import expire
from goldseam.approvals.models import ApprovalRequest, ApprovalSettings, Notice, State, Turn
from goldseam.approvals.notices import take_news
from goldseam.approvals.routing import spent_by
from goldseam.channels.webhook.models import Delivery, Endpoint
from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation
from goldseam.core.errors import Conflict, NotAllowed
from goldseam.core.models import AuditEntry
from goldseam.ledger import queries as ledger
from goldseam.ledger.models import Account, Entry
from goldseam.people.actions import issue_token
from tests.approvals.conftest import House

pytestmark = pytest.mark.django_db


def approved(house: House, conversation: Conversation | None = None, amount: int = 200) -> ApprovalRequest:
    request = house.ask(conversation or house.conversation(), amount)
    return actions.approve(request.pk, house.lead)


def reserved(house: House) -> Decimal:
    return -ledger.balance(house.shop.pk, Account.RESERVED, "CNY")


def test_who_asked_gives_it_back_and_everything_is_as_before(house: House) -> None:
    request = approved(house)
    now = timezone.now()
    assert (reserved(house), spent_by(house.shop, house.lead.pk, "CNY", now).day) == (200, 200)
    for _ in range(2):
        done = granted.give_back(request.pk, house.agent, words="客户改要换货")
        assert done.returned_at is not None
    assert queries.grants_of(request.conversation_id) == []
    assert (reserved(house), spent_by(house.shop, house.lead.pk, "CNY", now).day) == (0, 0)
    assert ledger.balance(house.shop.pk, Account.GOODWILL, "CNY") == 0
    assert Entry.objects.filter(key=f"approval-{request.pk}-returned").count() == 1
    assert Turn.objects.filter(request=request, verb="returned").count() == 1
    assert AuditEntry.objects.filter(verb="approval.returned").count() == 1
    assert set(Notice.objects.filter(kind="returned").values_list("agent__name", flat=True)) == {"lead"}
    with pytest.raises(Conflict, match="given back"):
        granted.use_grant(request.pk, agent=house.agent)


@pytest.mark.parametrize(("who", "may"), [("lead", True), ("admin", True), ("colleague", False)])
def test_leads_may_give_it_back_and_colleagues_may_not(house: House, who: str, may: bool) -> None:
    request = approved(house)
    if not may:
        with pytest.raises(NotAllowed):
            granted.give_back(request.pk, getattr(house, who))
        assert len(queries.grants_of(request.conversation_id)) == 1
        return
    granted.give_back(request.pk, getattr(house, who))
    assert queries.grants_of(request.conversation_id) == []


def test_what_was_used_or_never_granted_is_not_given_back(house: House) -> None:
    request = approved(house)
    granted.use_grant(request.pk, agent=house.agent)
    with pytest.raises(Conflict, match="promised"):
        granted.give_back(request.pk, house.agent)
    waiting = house.ask(house.conversation("c-2"), 100)
    with pytest.raises(Conflict, match="not been approved"):
        granted.give_back(waiting.pk, house.agent)


def test_the_rest_of_a_grant_that_was_promised_in_part_is_free_again(house: House) -> None:
    request = approved(house)
    granted.use_grant(request.pk, agent=house.agent, amount=Decimal(150))
    assert ledger.owed(request.conversation_id) == {"CNY": Decimal(150)}
    assert reserved(house) == 0
    assert ledger.balance(house.shop.pk, Account.GOODWILL, "CNY") == 150


def test_what_was_paid_before_the_promise_is_not_owed_again(house: House) -> None:
    from goldseam.ledger.settling import pay

    request = approved(house)
    entry = ledger.entry_by_key(house.shop.pk, f"approval-{request.pk}")
    assert entry is not None
    pay(entry, key="bank-1", agent=house.lead)
    granted.use_grant(request.pk, agent=house.agent)
    assert ledger.owed(request.conversation_id) == {}
    assert ledger.balance(house.shop.pk, Account.GOODWILL, "CNY") == 200


def test_unused_grants_expire_after_their_time_with_a_word_a_day_before(house: House) -> None:
    ApprovalSettings.objects.create(shop=house.shop, grant_days=3)
    request = approved(house)
    assert request.expires_at is not None
    assert request.decided_at is not None
    assert request.expires_at - request.decided_at == timedelta(days=3)
    Notice.objects.all().delete()
    assert expire(0) == {"expires": 0, "expired": 0}
    ApprovalRequest.objects.update(expires_at=timezone.now() + timedelta(hours=20))
    assert [expire(0)["expires"] for _ in range(2)] == [1, 0]
    with override("en"):
        assert take_news(house.agent, house.shop.pk).startswith("Granted and not used yet")
    ApprovalRequest.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert [expire(0)["expired"] for _ in range(2)] == [1, 0]
    with override("en"):
        assert take_news(house.agent, house.shop.pk).startswith("Expired, because nobody used it")
    assert (queries.grants_of(request.conversation_id), reserved(house)) == ([], 0)
    assert AuditEntry.objects.get(verb="approval.expired").actor == "clock"


def test_it_is_told_to_programs_who_may_give_back_their_own(house: House, client: Client) -> None:
    Endpoint.objects.create(
        shop=house.shop, url="https://x.example/", secret="s", events=["approval.returned"]
    )
    _row, token = issue_token(house.shop, "robot", ["approvals:write", "approvals:read"], actor="test")
    head = {"Authorization": f"Bearer {token}"}
    made = client.post(
        "/api/v1/approvals",
        {"conversation": house.conversation().external_id, "remedy": "coupon", "amount": "80", "reason": "x"},
        content_type="application/json",
        headers=head | {"Idempotency-Key": "a"},
    ).json()
    actions.approve(made["id"], house.lead)
    address = f"/api/v1/approvals/{made['id']}/give-back"
    for _ in range(2):
        answer = client.post(address, {"reason": "not needed"}, content_type="application/json", headers=head)
        assert answer.status_code == 200
        assert answer.json()["returned_at"] is not None
    assert Delivery.objects.get().payload["approval"]["returned_at"] is not None
    other = approved(house, house.conversation("c-2"))
    answer = client.post(
        f"/api/v1/approvals/{other.pk}/give-back", {}, content_type="application/json", headers=head
    )
    assert answer.status_code == 403


def test_it_is_given_back_beside_the_thread_and_on_its_page(house: House, client: Client) -> None:
    request = approved(house)
    client.force_login(house.colleague)
    assert "give-back" not in client.get(f"/approvals/strip/{request.conversation_id}/").content.decode()
    client.force_login(house.agent)
    assert "give-back" in client.get(f"/approvals/strip/{request.conversation_id}/").content.decode()
    answer = client.post(
        f"/approvals/{request.pk}/give-back/",
        {"from": "strip", "words": "不用了"},
        headers={"HX-Request": "true"},
    )
    assert "已退回" in answer.content.decode()
    client.force_login(house.lead)
    page = client.get(f"/approvals/{request.pk}/").content.decode()
    assert "不用了" in page
    assert "give-back" not in page


@pytest.fixture
def pair(house: House) -> tuple[Conversation, Conversation]:
    """Two conversations of one customer."""
    target = house.conversation("c-2")
    source = house.conversation("c-1")
    Conversation.objects.update(customer=target.customer)
    return Conversation.objects.get(pk=source.pk), Conversation.objects.get(pk=target.pk)


def places(*requests: ApprovalRequest) -> list[int]:
    return [ApprovalRequest.objects.get(pk=r.pk).conversation_id for r in requests]


def test_requests_grants_and_money_follow_a_merge_and_come_back(
    house: House, pair: tuple[Conversation, Conversation]
) -> None:
    source, target = pair
    grant = approved(house, source)
    waiting = house.ask(source, 100, remedy="gift")
    merge = inbox.merge(source, target, house.agent)
    assert places(grant, waiting) == [target.pk, target.pk]
    assert [g.request_id for g in queries.grants_of(target.pk)] == [grant.pk]
    assert [item.entry.key for item in ledger.open_items(conversation_id=target.pk)] == [
        f"approval-{grant.pk}"
    ]
    with pytest.raises(Conflict):  # and so it keeps the target open
        inbox.close(Conversation.objects.get(pk=target.pk), actor=f"agent-{house.agent.pk}")
    actions.approve(waiting.pk, house.lead)
    late = house.ask(target, 60)
    inbox.undo_merge(merge, house.agent)
    assert places(grant, waiting, late) == [source.pk, source.pk, target.pk]
    keys = [entry.key for entry in ledger.of_conversation(source.pk)]
    assert keys == [f"approval-{waiting.pk}", f"approval-{grant.pk}"]
    assert ledger.of_conversation(target.pk) == []
    assert ledger.unbalanced(house.shop.pk) == []


def test_two_that_wait_for_the_same_remedy_are_not_merged(
    house: House, pair: tuple[Conversation, Conversation]
) -> None:
    source, target = pair
    house.ask(source, 100)
    house.ask(target, 120)
    with pytest.raises(Conflict) as told:
        inbox.merge(source, target, house.agent)
    assert told.value.code == "request_pending"
    source.refresh_from_db()
    assert source.merged_into_id is None


def test_a_program_that_asks_on_a_merged_conversation_is_heard_where_it_went(
    house: House, pair: tuple[Conversation, Conversation]
) -> None:
    source, target = pair
    inbox.merge(source, target, house.agent)
    asking = Asking("coupon", Decimal(90), "CNY", "x")
    request, _ = actions.ask(source, asking, requester=None, key="same", actor="token-1")
    again, created = actions.ask(source, asking, requester=None, key="same", actor="token-1")
    assert (request.conversation_id, again.pk, created) == (target.pk, request.pk, False)


def test_what_waits_keeps_a_conversation_open_after_a_merge_is_undone(
    house: House, pair: tuple[Conversation, Conversation]
) -> None:
    """A closed conversation was merged, something was asked on it, and the merge is undone."""
    source, target = pair
    inbox.close(source, actor="test")
    merge = inbox.merge(source, target, house.agent)
    asking = Asking("coupon", Decimal(90), "CNY", "x")
    request, _ = actions.ask(source, asking, requester=None, key="k", actor="token-1")
    inbox.undo_merge(merge, house.agent)
    assert places(request) == [source.pk]
    source.refresh_from_db()
    assert (source.status, source.closed_at) == ("open", None)
    with pytest.raises(Conflict):
        inbox.close(source, actor="test")
    actions.refuse(request.pk, house.lead, words="nein")
    inbox.close(source, actor="test")


def test_a_closed_conversation_with_nothing_waiting_is_closed_again(
    house: House, pair: tuple[Conversation, Conversation]
) -> None:
    source, target = pair
    inbox.close(source, actor="test")
    inbox.undo_merge(inbox.merge(source, target, house.agent), house.agent)
    source.refresh_from_db()
    assert source.status == "closed"


def test_a_split_takes_along_what_rests_on_its_messages(house: House) -> None:
    conversation = house.conversation()
    message, _ = inbox.receive_message(conversation, "还有,那个盘子也裂了", key="m2")
    asking = Asking("gift", Decimal(80), "CNY", "盘子", messages=[message.pk])
    about, _ = actions.ask(conversation, asking, requester=house.agent, key="g")
    actions.approve(about.pk, house.lead)
    general = approved(house, conversation, 100)
    fresh = inbox.split(conversation, message.pk, house.agent)
    assert places(about, general) == [fresh.pk, conversation.pk]
    assert [g.request_id for g in queries.grants_of(fresh.pk)] == [about.pk]
    assert [e.key for e in ledger.of_conversation(fresh.pk)] == [f"approval-{about.pk}"]
    assert [e.key for e in ledger.of_conversation(conversation.pk)] == [f"approval-{general.pk}"]


def test_a_final_state_stays_final(house: House) -> None:
    request = approved(house)
    granted.give_back(request.pk, house.agent)
    request.refresh_from_db()
    assert (request.state, request.granted_amount) == (State.APPROVED, Decimal(200))
