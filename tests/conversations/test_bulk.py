"""Changing many conversations: what is done, what is refused, how it is undone, and that nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from goldseam.conversations import actions
from goldseam.conversations.bulk import AT_ONCE, summary_of
from goldseam.conversations.models import BulkRun, Conversation, Message
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.core.models import AuditEntry
from goldseam.people.models import Shop
from tests.conversations.lists import list_shop, person, row, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return list_shop()


def begin(shop: Shop, verb: str, value: Any, ids: list[int], key: str = "k-1") -> BulkRun:
    return actions.begin_bulk(shop, person("agent"), verb, value, ids, key=key)


def test_assigning_many_and_back(shop: Shop) -> None:
    agent, lead = person("agent"), person("lead")
    actions.assign(row(0), lead, actor="test")
    actions.assign(row(1), agent, actor="test")
    run = begin(shop, "assign", agent.pk, rows(0, 1, 2))
    summary = summary_of(run)
    assert (summary.changed, summary.same, summary.refused, summary.is_finished) == (2, 1, 0, True)
    assert set(Conversation.objects.filter(pk__in=rows(0, 1, 2)).values_list("assignee", flat=True)) == {
        agent.pk
    }
    actions.assign(row(2), lead, actor="test")  # somebody takes one meanwhile
    undone = summary_of(actions.undo_bulk(run, agent))
    assert (undone.changed, undone.refused) == (1, 1)
    assert row(0).assignee == lead
    assert row(1).assignee == agent
    assert row(2).assignee == lead
    assert not summary_of(run).can_undo
    assert not undone.can_undo


def test_closing_and_reopening_keeps_since_when_they_wait(shop: Shop) -> None:
    since = row(4).waiting_since
    run = begin(shop, "close", {"outcome": "accepted", "cause": "", "note": ""}, rows(4, 5))
    assert row(4).status == "closed"
    assert row(4).outcome == "accepted"
    actions.undo_bulk(run, person("agent"))
    assert row(4).status == "open"
    assert row(4).waiting_since == since
    assert row(4).closed_at is None


def test_what_one_refuses_does_not_stop_the_others(shop: Shop) -> None:
    actions.close(row(1), outcome="accepted", actor="test")
    until = (timezone.now() + timedelta(hours=2)).isoformat()
    run = begin(shop, "snooze", until, rows(0, 1, 2))
    summary = summary_of(run)
    assert (summary.changed, summary.refused) == (2, 1)
    ((words, count, names),) = summary.reasons
    assert count == 1
    assert names == ["Buyer 1"]
    assert words
    assert row(0).status == row(2).status == "snoozed"
    assert row(1).status == "closed"
    actions.undo_bulk(run, person("agent"))
    assert row(0).status == row(2).status == "open"


def test_labels_and_back(shop: Shop) -> None:
    carrier = actions.make_label(shop, "Carrier", colour="lake", actor="test")
    press = actions.make_label(shop, "Press", colour="plum", actor="test")
    actions.label_conversation(row(0), add=[press.pk], actor="test")
    run = begin(shop, "label", {"add": [carrier.pk], "remove": [press.pk]}, rows(0, 1))
    assert row(0).label_ids == row(1).label_ids == [carrier.pk]
    actions.undo_bulk(run, person("agent"))
    assert row(0).label_ids == [press.pk]
    assert row(1).label_ids == []


def test_priority_and_back(shop: Shop) -> None:
    run = begin(shop, "priority", "P0", rows(0, 3))
    assert row(0).priority == "P0"
    assert row(0).priority_corrected
    actions.undo_bulk(run, person("agent"))
    assert (row(0).priority, row(0).priority_corrected) == ("P2", False)
    assert row(3).priority == "P1"


def test_the_same_key_is_the_same_change(shop: Shop) -> None:
    first = begin(shop, "priority", "P3", rows(0))
    again = begin(shop, "assign", None, rows(1, 2))
    assert first == again
    assert BulkRun.objects.count() == 1
    assert actions.undo_bulk(first, person("agent")) == actions.undo_bulk(first, person("agent"))
    with pytest.raises(Conflict):
        actions.undo_bulk(BulkRun.objects.get(undoes=first), person("agent"))


@pytest.mark.parametrize(
    ("verb", "value", "field"),
    [
        ("explode", None, "verb"),
        ("priority", "P9", "priority"),
        ("label", {"add": [], "remove": []}, "labels"),
        ("snooze", "2020-01-01T00:00:00+00:00", "until"),
        ("close", {"outcome": "brilliant"}, "outcome"),
    ],
)
def test_nonsense_is_refused_at_once(shop: Shop, verb: str, value: Any, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        begin(shop, verb, value, rows(0))
    assert refused.value.field == field
    assert not BulkRun.objects.exists()


def test_strangers_and_foreign_rows_are_out_of_reach(shop: Shop) -> None:
    other = list_shop("other", 2)
    foreign = Conversation.objects.filter(shop=other).values_list("pk", flat=True)
    with pytest.raises(DomainError):
        begin(shop, "priority", "P0", list(foreign))
    begin(
        shop,
        "priority",
        "P0",
        [*foreign, *Conversation.objects.filter(shop=shop).values_list("pk", flat=True)],
    )
    assert not Conversation.objects.filter(shop=other, priority="P0").exists()
    with pytest.raises(NotFound):
        begin(shop, "assign", person("agent", "other").pk, list(foreign), key="k-2")


def test_many_go_through_the_queue_batch_by_batch() -> None:
    shop = list_shop(count=AT_ONCE + 5)
    ids = list(Conversation.objects.order_by("pk").values_list("pk", flat=True))
    run = begin(shop, "priority", "P3", ids)
    assert summary_of(run).dealt_with == 0
    job = ProcrastinateJob.objects.get(task_name="conversations.bulk")
    assert job.args == {"run": run.pk}
    assert actions.continue_bulk(run.pk)
    run.refresh_from_db()
    assert 0 < run.position < len(ids)
    assert Conversation.objects.filter(priority="P3").count() == run.position
    while actions.continue_bulk(run.pk):
        pass
    assert not actions.continue_bulk(run.pk), "a job that is done twice does nothing more"
    run.refresh_from_db()
    assert summary_of(run).changed == len(ids)
    assert AuditEntry.objects.filter(verb="priority.set").count() == len(ids)


def _undo_and_break(run: BulkRun) -> None:
    with transaction.atomic():
        actions.undo_bulk(run, person("agent"))
        raise ZeroDivisionError


def test_a_batch_is_all_or_nothing(shop: Shop) -> None:
    run = begin(shop, "priority", "P3", rows(0, 1))
    with pytest.raises(ZeroDivisionError):
        _undo_and_break(run)
    assert row(0).priority == "P3"
    assert not BulkRun.objects.filter(undoes=run).exists()


def test_the_page_changes_what_is_chosen(
    shop: Shop, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(person("agent"))
    htmx = {"HX-Request": "true"}
    for verb in actions.BULK_VERBS:
        with django_assert_max_num_queries(12):
            assert client.get(reverse("conversations:bulk"), {"do": verb}, headers=htmx).status_code == 200
    assert client.get(reverse("conversations:bulk"), {"do": "explode"}, headers=htmx).status_code == 400
    ids = ",".join(map(str, rows(0, 1)))
    data = {"verb": "priority", "priority": "P0", "ids": ids, "key": "one"}
    answer = client.post(reverse("conversations:bulk"), data, headers=htmx)
    assert answer.status_code == 200
    assert "goldseam:bulk" in answer["HX-Trigger"]
    run = BulkRun.objects.get()
    with django_assert_max_num_queries(12):
        body = client.get(reverse("conversations:bulk_run", args=[run.pk]), headers=htmx).content.decode()
    assert reverse("conversations:bulk_undo", args=[run.pk]) in body
    assert client.post(reverse("conversations:bulk_undo", args=[run.pk]), headers=htmx).status_code == 200
    assert row(0).priority == "P2"
    client.force_login(person("lead"))
    assert client.get(reverse("conversations:bulk_run", args=[run.pk])).status_code == 404


def test_the_whole_view_can_be_chosen(shop: Shop, client: Client) -> None:
    client.force_login(person("agent"))
    data = {"verb": "priority", "priority": "P0", "all": "1", "view": "risk", "key": "all", "ids": ""}
    client.post(reverse("conversations:bulk"), data, headers={"HX-Request": "true"})
    assert list(Conversation.objects.filter(priority="P0").values_list("external_id", flat=True)) == ["k-03"]


@pytest.mark.parametrize("ids", ["", "1;2", "1,,2", "x", "9" * 40])
def test_ids_that_are_none_are_refused(shop: Shop, client: Client, ids: str) -> None:
    client.force_login(person("agent"))
    data = {"verb": "priority", "priority": "P0", "ids": ids, "key": "k"}
    answer = client.post(reverse("conversations:bulk"), data, headers={"HX-Request": "true"})
    assert answer.status_code == 400
    assert not BulkRun.objects.exists()


def test_a_closing_note_is_kept_where_the_shop_wants_one(shop: Shop) -> None:
    begin(shop, "close", {"outcome": "accepted", "cause": "", "note": "Carrier paid."}, rows(0))
    assert Message.objects.filter(conversation=row(0), is_note=True, text="Carrier paid.").count() == 1
