"""Conversations from files: idempotent by message, linked, searchable, triaged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from goldseam.conversations.actions import receive_message, send_reply
from goldseam.conversations.importing import upsert_conversations
from goldseam.conversations.models import Conversation, Message, Status
from goldseam.conversations.queries import search_filter
from goldseam.conversations.records import ConversationRecord, MessageRecord
from goldseam.copilot.models import Decision
from goldseam.people.models import Shop
from tests.importing.conftest import Run

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 1, 4, tzinfo=UTC)

CHATS = """
timezone = "Asia/Shanghai"
[[source]]
name = "orders"
files = ["orders.csv"]
[source.order]
external_id = "id"
customer = "buyer"
status = { value = "shipped" }
[[source]]
name = "chats"
files = ["*.tsv"]
columns = ["session", "user", "order", "agent", "text"]
group = "session"
clock = { start = 2026-08-01T09:00:00, seconds = 60 }
[source.conversation]
external_id = "session"
customer = "user"
order = "order"
status = { value = "closed" }
outcome = { value = "satisfied" }
[source.conversation.messages]
when = "trim(text)"
role = { column = "agent", map = { 0 = "customer", 1 = "agent" } }
text = "text"
at = "_at"
"""
TSV = (
    "s-1\tu-1\to-1\t0\t快递停了三天了，到底什么时候到？\n"
    "s-1\tu-1\to-1\t1\t亲，帮您看看\n"
    "s-1\tu-1\to-1\t0\t\n"
    's-1\tu-1\to-1\t0\t再不到我就打12315投诉"你们\n'
    "s-2\tu-2\to-?\t0\t谢谢，很满意\n"
)


def record(*texts: str, **fields: object) -> ConversationRecord:
    messages = [MessageRecord("customer" if i % 2 == 0 else "agent", text) for i, text in enumerate(texts)]
    return ConversationRecord("c-1", messages, created_at=AT, **fields)  # type: ignore[arg-type]


def test_sessions_come_in_linked_searchable_and_triaged(run: Run) -> None:
    result = run(CHATS, {"orders.csv": "id,buyer\no-1,u-1\n", "chats.tsv": TSV})
    assert result.counts("conversation") == (2, 0, 0, 0)
    first = Conversation.objects.get(external_id="s-1")
    assert first.customer is not None
    assert first.order is not None
    assert (first.customer.external_id, first.order.external_id) == ("u-1", "o-1")
    assert (first.status, first.outcome, first.waiting_since) == ("closed", "satisfied", None)
    assert first.created_at.isoformat() == "2026-08-01T01:01:00+00:00"
    assert first.closed_at == first.last_message_at
    assert list(first.messages.values_list("external_id", "role")) == [
        ("0", "customer"),
        ("1", "agent"),
        ("2", "customer"),
    ]
    assert first.issue
    assert Decision.objects.filter(conversation=first).count() == 1
    assert Decision.objects.get(conversation=first).made_at == first.last_message_at
    for words in ("停了三天", "u-1", "o-1", "12315"):
        assert Conversation.objects.filter(search_filter(words)).first() == first
    assert Conversation.objects.get(external_id="s-2").order is None


def test_the_same_file_again_changes_nothing(run: Run) -> None:
    run(CHATS, {"chats.tsv": TSV})
    before = [list(model.objects.order_by("pk").values_list()) for model in (Conversation, Message, Decision)]
    assert run(CHATS, {"chats.tsv": TSV}).counts("conversation") == (0, 0, 2, 0)
    after = [list(model.objects.order_by("pk").values_list()) for model in (Conversation, Message, Decision)]
    assert before == after


def test_new_messages_of_a_known_conversation_are_added(shop: Shop) -> None:
    upsert_conversations(shop, [record("在吗")], actor="t")
    outcome = upsert_conversations(shop, [record("在吗", "在的", "我要退货")], actor="t")
    assert (outcome.created, outcome.changed) == (0, 1)
    conversation = Conversation.objects.get()
    assert conversation.snippet == "我要退货"
    assert conversation.waiting_since == AT
    assert conversation.messages.count() == 3
    assert Decision.objects.count() == 2
    assert conversation.issue == "refund.return"


def test_an_import_does_not_undo_what_people_did(shop: Shop) -> None:
    upsert_conversations(shop, [record("在吗", status="closed")], actor="t")
    conversation = Conversation.objects.get()
    receive_message(conversation, "还在吗", key="live-1")
    send_reply(conversation, None, "在的", key="live-2")
    outcome = upsert_conversations(shop, [record("在吗", status="closed")], actor="t")
    assert outcome.unchanged == 1
    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN
    assert conversation.messages.count() == 3


def test_what_is_said_last_decides_who_waits(shop: Shop) -> None:
    upsert_conversations(shop, [record("在吗", "在的")], actor="t")
    assert Conversation.objects.get().waiting_since is None


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (ConversationRecord("c", []), "messages"),
        (ConversationRecord("c", [MessageRecord("customer", " ")], created_at=AT), "messages[0].text"),
        (
            ConversationRecord("c", [MessageRecord("customer", "x" * 20_001)], created_at=AT),
            "messages[0].text",
        ),
        (ConversationRecord("c", [MessageRecord("robot", "x")], created_at=AT), "messages[0].role"),
        (ConversationRecord("c", [MessageRecord("customer", "x")]), "messages[0].at"),
        (ConversationRecord("", [MessageRecord("customer", "x", AT)]), "external_id"),
        (ConversationRecord("c", [MessageRecord("customer", "x", AT)], status="lost"), "status"),
        (
            ConversationRecord(
                "c", [MessageRecord("customer", "x", AT, "k"), MessageRecord("agent", "y", AT, "k")]
            ),
            "messages[1].key",
        ),
    ],
)
def test_bad_conversations_are_refused_by_field(shop: Shop, bad: ConversationRecord, field: str) -> None:
    outcome = upsert_conversations(shop, [bad, record("在吗")], actor="t")
    assert [(refusal.index, refusal.field) for refusal in outcome.refused] == [(0, field)]
    assert Conversation.objects.count() == 1


def test_nul_bytes_in_messages_go(shop: Shop) -> None:
    upsert_conversations(shop, [record("在\x00吗")], actor="t")
    assert Message.objects.get().text == "在吗"
