"""Canned replies and macros: variables, who sees what, one transaction, tables."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.conversations.actions import send_reply
from goldseam.conversations.models import Conversation, Label, Message
from goldseam.core.errors import Conflict, DomainError, NotAllowed, NotFound
from goldseam.core.models import AuditEntry
from goldseam.people.models import Agent, Membership, Shop, Team
from goldseam.replies import actions, queries, tables
from goldseam.replies.models import CannedReply, Macro
from goldseam.replies.variables import fill, unfilled, values_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


@pytest.fixture
def agent(shop: Shop) -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


@pytest.fixture
def lead(shop: Shop) -> Agent:
    return Agent.objects.get(email="lead@porcelain.test")


@pytest.fixture
def desk(client: Client, agent: Agent) -> Client:
    client.force_login(agent)
    return client


def talk(key: str = "c-1001") -> Conversation:
    return Conversation.objects.select_related("shop", "customer", "order").get(external_id=key)


def canned(shop: Shop, who: Agent, place: actions.Place, shortcut: str = "delay", **more: Any) -> CannedReply:
    words = {"title": "Delay", "text": "{{customer.name}}, {{order.tracking_no}}", "language": "en"} | more
    return actions.save_canned(shop, who, place, shortcut=shortcut, **words)


def test_variables_are_filled_from_the_facts(shop: Shop, agent: Agent) -> None:
    values = values_for(talk(), agent, "zh")
    filled = fill(
        "{{customer.name}}的{{ order.item }}"
        "({{order.tracking_no}},{{order.carrier}})到了{{order.last_place}}",
        values,
    )
    assert filled.text == "周雨桐的青瓷茶具八件套 礼盒装(SF1029384700,顺丰速运)到了广州中转场"
    assert filled.missing == ()
    assert values["order.total"] == "¥1,299.00"
    assert values["customer.phone_tail"] == "0000"
    assert values["agent.name"] == "林小满"
    english = values_for(talk("c-1007"), agent, "en")
    assert english["order.status"] == "Shipped"
    assert english["today"] == f"{timezone.localtime():%B} {timezone.localtime().day}"


def test_what_is_not_known_stays_and_is_told(shop: Shop, agent: Agent) -> None:
    values = values_for(talk("c-1004"), agent, "zh")
    filled = fill("{{order.tracking_no}} {{refund.amount|还没有}} {{order.no}}", values)
    assert filled.text == "{{order.tracking_no}} 还没有 313021098903"
    assert filled.missing == ("order.tracking_no",)


def test_among_several_orders_nobody_guesses(shop: Shop, agent: Agent) -> None:
    from goldseam.commerce.models import Order

    target = talk()
    Conversation.objects.filter(pk=target.pk).update(order=None)
    Order.objects.create(shop=shop, external_id="o-2", customer=target.customer, status="paid")
    assert "order.no" not in values_for(talk(), agent, "zh")


def test_no_reply_leaves_with_a_variable_in_it(shop: Shop, agent: Agent) -> None:
    with pytest.raises(DomainError, match=r"\{\{order.tracking_no\}\}"):
        send_reply(talk(), agent, "运单 {{order.tracking_no}} 在路上", key="k")
    assert not Message.objects.filter(external_id="k").exists()


@pytest.mark.parametrize(
    ("text", "said"), [("{{order.trackingno}}", "order.tracking_no"), ("{{xyzzy}}", "There are")]
)
def test_a_wrong_variable_is_named_when_saved(shop: Shop, agent: Agent, text: str, said: str) -> None:
    with pytest.raises(DomainError) as caught:
        canned(shop, agent, actions.Place(owner=agent), text=text)
    from django.utils import translation

    with translation.override("en"), pytest.raises(DomainError, match=said):
        canned(shop, agent, actions.Place(owner=agent), text=text)
    assert caught.value.field == "text"


def test_everybody_sees_what_is_theirs(shop: Shop, agent: Agent, lead: Agent) -> None:
    team = Team.objects.create(shop=shop, name="A", lead=lead)
    other = Team.objects.create(shop=shop, name="B", lead=lead)
    team.members.add(Membership.objects.get(shop=shop, agent=agent))
    mine = canned(shop, agent, actions.Place(owner=agent), "mine")
    theirs = canned(shop, lead, actions.Place(owner=lead), "theirs")
    ours = canned(shop, lead, actions.Place(team=team), "ours")
    others = canned(shop, lead, actions.Place(team=other), "others")
    all_ours = canned(shop, lead, actions.Place(), "all")
    seen = {row.shortcut for row in queries.canned_of(shop.pk, agent)}
    assert seen == {"mine", "ours", "all"}
    for row in (theirs, others):
        with pytest.raises(NotFound):
            queries.access_canned(agent, row.pk)
    assert queries.access_canned(agent, mine.pk) == mine
    assert queries.access_canned(agent, ours.pk) == ours
    for row in (ours, all_ours):
        with pytest.raises(NotAllowed):
            actions.remove(row, agent)
    with pytest.raises(NotAllowed):
        canned(shop, agent, actions.Place(), "forbidden")


def test_nobody_moves_what_is_not_theirs_into_their_own(desk: Client, shop: Shop, lead: Agent) -> None:
    row = canned(shop, lead, actions.Place(), "all")
    data = {"shortcut": "all", "title": "T", "text": "x", "language": "en", "scope": "me"}
    answer = desk.post(reverse("replies:canned", args=[row.pk]), data)
    assert answer.status_code == 422
    row.refresh_from_db()
    assert row.owner_id is None


def test_the_best_fit_comes_first(shop: Shop, agent: Agent) -> None:
    place = actions.Place(owner=agent)
    canned(shop, agent, place, "延误", title="快递延误")
    canned(shop, agent, place, "道歉", title="延误道歉")
    canned(shop, agent, place, "物流", title="物流", text="延误了")
    canned(shop, agent, place, "发票", title="发票")
    found = queries.find(shop.pk, agent, "延误").canned
    assert [row.shortcut for row in found] == ["延误", "道歉", "物流"]
    row = found[2]
    for _ in range(3):
        actions.use_canned(row, talk(), agent)
    assert queries.find(shop.pk, agent, "").canned[0].shortcut == "物流"


def macro(shop: Shop, agent: Agent, steps: dict[str, Any], text: str = "") -> Macro:
    return actions.save_macro(
        shop, agent, actions.Place(owner=agent), name="M", text=text, language="zh", steps=steps
    )


def test_a_macro_does_all_of_it_once(shop: Shop, agent: Agent) -> None:
    late, gone = (Label.objects.create(shop=shop, name=name) for name in ("late", "gone"))
    row = macro(
        shop,
        agent,
        {
            "note": "已告知{{customer.name}}",
            "priority": "P1",
            "assign": "me",
            "labels": [late.pk, gone.pk],
            "close": {"outcome": "accepted"},
        },
        "您好{{customer.name}},正在为您核实。",
    )
    gone.delete()
    for _ in range(2):
        actions.run(row, talk("c-1004"), agent, key="run-1")
    done = talk("c-1004")
    assert done.label_ids == [late.pk]
    assert (done.status, done.outcome, done.priority, done.assignee) == ("closed", "accepted", "P1", agent)
    said = list(done.messages.order_by("id").values_list("text", "is_note"))[1:]
    assert sorted(said) == [("已告知王静怡", True), ("您好王静怡,正在为您核实。", False)]
    row.refresh_from_db()
    assert row.uses == 1
    assert AuditEntry.objects.filter(verb="macro.run", subject=f"conversation-{done.pk}").count() == 1


def test_a_macro_that_is_refused_did_nothing(shop: Shop, agent: Agent) -> None:
    row = macro(shop, agent, {"note": "n", "priority": "P0"}, "运单 {{order.tracking_no}}")
    before = talk("c-1004").version
    with pytest.raises(DomainError, match=r"order\.tracking_no"):
        actions.run(row, talk("c-1004"), agent, key="k")
    assert talk("c-1004").version == before
    assert talk("c-1004").messages.count() == 1


def test_a_crisis_locks_macros(shop: Shop, agent: Agent) -> None:
    row = macro(shop, agent, {"priority": "P1"})
    Conversation.objects.filter(external_id="c-1004").update(locked_at=timezone.now())
    with pytest.raises(Conflict):
        actions.run(row, talk("c-1004"), agent, key="k")


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ({"priority": "P9"}, "priority"),
        ({"snooze": "never"}, "snooze"),
        ({"assign": 999_999}, "assign"),
        ({"labels": [999_999]}, "labels"),
        ({"snooze": "hour", "close": {"outcome": "accepted"}}, "close"),
        ({"close": {"outcome": "great"}}, "outcome"),
        ({"close": {"cause": "nope"}}, "cause"),
        ({}, "text"),
    ],
)
def test_a_macro_is_checked_when_saved(shop: Shop, agent: Agent, steps: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as caught:
        macro(shop, agent, steps)
    assert caught.value.field == field


def test_tables_go_out_and_come_in_the_same(shop: Shop, agent: Agent, lead: Agent) -> None:
    place = actions.Place()
    label = Label.objects.create(shop=shop, name="晚到, 催")
    canned(shop, lead, place, "sum", text='=SUM(1), "quoted"\nsecond line')
    macro_row = actions.save_macro(
        shop,
        lead,
        place,
        name="Close it",
        text="Bye",
        language="en",
        steps={"assign": agent.pk, "labels": [label.pk], "close": {"outcome": "accepted"}},
    )
    canned_table = tables.write_canned(queries.canned_of(shop.pk, lead))
    macro_table = tables.write_macros(queries.macros_of(shop.pk, lead))
    assert "'=SUM(1)" in canned_table
    CannedReply.objects.all().delete()
    Macro.objects.all().delete()
    for _ in range(2):
        assert tables.bring_in(shop, lead, "a.csv", canned_table.encode()) == 1
        assert tables.bring_in(shop, lead, "m.csv", macro_table.encode("utf-8")) == 1
    assert CannedReply.objects.get().text == '=SUM(1), "quoted"\nsecond line'
    assert Macro.objects.get().steps == macro_row.steps


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("a,b\n1,2\n", "first row"),
        ("shortcut,title,text\n", "1 to 5000 rows"),
        ("shortcut,title,text\nok,T,x\nno space,T,x\n", "t.csv, row 3"),
        ("shortcut,title,text\nok,T,{{nope}}\n", "t.csv, row 2"),
        ("name,scope,team,priority\nM,team,Z,P1\n", "“Z”"),
        ('shortcut,title,text\n"open,T,x\n', "cannot be read"),
    ],
)
def test_a_wrong_table_changes_nothing(shop: Shop, lead: Agent, table: str, said: str) -> None:
    from django.utils import translation

    with translation.override("en"), pytest.raises(DomainError, match=said):
        tables.bring_in(shop, lead, "t.csv", table.encode())
    assert not CannedReply.objects.exists()


PLACES = ("all", "new_canned", "new_macro", "import", "export_canned", "export_macros")


@pytest.mark.parametrize("place", PLACES)
def test_every_page_within_the_queries(
    desk: Client, shop: Shop, agent: Agent, place: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        canned(shop, agent, actions.Place(owner=agent), f"r{number}")
    with django_assert_max_num_queries(12):
        assert desk.get(reverse(f"replies:{place}")).status_code == 200


def test_the_fragments_within_the_queries(
    desk: Client, shop: Shop, agent: Agent, django_assert_max_num_queries: Any
) -> None:
    row = canned(shop, agent, actions.Place(owner=agent))
    run = macro(shop, agent, {"priority": "P1", "assign": agent.pk}, "{{customer.name}}")
    number = talk().pk
    with django_assert_max_num_queries(12):
        body = desk.get(reverse("replies:find", args=[number]), {"q": "del"}).content.decode()
    assert "/delay" in body
    with django_assert_max_num_queries(14):
        filled = desk.post(reverse("replies:use", args=[number, row.pk])).json()
    assert filled == {"text": "周雨桐, SF1029384700", "missing": []}
    with django_assert_max_num_queries(14):
        asked = desk.get(reverse("replies:ask", args=[number, run.pk]))
    assert "周雨桐" in asked.content.decode()
    done = desk.post(reverse("replies:run", args=[number, run.pk]), {"key": ""})
    assert done.status_code == 400


def test_the_import_page_says_what_is_wrong(client: Client, lead: Agent) -> None:
    client.force_login(lead)
    address = reverse("replies:import")
    file = SimpleUploadedFile("x.csv", b"a,b\n", "text/csv")
    assert client.post(address, {"file": file}).status_code == 422
    file = SimpleUploadedFile("x.csv", "shortcut,title,text\n延误,延误,您好\n".encode("gb18030"), "text/csv")
    assert client.post(address, {"file": file}).status_code == 302
    assert CannedReply.objects.get().title == "延误"


def test_unfilled_names_each_once() -> None:
    assert unfilled("{{a.b}} {{ a.b }} {{c|x}} {plain}") == ("a.b", "c")
