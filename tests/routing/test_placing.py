"""Who gets real conversations: on a real database, also when many come at once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from goldseam.conversations import actions as inbox
from goldseam.conversations.models import Conversation, Message
from goldseam.conversations.workload import open_load
from goldseam.core.errors import Conflict
from goldseam.people.actions import create_shop
from goldseam.people.models import Agent, Membership, Role, Shop
from goldseam.routing import placing, queries
from goldseam.routing.jobs import make_rounds_at
from goldseam.routing.models import Placement, Profile, RoutingSettings, Strain

NAMES = ("晨", "露", "舟")


def crew(shop: Shop, count: int = 3, **values: Any) -> list[Agent]:
    people = []
    for name in NAMES[:count]:
        agent = Agent.objects.create_user(f"{ord(name)}@{shop.slug}.test", None, name)
        Membership.objects.create(shop=shop, agent=agent, role=Role.AGENT)
        Profile.objects.create(shop=shop, agent=agent, **values)
        people.append(agent)
    return people


@pytest.fixture
def shop(db: None) -> Shop:
    shop = create_shop("porcelain", "青瓷生活馆", actor="test")
    RoutingSettings.objects.create(shop=shop, mode="assign")
    return shop


def asks(shop: Shop, key: str, text: str = "你好,在吗") -> Conversation:
    conversation = inbox.open_conversation(shop, key, actor="test")
    inbox.receive_message(conversation, text)
    return Conversation.objects.get(pk=conversation.pk)


def test_turns_go_round(shop: Shop) -> None:
    people = crew(shop)
    owners = [asks(shop, f"c{number}").assignee for number in range(6)]
    assert owners[:3] == people
    assert {owner.pk for owner in owners[3:] if owner} == {agent.pk for agent in people}
    placement = Placement.objects.latest("id")
    assert placement.state == "assigned"
    assert placement.reasons
    assert {entry["id"] for entry in placement.considered} == {agent.pk for agent in people}


def test_off_does_nothing_and_suggest_only_suggests(shop: Shop) -> None:
    people = crew(shop)
    RoutingSettings.objects.update(mode="off")
    assert asks(shop, "off").assignee is None
    assert not Placement.objects.exists()
    RoutingSettings.objects.update(mode="suggest")
    conversation = asks(shop, "suggested")
    assert conversation.assignee is None
    suggestion = queries.open_suggestion(conversation.pk)
    assert suggestion is not None
    assert suggestion.agent == people[0]
    placing.take_suggestion(conversation.pk, people[2])
    conversation.refresh_from_db()
    assert conversation.assignee == people[0]
    suggestion.refresh_from_db()
    assert suggestion.state == "taken"
    with pytest.raises(Conflict):
        placing.take_suggestion(conversation.pk, people[2])


def test_who_was_passed_over_is_not_suggested_again_at_once(shop: Shop) -> None:
    one, two = crew(shop, 2)
    RoutingSettings.objects.update(mode="suggest")
    conversation = asks(shop, "c")
    now = timezone.now()
    for expected in (one, two):
        suggestion = queries.open_suggestion(conversation.pk)
        assert suggestion is not None
        assert suggestion.agent == expected
        placing.pass_over(conversation.pk, one)
        make_rounds_at(now)
    assert Placement.objects.latest("id").state == "nobody"
    make_rounds_at(now + timedelta(hours=5))
    assert queries.open_suggestion(conversation.pk) is not None


def test_giving_it_to_somebody_else_answers_the_suggestion(shop: Shop) -> None:
    people = crew(shop)
    RoutingSettings.objects.update(mode="suggest")
    conversation = asks(shop, "c")
    inbox.assign(conversation, people[1], actor="test")
    assert Placement.objects.latest("id").state == "passed"


def test_the_customers_last_agent_comes_first(shop: Shop) -> None:
    from goldseam.commerce.models import Customer

    people = crew(shop)
    customer = Customer.objects.create(shop=shop, external_id="u", name="周雨桐")
    before = inbox.open_conversation(shop, "before", customer=customer, actor="test")
    inbox.assign(before, people[2], actor="test")
    inbox.close(before, actor="test")
    conversation = inbox.open_conversation(shop, "c", customer=customer, actor="test")
    inbox.receive_message(conversation, "又来了")
    conversation.refresh_from_db()
    assert conversation.assignee == people[2]
    assert "familiar" in Placement.objects.latest("id").reasons


def test_nobody_who_is_away_or_off_shift_or_without_the_skill(shop: Shop) -> None:
    away, late, other = crew(shop)
    Agent.objects.filter(pk=away.pk).update(presence="away")
    hour = timezone.localtime(timezone=queries.zone_of("Asia/Shanghai")).hour
    shift = f"{(hour + 2) % 24:02}:00-{(hour + 3) % 24:02}:00"
    Profile.objects.filter(agent=late).update(hours=[shift] * 7)
    Profile.objects.filter(agent=other).update(languages=["en"])
    RoutingSettings.objects.update(relax_skills=False)
    conversation = asks(shop, "c")
    assert conversation.assignee is None
    placement = Placement.objects.get()
    assert placement.state == "nobody"
    asides = {entry["id"]: entry["aside"] for entry in placement.considered}
    assert asides == {away.pk: "away", late.pk: "off_shift", other.pk: "no_language"}
    placing.find_person(conversation.pk)
    assert Placement.objects.count() == 1
    Agent.objects.filter(pk=away.pk).update(presence="available")
    assert make_rounds_at(timezone.now()) == 1
    conversation.refresh_from_db()
    assert conversation.assignee == away


def furious(shop: Shop, key: str) -> Conversation:
    return asks(shop, key, "你们这帮骗子!气死我了!!垃圾店铺,太过分了,我要去12315投诉你们!!!")


def test_no_third_furious_one_in_a_row_when_another_is_free(shop: Shop) -> None:
    one, two = crew(shop, 2, most_hard=10)
    for number in range(2):
        held = asks(shop, f"held{number}")
        Conversation.objects.filter(pk=held.pk).update(intensity=3, assignee=None)
        Strain.objects.filter(conversation=held).delete()
        inbox.assign(Conversation.objects.get(pk=held.pk), one, actor="test")
    Profile.objects.filter(agent=one).update(most_open=100)
    Profile.objects.filter(agent=two).update(most_open=4)
    assert queries.costs_of(shop.pk, timezone.now(), placing.Weights())[one.pk].row == 2
    conversation = furious(shop, "third")
    assert conversation.intensity == 3
    assert conversation.assignee == two
    assert "spared" in Placement.objects.latest("id").reasons


def test_what_a_conversation_cost_wears_off_and_never_counts_twice(shop: Shop) -> None:
    one = crew(shop, 1)[0]
    conversation = furious(shop, "c")
    points = Strain.objects.get(agent=one).points
    assert points >= 6
    inbox.receive_message(conversation, "气死我了!!!骗子")
    assert Strain.objects.filter(agent=one).count() == 1
    now = Strain.objects.get(agent=one).at
    weights = placing.Weights()
    later = queries.costs_of(shop.pk, now + timedelta(hours=4), weights)[one.pk].strain
    assert later == pytest.approx(Strain.objects.get(agent=one).points / 2, abs=0.01)


NIGHT_END = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai


@pytest.mark.parametrize("how", ["queue", "next", "stay"])
def test_a_shift_ends(shop: Shop, how: str) -> None:
    leaving, staying = crew(shop, 2)
    Profile.objects.filter(agent=leaving).update(
        hours=["09:00-18:00"] * 7, handed_over_at=NIGHT_END - timedelta(hours=8)
    )
    conversation = inbox.open_conversation(shop, "c", actor="test")
    inbox.assign(conversation, leaving, actor="test")
    RoutingSettings.objects.update(hand_over=how, mode="off")
    assert make_rounds_at(NIGHT_END - timedelta(minutes=1)) == 0
    moved = make_rounds_at(NIGHT_END + timedelta(minutes=1))
    conversation.refresh_from_db()
    assert (moved, conversation.assignee) == {
        "queue": (1, None),
        "next": (1, staying),
        "stay": (0, leaving),
    }[how]
    notes = Message.objects.filter(conversation=conversation, event="handed_over")
    assert [note.details["to"] for note in notes] == {"queue": [""], "next": ["露"], "stay": []}[how]
    inbox.assign(conversation, leaving, actor="test")
    assert make_rounds_at(NIGHT_END + timedelta(minutes=2)) == 0  # who stays on keeps what they take


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_exceed_capacity() -> None:
    shop = create_shop("busy", "忙", actor="test")
    RoutingSettings.objects.create(shop=shop, mode="assign")
    people = crew(shop, 2, most_open=3, most_hard=3)
    troubles: list[Exception] = []
    start = threading.Barrier(10)

    def write(number: int) -> None:
        try:
            start.wait(10)
            asks(shop, f"c{number}")
        except Exception as error:  # noqa: BLE001  the main thread reports it
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    assert {agent_id: held.open for agent_id, held in open_load(shop.pk).items()} == {
        people[0].pk: 3,
        people[1].pk: 3,
    }
    assert Conversation.objects.filter(shop=shop, assignee=None).count() == 4
    assert Placement.objects.filter(shop=shop, state="nobody").count() == 4
    inbox.close(Conversation.objects.filter(shop=shop, assignee=people[0])[0], actor="test")
    assert make_rounds_at(timezone.now()) == 1
    connection.close()
