"""The books balance, whatever is written, in whatever order, by whomever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldseam.conversations import actions as inbox
from goldseam.core.errors import Conflict, DomainError
from goldseam.ledger import actions, queries
from goldseam.ledger.models import Account, Entry, Line
from goldseam.people.models import Shop
from tests.ledger.conftest import House

START = datetime(2026, 1, 1, tzinfo=timezone.get_default_timezone())


def balances(house: House) -> dict[str, Decimal]:
    return {
        account: total
        for account in Account.values
        if (total := queries.balance(house.shop.pk, account, "CNY"))
    }


def test_a_case_from_approval_to_payment_costs_once(house: House) -> None:
    house.post("a", "approved", approver_id=house.lead.pk)
    assert balances(house) == {"goodwill": 20, "reserved": -20}
    house.post("b", "promised")
    assert balances(house) == {"goodwill": 20, "payable": -20}
    house.post("c", "paid")
    assert balances(house) == {"goodwill": 20, "paid_out": -20}
    assert queries.granted_sum(house.shop.pk, house.lead.pk, START, "CNY") == 20
    assert queries.granted_sum(house.shop.pk, house.agent.pk, START, "CNY") == 0


def test_what_goes_beyond_the_approval_is_the_writers_own(house: House) -> None:
    house.post("a", "approved", "30", approver_id=house.lead.pk)
    house.post("b", "promised", "45.50")
    assert queries.granted_sum(house.shop.pk, house.agent.pk, START, "CNY") == Decimal("15.50")
    assert queries.owed(house.conversation.pk) == {"CNY": Decimal("45.50")}


def test_the_price_of_returned_goods_is_no_goodwill(house: House) -> None:
    house.post("a", "promised", "199", remedy="return_refund")
    assert balances(house) == {"returns": 199, "payable": -199}


def test_refusals_and_remedies_without_money_move_nothing(house: House) -> None:
    house.post("a", "refused", "500")
    house.post("b", "promised", "0", remedy="replace")
    assert balances(house) == {}
    assert not Line.objects.exists()


def test_cancelling_takes_back_what_is_open_and_no_more(house: House) -> None:
    house.post("a", "promised", "20")
    with pytest.raises(Conflict):
        house.post("b", "cancelled", "21")
    house.post("b", "cancelled", "20")
    assert balances(house) == {}


def test_the_same_key_is_the_same_entry_and_other_content_a_conflict(house: House) -> None:
    first = house.post("k", "promised")
    assert house.post("k", "promised").pk == first.pk
    for more in ({"amount": "21"}, {"remedy": "gift"}, {"liable_party": "seller"}):
        with pytest.raises(Conflict) as told:
            house.post("k", "promised", **more)
        assert told.value.code == "key_taken"
    assert Entry.objects.count() == 1


def test_a_reversal_restores_what_was_and_happens_once(house: House) -> None:
    house.post("a", "approved", approver_id=house.lead.pk)
    promised = house.post("b", "promised")
    actions.reverse(promised, key="r", agent=house.lead, reason="sent to the wrong customer")
    again = actions.reverse(promised, key="r", agent=house.lead, reason="sent to the wrong customer")
    assert again.reverses_id == promised.pk
    assert balances(house) == {"goodwill": 20, "reserved": -20}
    with pytest.raises(Conflict):
        actions.reverse(promised, key="other", agent=house.lead, reason="again")
    with pytest.raises(Conflict):
        actions.reverse(again, key="other", agent=house.lead, reason="back again")


def test_what_was_settled_is_reversed_from_its_end(house: House) -> None:
    promised, paid = house.post("b", "promised"), house.post("c", "paid")
    with pytest.raises(Conflict) as told:
        actions.reverse(promised, key="r1", agent=house.lead, reason="wrong")
    assert told.value.code == "settled"
    actions.reverse(paid, key="r2", agent=house.lead, reason="the bank sent it back")
    actions.reverse(promised, key="r1", agent=house.lead, reason="wrong")
    assert balances(house) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "-1"),
        ("amount", "NaN"),
        ("amount", "1.001"),
        ("currency", "yuan"),
        ("remedy", "flowers"),
        ("liable_party", "weather"),
        ("source", "x" * 201),
    ],
)
def test_bad_values_are_named(house: House, field: str, value: str) -> None:
    more = {"amount": value} if field == "amount" else {field: value}
    with pytest.raises(DomainError) as told:
        house.post("k", "promised", **more)
    assert told.value.field == field


def test_a_foreign_conversation_is_refused(house: House, builder: Callable[[str], House]) -> None:
    other = builder("t")
    with pytest.raises(DomainError):
        house.post("k", "promised", conversation_id=other.conversation.pk)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["promised", "approved", "paid", "refused", "cancelled", "reverse"]),
        st.sampled_from(["coupon", "partial_refund", "return_refund"]),
        st.decimals(min_value=0, max_value=300, places=2),
        st.sampled_from(["CNY", "USD"]),
        st.integers(min_value=0, max_value=30),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_the_books_balance_after_any_sequence(house: House, steps: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        for number, (state, remedy, amount, currency, pick) in enumerate(steps):
            _step(house, number, state, remedy, amount, currency, pick)
        assert queries.unbalanced(house.shop.pk) == []
        for currency in ("CNY", "USD"):
            standing = {a: queries.balance(house.shop.pk, a, currency) for a in Account.values}
            assert sum(standing.values()) == 0
            assert standing["reserved"] <= 0
            assert standing["payable"] <= 0
            assert standing["paid_out"] <= 0
            assert standing["goodwill"] + standing["returns"] >= 0
        opened = queries.open_items(conversation_id=house.conversation.pk)
        assert all(item.left <= item.entry.amount for item in opened)
        given_by = queries.granted_sum(house.shop.pk, house.agent.pk, START, "CNY")
        assert given_by >= 0
        connection.check_constraints()
        transaction.set_rollback(True)


def _step(
    house: House, number: int, state: str, remedy: str, amount: Decimal, currency: str, pick: int
) -> None:
    try:
        if state == "reverse":
            entries = list(Entry.objects.order_by("pk"))
            if entries:
                wrong = entries[pick % len(entries)]
                actions.reverse(wrong, key=f"k{number}", agent=house.lead, reason="wrong")
            return
        house.post(f"k{number}", state, str(amount), remedy=remedy, currency=currency)
    except Conflict:
        return


BREAK = {
    "a line alone": (
        "INSERT INTO ledger_line (entry_id, account, amount, currency, shop_id, at)"
        " SELECT id, 'goodwill', 5, currency, shop_id, at FROM ledger_entry"
    ),
    "a balanced pair on an old entry": (
        "INSERT INTO ledger_line (entry_id, account, amount, currency, shop_id, at)"
        " SELECT id, account, new.amount, currency, shop_id, at FROM ledger_entry,"
        " (VALUES ('goodwill', 5), ('paid_out', -5)) AS new (account, amount)"
    ),
    "another currency": (
        "INSERT INTO ledger_line (entry_id, account, amount, currency, shop_id, at)"
        " SELECT id, account, new.amount, 'USD', shop_id, at FROM ledger_entry,"
        " (VALUES ('goodwill', 5), ('paid_out', -5)) AS new (account, amount)"
    ),
    "a changed line": "UPDATE ledger_line SET amount = amount * 2",
    "a changed amount": "UPDATE ledger_entry SET amount = amount + 1",
    "another shop's conversation": "UPDATE ledger_entry SET home_id = (SELECT max(id) FROM"
    " conversations_conversation)",
    "a conversation that is none": "UPDATE ledger_entry SET conversation_id = 0",
    "another person": "UPDATE ledger_entry SET agent_id = approver_id",
    "a deleted line": "DELETE FROM ledger_line",
    "a deleted entry": "DELETE FROM ledger_line; DELETE FROM ledger_entry",
    "an entry that moves without lines": (
        "INSERT INTO ledger_entry (shop_id, key, at, state, amount, currency, remedy, conversation_id,"
        " home_id, issue, liable_party, source, granted, moved) SELECT shop_id, 'x', at, state, amount,"
        " currency, remedy, conversation_id, home_id, '', 'unclear', '', 0, 20 FROM ledger_entry"
    ),
}


@pytest.mark.parametrize("sql", BREAK.values(), ids=BREAK.keys())
@pytest.mark.django_db(transaction=True)
def test_the_database_itself_keeps_the_books(builder: Callable[[], House], sql: str) -> None:
    house = builder()
    house.post("a", "promised", approver_id=house.lead.pk)
    other = Shop.objects.create(slug="other", name="别家")
    inbox.open_conversation(other, "c-9", actor="test")
    before = list(Line.objects.values_list().order_by("pk"))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert list(Line.objects.values_list().order_by("pk")) == before
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_person_may_leave_and_the_entry_stays(builder: Callable[[], House]) -> None:
    house = builder()
    entry = house.post("a", "promised")
    house.team.delete()
    house.agent.delete()
    entry.refresh_from_db()
    assert (entry.agent_id, entry.team_id, entry.amount) == (None, None, Decimal(20))


def _at_once(work: list[Callable[[], Any]]) -> list[Any]:
    barrier = Barrier(len(work))

    def run(task: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return task()
        except DomainError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


@pytest.mark.django_db(transaction=True)
def test_one_key_by_eight_threads_is_one_entry(builder: Callable[[], House]) -> None:
    house = builder()
    done = _at_once([lambda: house.post("k", "promised").pk] * 8)
    assert len(set(done)) == 1
    assert Entry.objects.count() == 1
    assert balances(house) == {"goodwill": 20, "payable": -20}


@pytest.mark.django_db(transaction=True)
def test_one_debt_is_settled_once_by_many_payers(builder: Callable[[], House]) -> None:
    house = builder()
    house.post("p", "promised")
    _at_once([lambda n=n: house.post(f"pay-{n}", "cancelled") for n in range(6)])  # type: ignore[misc]
    assert Entry.objects.filter(state="cancelled").count() == 1
    assert balances(house) == {}


@pytest.mark.django_db(transaction=True)
def test_one_key_on_two_conversations_is_one_entry_and_one_conflict(builder: Callable[[], House]) -> None:
    house = builder()
    talks = [house.talk(f"d-{n}").pk for n in range(4)]
    done = _at_once(
        [lambda pk=pk: house.post("k", "promised", conversation_id=pk).pk for pk in talks]  # type: ignore[misc]
    )
    assert sum(isinstance(result, Conflict) for result in done) == 3
    assert Entry.objects.count() == 1


def test_granted_sum_counts_since_a_moment_and_one_currency(house: House) -> None:
    now = timezone.now()
    house.post("old", "promised", at=now - timedelta(days=40))
    house.post("new", "promised", "7")
    house.post("usd", "promised", "9", currency="USD")
    assert queries.granted_sum(house.shop.pk, house.agent.pk, now - timedelta(days=1), "CNY") == 7
    assert queries.granted_sum(house.shop.pk, house.agent.pk, now - timedelta(days=60), "CNY") == 27
