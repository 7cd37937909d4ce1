"""Labels: kept by leads, put on conversations, gone from all of them when they are dropped."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.conversations import actions
from goldseam.conversations.importing import upsert_conversations
from goldseam.conversations.labels import MOST_ON_ONE, use_of_labels
from goldseam.conversations.models import Conversation, Label
from goldseam.conversations.records import ConversationRecord, MessageRecord
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.models import AuditEntry
from goldseam.people.models import Shop
from tests.conversations.lists import list_shop, person, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return list_shop(count=4)


def make(shop: Shop, name: str = "Carrier", colour: str = "lake") -> Label:
    return actions.make_label(shop, name, colour=colour, actor="test")


@pytest.mark.parametrize(
    ("name", "colour", "field"),
    [("", "lake", "name"), (" \n ", "lake", "name"), ("x" * 41, "lake", "name"), ("x", "red", "colour")],
)
def test_bad_labels_are_refused(shop: Shop, name: str, colour: str, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        make(shop, name, colour)
    assert refused.value.field == field


def test_a_name_is_there_once_per_shop(shop: Shop) -> None:
    make(shop)
    with pytest.raises(Conflict):
        make(shop, " Carrier ")
    assert make(list_shop("other", 1)).name == "Carrier"


def test_on_and_off_is_written_down_once(shop: Shop) -> None:
    one, two = make(shop), make(shop, "Press")
    assert actions.label_conversation(row(0), add=[one.pk, two.pk], actor="test") == ([one.pk, two.pk], [])
    assert actions.label_conversation(row(0), add=[one.pk], remove=[99], actor="test") == ([], [])
    assert actions.label_conversation(row(0), remove=[one.pk], actor="test") == ([], [one.pk])
    assert row(0).label_ids == [two.pk]
    assert AuditEntry.objects.filter(verb="conversation.labelled").count() == 2


def test_foreign_and_too_many_labels_are_refused(shop: Shop) -> None:
    foreign = make(list_shop("other", 1))
    with pytest.raises(DomainError, match=str(foreign.pk)):
        actions.label_conversation(row(0), add=[foreign.pk], actor="test")
    many = [make(shop, f"l{number}").pk for number in range(MOST_ON_ONE + 1)]
    with pytest.raises(DomainError, match=str(MOST_ON_ONE)):
        actions.label_conversation(row(0), add=many, actor="test")


def test_a_dropped_label_is_gone_everywhere(shop: Shop) -> None:
    one, two = make(shop), make(shop, "Press")
    for number in (0, 1):
        actions.label_conversation(row(number), add=[one.pk, two.pk], actor="test")
    assert use_of_labels(shop.pk, 100) == {one.pk: 2, two.pk: 2}
    assert use_of_labels(shop.pk, 1) == {one.pk: 1, two.pk: 1}
    assert actions.drop_label(one, actor="test") == 2
    assert row(0).label_ids == row(1).label_ids == [two.pk]


def test_leads_keep_labels_and_agents_use_them(
    shop: Shop, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(person("agent"))
    page = reverse("conversations:labels")
    given = {"name": "Press", "colour": "plum", "description": "Wants to write about us"}
    assert client.post(page, given).status_code == 403
    client.force_login(person("lead"))
    assert client.post(page, given).status_code == 302
    label = Label.objects.get()
    assert client.post(page, given).status_code == 409
    client.post(reverse("conversations:label", args=[label.pk]), given | {"name": "Media"})
    label.refresh_from_db()
    assert label.name == "Media"
    client.force_login(person("agent"))
    with django_assert_max_num_queries(12):
        assert "Media" in client.get(page).content.decode()
    assert client.post(reverse("conversations:label", args=[label.pk]), {"drop": "1"}).status_code == 403
    mine = reverse("conversations:on_conversation", args=[row(0).pk])
    with django_assert_max_num_queries(12):
        assert "Media" in client.get(mine, headers={"HX-Request": "true"}).content.decode()
    assert client.post(mine, {"label": [label.pk]}, headers={"HX-Request": "true"}).status_code == 204
    assert row(0).label_ids == [label.pk]
    client.post(mine, {}, headers={"HX-Request": "true"})
    assert row(0).label_ids == []


def test_labels_are_text_not_markup(shop: Shop, client: Client) -> None:
    make(shop, "<b onclick=alert(1)>")
    client.force_login(person("lead"))
    assert "<b onclick" not in client.get(reverse("conversations:labels")).content.decode()


@pytest.mark.parametrize(
    "given", ["Carrier, Press", "Press|Carrier", "Carrier\uff0cPress;Press", " Carrier \u3001 Press "]
)
def test_an_import_brings_labels_by_name(shop: Shop, given: str) -> None:
    ids = sorted(make(shop, name).pk for name in ("Carrier", "Press"))
    said = (MessageRecord("customer", "hello", at=timezone.now()),)
    good = ConversationRecord("new-1", said, labels=given)
    bad = ConversationRecord("new-2", said, labels="Carrier, Nothing")
    outcome = upsert_conversations(shop, [good, bad], actor="test")
    assert Conversation.objects.get(shop=shop, external_id="new-1").label_ids == ids
    assert [(refusal.field, refusal.value) for refusal in outcome.refused] == [("labels", "Nothing")]
    again = upsert_conversations(shop, [ConversationRecord("new-1", said, labels="Press")], actor="test")
    assert again.unchanged == 1


def test_a_row_names_three_labels_and_says_how_many_more(shop: Shop, client: Client) -> None:
    labels = [make(shop, f"Label {number}") for number in range(MOST_ON_ONE)]
    actions.label_conversation(row(0), add=[label.pk for label in labels], actor="test")
    client.force_login(person("lead"))
    address = reverse("conversations:inbox")
    page = client.get(address, {"view": "open"}, headers={"HX-Request": "true"}).content.decode()
    assert page.count('class="label label-lake"') == 3
    assert f">+{MOST_ON_ONE - 3}<" in page
    assert f"Label {MOST_ON_ONE - 1}" in page
