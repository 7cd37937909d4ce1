"""Every verb of the room: what it does, whom it refuses, and that it does it once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from goldseam.approvals import actions, granted, queries, waits
from goldseam.approvals.asking import Asking
from goldseam.approvals.authority import Spent
from goldseam.approvals.models import ApprovalRequest, ApprovalStep, Cover, Notice, State, Turn
from goldseam.approvals.routing import spent_by
from goldseam.conversations import actions as inbox
from goldseam.core.errors import Conflict, DomainError, NotAllowed
from goldseam.core.models import AuditEntry
from goldseam.ledger import queries as ledger
from tests.approvals.conftest import House

pytestmark = pytest.mark.django_db


def notices(request: ApprovalRequest) -> set[tuple[str, str]]:
    rows = Notice.objects.filter(request=request).values_list("agent__name", "kind")
    return set(rows)


def test_a_request_is_routed_to_the_leads_who_may_grant_it(house: House) -> None:
    request = house.ask(house.conversation(), 400)
    assert (request.state, request.levels, request.called) == (State.PENDING, ["lead"], "lead")
    assert notices(request) == {("lead", "asked")}  # the other lead's own limit is 300
    assert request.due_at is not None
    assert AuditEntry.objects.filter(verb="approval.raised", subject=f"approval-{request.pk}").exists()


def test_what_no_lead_may_grant_goes_to_an_admin_at_once(house: House) -> None:
    request = house.ask(house.conversation(), 600)
    assert request.levels == ["admin"]
    assert notices(request) == {("admin", "asked")}


def test_over_a_thousand_a_lead_supports_before_an_admin_decides(house: House) -> None:
    request = house.ask(house.conversation(), 1500)
    assert request.levels == ["lead", "admin"]
    after = actions.approve(request.pk, house.other_lead, words="站得住", key="k1")
    assert (after.state, after.step, after.called) == (State.PENDING, 1, "admin")
    with pytest.raises(NotAllowed):
        actions.approve(request.pk, house.lead)
    done = actions.approve(request.pk, house.admin)
    assert (done.state, done.granted_amount, done.decided_by) == (State.APPROVED, Decimal(1500), house.admin)
    verbs = list(Turn.objects.filter(request=request).values_list("verb", flat=True))
    assert verbs == ["raised", "endorsed", "approved"]


def test_an_admin_may_say_the_last_word_before_the_lead(house: House) -> None:
    request = house.ask(house.conversation(), 1500)
    assert actions.approve(request.pk, house.admin).state == State.APPROVED


def test_the_shops_own_table_decides_the_levels(house: House) -> None:
    ApprovalStep.objects.create(shop=house.shop, levels=["lead"], wait_minutes=30)
    ApprovalStep.objects.create(shop=house.shop, remedy="coupon", over=100, levels=["lead", "admin"])
    assert house.ask(house.conversation("a"), 100).levels == ["lead"]
    assert house.ask(house.conversation("b"), 101).levels == ["lead", "admin"]
    assert house.ask(house.conversation("c"), 101, remedy="gift").levels == ["lead"]


def test_same_key_same_request_and_one_open_request_per_remedy(house: House) -> None:
    conversation = house.conversation()
    first = house.ask(conversation, 200, key="k")
    assert house.ask(conversation, 200, key="k").pk == first.pk
    with pytest.raises(Conflict, match="key"):
        house.ask(conversation, 300, key="k")
    with pytest.raises(Conflict) as told:
        house.ask(conversation, 100, key="other")
    assert told.value.code == "request_pending"
    assert house.ask(conversation, 100, remedy="gift").pk != first.pk
    first.pk, first.key = None, "by hand"
    with pytest.raises(IntegrityError, match="one_open_request"), transaction.atomic():
        first.save(force_insert=True)


def test_who_asked_never_decides(house: House) -> None:
    request = house.ask(house.conversation(), 100, by=house.lead)
    assert notices(request) == {("otherlead", "asked")}
    for verb in (lambda: actions.approve(request.pk, house.lead), lambda: refuse(request, house.lead)):
        with pytest.raises(NotAllowed) as told:
            verb()
        assert told.value.code == "own_request"


def refuse(request: ApprovalRequest, agent: object, words: str = "没有凭证") -> ApprovalRequest:
    return actions.refuse(request.pk, agent, words=words)  # type: ignore[arg-type]


def test_an_agent_decides_nothing(house: House) -> None:
    request = house.ask(house.conversation(), 10)
    with pytest.raises(NotAllowed) as told:
        actions.approve(request.pk, house.colleague)
    assert told.value.code == "not_asked"


def test_a_decision_is_final_and_the_same_word_twice_is_harmless(house: House) -> None:
    request = house.ask(house.conversation(), 200)
    actions.approve(request.pk, house.lead, key="click")
    for repeat in (
        lambda: actions.approve(request.pk, house.lead, key="click"),
        lambda: actions.approve(request.pk, house.lead),
        lambda: actions.approve(request.pk, house.lead, amount=Decimal(200)),
    ):
        assert repeat().state == State.APPROVED
    assert Turn.objects.filter(request=request).count() == 2
    for other in (
        lambda: actions.approve(request.pk, house.other_lead),
        lambda: actions.approve(request.pk, house.lead, amount=Decimal(100)),
        lambda: refuse(request, house.lead),
        lambda: actions.withdraw(request.pk, house.agent),
    ):
        with pytest.raises(Conflict) as told:
            other()
        assert told.value.code == "decided"


def test_a_refusal_needs_its_reason(house: House) -> None:
    request = house.ask(house.conversation())
    with pytest.raises(DomainError) as told:
        refuse(request, house.lead, " ")
    assert told.value.field == "words"
    done = refuse(request, house.lead)
    assert (done.state, done.answer, done.granted_amount) == (State.REFUSED, "没有凭证", None)
    assert ("agent", "decided") in notices(request)


def test_the_amount_is_changed_within_the_approvers_authority(house: House) -> None:
    request = house.ask(house.conversation(), 200)
    with pytest.raises(NotAllowed) as told:
        actions.approve(request.pk, house.other_lead, amount=Decimal(301))
    assert told.value.code == "over_authority"
    done = actions.approve(request.pk, house.other_lead, amount=Decimal(300))
    assert (done.granted_amount, done.first_amount) == (Decimal(300), Decimal(200))
    assert AuditEntry.objects.filter(verb="approval.amended").exists()


def test_a_lower_amount_may_be_the_leads_own_to_grant(house: House) -> None:
    request = house.ask(house.conversation(), 1500)
    done = actions.approve(request.pk, house.lead, amount=Decimal(480))
    assert (done.state, done.granted_amount, done.levels) == (State.APPROVED, Decimal(480), ["lead", "admin"])


def test_the_limits_of_the_day_and_month_hold(house: House) -> None:
    for number in range(10):
        request = house.ask(house.conversation(f"c-{number}"), 500)
        actions.approve(request.pk, house.lead)
    late = house.ask(house.conversation("late"), 100)
    with pytest.raises(NotAllowed, match=r"5,?000"):
        actions.approve(late.pk, house.lead)
    now = timezone.now()
    assert spent_by(house.shop, house.lead.pk, "CNY", now) == Spent(Decimal(5000), Decimal(5000))
    assert spent_by(house.shop, house.lead.pk, "CNY", now + timedelta(days=40)) == Spent()
    assert spent_by(house.shop, house.other_lead.pk, "CNY", now) == Spent()
    assert actions.approve(late.pk, house.other_lead).state == State.APPROVED


def test_every_decision_stands_in_the_ledger_once(house: House) -> None:
    yes, no = house.ask(house.conversation("y"), 200), house.ask(house.conversation("n"), 90)
    actions.approve(yes.pk, house.lead, amount=Decimal(150), key="k")
    actions.approve(yes.pk, house.lead, amount=Decimal(150), key="k")
    actions.refuse(no.pk, house.other_lead, words="没有凭证")
    entries = {entry.key: entry for entry in ledger.whole().filter(shop=house.shop)}
    assert set(entries) == {f"approval-{yes.pk}", f"approval-{no.pk}"}
    granted, refused = entries[f"approval-{yes.pk}"], entries[f"approval-{no.pk}"]
    assert (granted.state, granted.amount) == ("approved", Decimal(150))
    assert (granted.agent, granted.approver) == (house.agent, house.lead)
    assert (refused.state, refused.amount, refused.approver) == ("refused", Decimal(90), house.other_lead)
    assert ledger.granted_sum(house.shop.pk, house.lead.pk, yes.created_at, "CNY") == Decimal(150)
    assert ledger.unbalanced(house.shop.pk) == []


def test_what_is_over_the_own_authority_is_passed_on(house: House) -> None:
    request = house.ask(house.conversation(), 200)
    after = actions.pass_on(request.pk, house.other_lead, words="今天额度用完", key="p")
    assert (after.levels, after.called, after.state) == (["lead", "admin"], "admin", State.PENDING)
    assert actions.pass_on(request.pk, house.other_lead, key="p").step == after.step
    assert ("admin", "asked") in notices(request)
    assert actions.approve(request.pk, house.admin).state == State.APPROVED


def test_only_who_asked_withdraws(house: House) -> None:
    request = house.ask(house.conversation())
    with pytest.raises(NotAllowed):
        actions.withdraw(request.pk, house.colleague)
    assert actions.withdraw(request.pk, house.agent).state == State.WITHDRAWN
    assert actions.withdraw(request.pk, house.agent).state == State.WITHDRAWN
    with pytest.raises(Conflict):
        actions.approve(request.pk, house.lead)
    assert house.ask(request.conversation, key="again").state == State.PENDING


def test_a_pending_request_keeps_the_conversation_open(house: House) -> None:
    conversation = house.conversation()
    request = house.ask(conversation, 200)
    with pytest.raises(Conflict) as told:
        inbox.close(conversation, actor=f"agent-{house.agent.pk}")
    assert told.value.code == "request_pending"
    assert "200" in told.value.message
    actions.withdraw(request.pk, house.agent)
    inbox.close(conversation, actor=f"agent-{house.agent.pk}")
    with pytest.raises(Conflict):
        house.ask(conversation, key="late")


def test_a_grant_is_used_once(house: House) -> None:
    conversation = house.conversation()
    request = house.ask(conversation, 200)
    assert queries.grants_of(conversation.pk) == []
    with pytest.raises(Conflict):
        granted.use_grant(request.pk, agent=house.agent)
    actions.approve(request.pk, house.lead)
    (grant,) = queries.grants_of(conversation.pk)
    assert (grant.remedy, grant.amount, grant.granted_to) == ("coupon", Decimal(200), house.agent.pk)
    with pytest.raises(NotAllowed):
        granted.use_grant(request.pk, agent=house.agent, amount=Decimal(201))
    granted.use_grant(request.pk, agent=house.agent, amount=Decimal(150))
    with pytest.raises(Conflict):
        granted.use_grant(request.pk, agent=house.agent)
    assert queries.grants_of(conversation.pk) == []


def test_a_deputy_decides_with_the_leads_authority(house: House) -> None:
    now = timezone.now()
    Cover.objects.create(
        shop=house.shop,
        agent=house.lead,
        deputy=house.colleague,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=1),
    )
    request = house.ask(house.conversation(), 450)
    assert notices(request) == {("colleague", "asked")}
    done = actions.approve(request.pk, house.colleague)
    assert (done.decided_by, done.grantor) == (house.colleague, house.lead)
    own = house.ask(house.conversation("c-2"), 450, by=house.colleague)
    with pytest.raises(NotAllowed):
        actions.approve(own.pk, house.colleague)
    leads = house.ask(house.conversation("c-3"), 100, by=house.lead)
    with pytest.raises(NotAllowed):
        actions.approve(leads.pk, house.colleague)  # never in the name of who asked


def test_a_deputy_is_bound_by_the_amount_that_was_left_to_them(house: House) -> None:
    now = timezone.now()
    Cover.objects.create(
        shop=house.shop,
        agent=house.lead,
        deputy=house.colleague,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=1),
        up_to=Decimal(120),
    )
    with pytest.raises(NotAllowed):
        actions.approve(house.ask(house.conversation("a"), 121).pk, house.colleague)
    assert (
        actions.approve(house.ask(house.conversation("b"), 120).pk, house.colleague).state == State.APPROVED
    )


def test_a_delegation_that_is_over_opens_nothing(house: House) -> None:
    now = timezone.now()
    Cover.objects.create(
        shop=house.shop,
        agent=house.lead,
        deputy=house.colleague,
        starts_at=now - timedelta(days=2),
        ends_at=now - timedelta(hours=1),
    )
    with pytest.raises(NotAllowed):
        actions.approve(house.ask(house.conversation(), 100).pk, house.colleague)


def test_without_an_answer_the_next_level_is_asked(house: House) -> None:
    request = house.ask(house.conversation(), 400)
    assert not waits.escalate(request.pk, timezone.now())
    later = timezone.now() + timedelta(minutes=61)
    assert list(queries.due_requests(later)) == [request.pk]
    assert waits.escalate(request.pk, later)
    request.refresh_from_db()
    assert (request.called, request.escalations) == ("admin", 1)
    assert ("admin", "escalated") in notices(request)
    assert actions.approve(request.pk, house.lead).state == State.APPROVED  # who came back still may


def test_nobody_left_to_grant_is_told_when_asking(house: House) -> None:
    with pytest.raises(Conflict) as told:
        house.ask(house.conversation(), 600, by=house.admin)
    assert told.value.code == "over_authority"
    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize(
    ("field", "asking"),
    [
        ("remedy", Asking("free_ride", Decimal(1), "CNY", "why")),
        ("amount", Asking("coupon", Decimal(0), "CNY", "why")),
        ("amount", Asking("coupon", Decimal("1.001"), "CNY", "why")),
        ("amount", Asking("coupon", Decimal("NaN"), "CNY", "why")),
        ("amount", Asking("coupon", Decimal(-1), "CNY", "why")),
        ("currency", Asking("coupon", Decimal(1), "¥", "why")),
        ("reason", Asking("coupon", Decimal(1), "CNY", "  ")),
        ("reason", Asking("coupon", Decimal(1), "CNY", "x" * 2001)),
        ("messages", Asking("coupon", Decimal(1), "CNY", "why", messages=(1,))),
        ("orders", Asking("coupon", Decimal(1), "CNY", "why", orders=("nope",))),
    ],
)
def test_bad_input_names_its_field(house: House, field: str, asking: Asking) -> None:
    with pytest.raises(DomainError) as told:
        actions.ask(house.conversation(), asking, requester=house.agent, key="k")
    assert told.value.field == field


def test_money_of_another_currency_is_for_somebody_without_limit(house: House) -> None:
    request = house.ask(house.conversation(), 10, currency="JPY")
    assert request.levels[-1] == "admin"
    with pytest.raises(NotAllowed):
        actions.approve(actions.approve(request.pk, house.lead).pk, house.lead, amount=Decimal(5))
    assert actions.approve(request.pk, house.admin).state == State.APPROVED
