"""The pages, the files and the JSON door of the ledger."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from goldseam.commerce.actions import upsert_one
from goldseam.commerce.models import Order
from goldseam.commerce.queries import paid_refunds
from goldseam.commerce.records import OrderRecord, RefundRecord
from goldseam.core.errors import Conflict, DomainError, NotAllowed
from goldseam.ledger import budgets, listing, queries, settling
from goldseam.ledger.models import BudgetWarning, Entry
from goldseam.people.actions import issue_token
from tests.ledger.conftest import House


@pytest.fixture
def lead(house: House, client: Client) -> Client:
    client.force_login(house.lead, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_list_filters_sums_and_pages(house: House, lead: Client) -> None:
    for number in range(60):
        house.post(f"k{number}", "promised", "1.00", issue="refund.freight" if number % 2 else "other")
    page = lead.get("/ledger/?issue=refund.freight&by=remedy")
    assert page.status_code == 200
    assert page.context["totals"][0].promised == 30
    assert len(page.context["page"].entries) == 30
    first = lead.get("/ledger/").context["page"]
    second = lead.get(f"/ledger/?after={first.following}", headers={"HX-Request": "true"})
    keys = [entry.pk for entry in [*first.entries, *second.context["page"].entries]]
    assert keys == sorted(Entry.objects.values_list("pk", flat=True), reverse=True)
    assert lead.get("/ledger/?since=yesterday").status_code == 400
    assert lead.get("/ledger/?after=broken").status_code == 400


@pytest.mark.parametrize("group", listing.GROUPS)
def test_the_sums_of_every_group_are_the_totals(house: House, group: str) -> None:
    house.post("a", "promised", "10")
    house.post("b", "promised", "5", remedy="gift", issue="", agent_id=None, liable_party="")
    house.post("c", "refused", "7", currency="USD")
    rows = listing.summed(house.shop, listing.LedgerQuery(), group).groups
    totals = listing.totals(house.shop, listing.LedgerQuery())
    for whole in totals:
        part = [row for row in rows if row.currency == whole.currency]
        assert sum(row.promised for row in part) == whole.promised
        assert sum(row.goodwill for row in part) == whole.goodwill
        assert sum(row.entries for row in part) == whole.entries


def test_what_is_owed_is_what_is_left_of_the_listed_promises(house: House) -> None:
    house.post("a", "promised", "10")
    house.post("b", "promised", "5", remedy="gift")
    house.post("c", "paid", "4")
    for given, owed in (({"state": "paid"}, 0), ({"state": "promised"}, 11), ({"remedy": "gift"}, 5)):
        (sums,) = listing.totals(house.shop, listing.LedgerQuery.of(given))
        assert sums.owed == owed


def test_the_list_needs_few_queries(
    house: House, lead: Client, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(30):
        house.post(f"k{number}", "promised", conversation_id=house.talk(f"t{number}").pk)
    lead.get("/ledger/")
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        lead.get("/ledger/", headers={"HX-Request": "true"})
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        lead.get(f"/ledger/money/{house.conversation.pk}/")
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        lead.get("/ledger/budgets/", headers={"HX-Request": "true"})


def test_agents_see_their_conversations_money_and_nothing_else(house: House, client: Client) -> None:
    house.post("k", "promised")
    client.force_login(house.agent, backend="django.contrib.auth.backends.ModelBackend")
    for address in ("/ledger/", "/ledger/export/", "/ledger/budgets/"):
        assert client.get(address).status_code == 403
    money = client.get(f"/ledger/money/{house.conversation.pk}/")
    assert money.status_code == 200
    assert b"/pay/" not in money.content
    entry = Entry.objects.get()
    assert client.post(f"/ledger/entries/{entry.pk}/pay/", {"key": "x"}).status_code == 403


def test_files_hold_no_formula(house: House, lead: Client) -> None:
    for number, text in enumerate(["=1+1", "+1", "-1", "@SUM(A1)"]):
        house.post(f"{text}{number}", "promised", source=text)
    book = load_workbook(io.BytesIO(lead.get("/ledger/export/?format=xlsx").content))
    cells = [cell for row in book["ledger"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert "=1+1" in [cell.value for cell in cells]
    text = lead.get("/ledger/export/?format=csv").getvalue().decode("utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == 5
    assert "'=1+1" in lines[1]


def test_a_click_pays_once(house: House, lead: Client) -> None:
    entry = house.post("k", "promised")
    for _ in range(2):
        answer = lead.post(f"/ledger/entries/{entry.pk}/pay/", {"key": "one"}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
    assert Entry.objects.filter(state="paid").count() == 1
    late = lead.post(f"/ledger/entries/{entry.pk}/pay/", {"key": "two"}, headers={"HX-Request": "true"})
    assert late.status_code == 409
    assert queries.owed(house.conversation.pk) == {}


def test_taking_back_over_the_page(house: House, lead: Client) -> None:
    entry = house.post("k", "promised")
    assert lead.post(f"/ledger/entries/{entry.pk}/reverse/", {"key": "r", "reason": ""}).status_code == 400
    lead.post(f"/ledger/entries/{entry.pk}/reverse/", {"key": "r", "reason": "wrong customer"})
    assert queries.owed(house.conversation.pk) == {}


def test_the_json_door(house: House, client: Client) -> None:
    entry = house.post("k", "promised")
    _, read = issue_token(house.shop, "books", ["ledger:read"], actor="test")
    _, write = issue_token(house.shop, "bank", ["ledger:write"], actor="test")
    see, do = {"Authorization": f"Bearer {read}"}, {"Authorization": f"Bearer {write}"}
    listed = client.get("/api/v1/ledger/entries?conversation=c-1", headers=see).json()
    assert [row["key"] for row in listed["items"]] == ["k"]
    url = f"/api/v1/ledger/entries/{entry.pk}/payments"
    assert client.post(url, {"key": "p"}, "application/json", headers=see).status_code == 403
    answers = [client.post(url, {"key": "p"}, "application/json", headers=do).json()["id"] for _ in range(2)]
    assert len(set(answers)) == 1
    assert client.post(url, {"key": "q"}, "application/json", headers=do).status_code == 409
    totals = client.get("/api/v1/ledger/totals", headers=see).json()["items"]
    assert (totals[0]["paid"], totals[0]["owed"]) == ("20.00", "0.00")


def _order(house: House) -> Order:
    upsert_one(house.shop, OrderRecord("o-1", status="completed", currency="CNY"), actor="test")
    return Order.objects.get(external_id="o-1")


def _refund(house: House, number: str, amount: str, status: str = "paid") -> None:
    refund = RefundRecord(number, amount=Decimal(amount), currency="CNY", status=status)
    upsert_one(house.shop, OrderRecord("o-1", refunds=(refund,)), actor="test")


def test_an_imported_refund_settles_its_debt_once(house: House) -> None:
    order = _order(house)
    house.post("a", "promised", "20", order_id=order.pk)
    house.post("b", "promised", "35", order_id=order.pk, remedy="gift")
    _refund(house, "r-0", "20", status="requested")
    assert not Entry.objects.filter(state="paid").exists()
    _refund(house, "r-1", "35")
    _refund(house, "r-1", "35")
    for refund in paid_refunds([order.pk]):
        assert settling.settle_refund(house.shop.pk, refund) == []
    paid = Entry.objects.get(state="paid")
    assert paid.remedy == "gift"
    assert paid.amount == 35
    assert queries.owed(house.conversation.pk) == {"CNY": Decimal(20)}


def test_a_refund_of_the_sum_settles_all_and_another_amount_nothing(house: House) -> None:
    order = _order(house)
    house.post("a", "promised", "20", order_id=order.pk)
    house.post("b", "promised", "35", order_id=order.pk, remedy="gift")
    _refund(house, "r-1", "54.99")
    assert queries.owed(house.conversation.pk) == {"CNY": Decimal(55)}
    _refund(house, "r-2", "55")
    assert queries.owed(house.conversation.pk) == {}


@pytest.mark.parametrize(
    ("moment", "zone", "month"),
    [
        (datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC), "Asia/Shanghai", date(2026, 1, 1)),
        (datetime(2026, 1, 31, 16, 0, tzinfo=UTC), "Asia/Shanghai", date(2026, 2, 1)),
        (datetime(2026, 3, 1, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 2, 1)),
        (datetime(2026, 11, 1, 3, 59, tzinfo=UTC), "America/New_York", date(2026, 10, 1)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "Europe/Berlin", date(2027, 1, 1)),
    ],
)
def test_the_shops_zone_decides_the_month(moment: datetime, zone: str, month: date) -> None:
    assert budgets.month_of(moment, zone) == month
    begin, end = budgets.month_bounds(month, zone)
    assert begin <= moment < end
    assert budgets.month_of(end, zone) == budgets.next_month(month)
    assert budgets.month_of(end - timedelta(microseconds=1), zone) == month
    assert budgets.month_before(budgets.next_month(month)) == month


def test_spent_is_cut_at_the_months_border(house: House) -> None:
    begin, end = budgets.month_bounds(date(2026, 3, 1), house.shop.timezone)
    for key, at in {
        "before": begin - timedelta(seconds=1),
        "first": begin,
        "last": end - timedelta(seconds=1),
        "after": end,
    }.items():
        house.post(key, "promised", "10", at=at)
    house.post("price", "promised", "500", at=begin, remedy="return_refund")
    spent = budgets.spent_in(house.shop, date(2026, 3, 1))
    assert spent == {(house.team.pk, "CNY"): 20, (None, "CNY"): 20}


def test_shares_are_told_once_each_and_to_leads(house: House, client: Client) -> None:
    month = timezone.localdate()
    for team in (None, house.team.pk):
        budgets.set_budget(
            house.shop, house.lead, team_id=team, since=month, currency="CNY", amount=Decimal(100)
        )
    house.post("a", "promised", "79.99")
    assert not BudgetWarning.objects.exists()
    house.post("b", "promised", "0.01")
    house.post("c", "promised", "5")
    assert sorted(BudgetWarning.objects.values_list("share", flat=True)) == [80, 80]
    house.post("d", "promised", "30")
    house.post("e", "promised", "30", currency="USD")
    assert sorted(BudgetWarning.objects.values_list("share", flat=True)) == [80, 80, 100, 100]
    client.force_login(house.lead, backend="django.contrib.auth.backends.ModelBackend")
    assert "100 %" in client.get("/ledger/budgets/warnings/").content.decode()
    client.post("/ledger/budgets/warnings/seen/")
    assert not client.get("/ledger/budgets/warnings/").context["warnings"]
    client.force_login(house.agent, backend="django.contrib.auth.backends.ModelBackend")
    assert not client.get("/ledger/budgets/warnings/").context["warnings"]
    assert len(client.get("/ledger/budgets/usage/?currency=CNY").context["usages"]) == 2


def test_a_budget_holds_until_the_next_one(house: House, lead: Client) -> None:
    now = budgets.month_of(timezone.now(), house.shop.timezone)
    data = {"team": "", "since": f"{now:%Y-%m}", "currency": "cny", "amount": "500", "shares": "50, 100"}
    assert lead.post("/ledger/budgets/", data).status_code == 302
    later = budgets.next_month(budgets.next_month(now))
    budgets.set_budget(house.shop, house.lead, team_id=None, since=later, currency="CNY", amount=None)
    in_force = [
        [b.amount for b in budgets.budgets_in_force(house.shop.pk, month)]
        for month in (budgets.month_before(now), now, budgets.next_month(now), later)
    ]
    assert in_force == [[], [500], [500], []]
    assert lead.post("/ledger/budgets/", data | {"amount": "-1"}).status_code == 422
    assert lead.post("/ledger/budgets/", data | {"since": "2020-01"}).status_code == 422
    with pytest.raises(NotAllowed):
        budgets.set_budget(
            house.shop, house.agent, team_id=None, since=now, currency="CNY", amount=Decimal(5)
        )
    with pytest.raises(DomainError):
        budgets.set_budget(house.shop, house.lead, team_id=None, since=now, currency="x", amount=Decimal(5))


def test_paying_more_than_is_owed_is_refused(house: House) -> None:
    entry = house.post("k", "promised", "20")
    with pytest.raises(Conflict):
        settling.pay(entry, key="p", agent=house.lead, amount=Decimal("20.01"))
    settling.pay(entry, key="p", agent=house.lead, amount=Decimal(12))
    assert queries.owed(house.conversation.pk) == {"CNY": Decimal(8)}
