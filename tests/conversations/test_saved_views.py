"""Saved views: who sees and changes them, what they list page by page, how the builder works."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation

from goldseam.conversations import actions, inbox, saved_views
from goldseam.conversations.filters import read_filter
from goldseam.conversations.models import Conversation, SavedView
from goldseam.core.errors import Conflict, DomainError, NotAllowed, NotFound
from goldseam.people.models import Membership, Shop, Team
from tests.conversations.lists import list_shop, person, where

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


@pytest.fixture
def shop() -> Shop:
    cache.clear()
    return list_shop()


def make(shop: Shop, mailbox: str, name: str, data: Any, **placed: Any) -> SavedView:
    agent = person(mailbox, shop.slug)
    return actions.make_view(shop, agent, name, read_filter(data), actor="test", **placed)


OPEN = where(("status", "in", ["open"]))
DELAYED = where(("status", "in", ["open"]), ("issue", "in", ["logistics.delay"]))


def names(shop: Shop, mailbox: str) -> list[str]:
    return [view.name for view in saved_views.visible_views(person(mailbox), shop.pk)]


def team_of(shop: Shop, *mailboxes: str) -> Team:
    team = Team.objects.create(shop=shop, name="Night")
    team.members.set(Membership.objects.filter(shop=shop, agent__in=[person(m) for m in mailboxes]))
    return team


def test_who_sees_what(shop: Shop) -> None:
    team = team_of(shop, "agent")
    make(shop, "agent", "mine", OPEN)
    make(shop, "lead", "lead's own", OPEN)
    make(shop, "agent", "night", OPEN, scope="team", team=team.pk)
    make(shop, "lead", "all", OPEN, scope="shop")
    assert names(shop, "agent") == ["all", "mine", "night"]
    assert names(shop, "lead") == ["all", "lead's own"]
    assert names(shop, "admin") == ["all"]
    assert [view.name for view in saved_views.shop_views(shop.pk)] == ["all"]


def test_who_changes_what(shop: Shop) -> None:
    shared = make(shop, "lead", "all", OPEN, scope="shop")
    private = make(shop, "lead", "lead's own", OPEN)
    assert saved_views.changeable_view(person("admin"), shop.pk, shared.pk) == shared
    with pytest.raises(NotAllowed):
        saved_views.changeable_view(person("agent"), shop.pk, shared.pk)
    for mailbox in ("agent", "admin"):
        with pytest.raises(NotFound):
            saved_views.changeable_view(person(mailbox), shop.pk, private.pk)
    with pytest.raises(NotAllowed):
        make(shop, "agent", "for all", OPEN, scope="shop")
    with pytest.raises(DomainError, match="team"):
        make(shop, "agent", "for others", OPEN, scope="team", team=team_of(shop, "lead").pk)
    copy = actions.copy_view(shared, person("agent"), actor="test")
    assert (copy.owner, copy.scope, copy.filter) == (person("agent"), "private", shared.filter)


def test_names_of_another_shop_are_refused(shop: Shop) -> None:
    other = list_shop("other", 1)
    foreign = actions.make_label(other, "Theirs", colour="lake", actor="test")
    for data in (
        where(("label", "in", [foreign.pk])),
        where(("assignee", "in", [person("agent", "other").pk])),
        where(("team", "in", [99])),
    ):
        with translation.override("en"), pytest.raises(DomainError, match="does not exist"):
            make(shop, "agent", "x", data)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name(shop: Shop, name: str) -> None:
    with pytest.raises(DomainError, match="name"):
        make(shop, "agent", name, OPEN)


def test_there_is_an_end_to_views(shop: Shop) -> None:
    for number in range(actions.MOST_VIEWS):
        make(shop, "agent", f"v{number}", OPEN)
    with pytest.raises(Conflict):
        make(shop, "agent", "one more", OPEN)


@pytest.mark.parametrize("order", ["urgency", "latest", "oldest", "due"])
def test_pages_of_a_saved_view_hold_every_row_once(shop: Shop, order: str) -> None:
    Conversation.objects.filter(external_id__in=["k-02", "k-05", "k-07"]).update(waiting_since=None)
    view = make(shop, "agent", "open", OPEN, order=order)
    agent = person("agent")
    listing = saved_views.saved_listing(view, agent)
    whole = [row.pk for row in listing.rows(None, 100)]
    assert len(whole) == 12
    found: list[int] = []
    after = None
    while True:
        page = inbox.inbox_page(shop.pk, agent, listing=listing, after=after, size=5)
        found += [row.pk for row in page.rows]
        after = page.following
        if after is None:
            break
    assert found == whole


def test_counts_stand_in_the_rail(shop: Shop, client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(8):
        make(shop, "agent", f"delayed {number}", DELAYED)
    make(shop, "agent", "all time", where(("issue", "in", ["logistics.delay"])))
    make(
        shop,
        "lead",
        "mine or my team's",
        where(("team", "in", ["mine"]), ("unread", "yes", None)),
        scope="shop",
    )
    SavedView.objects.filter(name="delayed 3").update(filter={"version": 9, "where": {}})
    client.force_login(person("agent"))
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.get(reverse("conversations:rail"))
    counts = {entry.name: entry.count for entry in answer.context["saved"]}
    assert counts["delayed 0"] == counts["all time"] == 6
    assert counts["mine or my team's"] == 0
    assert counts["delayed 3"] is None
    Conversation.objects.filter(external_id="k-01").update(status="closed")
    again = {e.name: e.count for e in client.get(reverse("conversations:rail")).context["saved"]}
    assert again["delayed 0"] == 5
    assert again["all time"] == 6, "a count that reaches into closed ones is kept for a minute"


def test_the_list_of_a_saved_view(shop: Shop, client: Client, django_assert_max_num_queries: Any) -> None:
    view = make(shop, "lead", "delayed", DELAYED, scope="shop")
    label = actions.make_label(shop, "Carrier", colour="lake", actor="test")
    Conversation.objects.filter(external_id="k-01").update(
        label_ids=[label.pk], sla_state="warning", sla_kind="next"
    )
    client.force_login(person("agent"))
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.get(reverse("conversations:inbox"), {"view": f"v{view.pk}"})
    assert answer.context["page"].rows[0].external_id == "k-03"
    assert {row.issue for row in answer.context["page"].rows} == {"logistics.delay"}
    body = answer.content.decode()
    assert "Carrier" in body
    assert "clock-warning" in body
    for strange in ("v999999", "v", "vx", "v1x", "V1"):
        assert client.get(reverse("conversations:inbox"), {"view": strange}).context["query"].view == "needs"


def test_own_order_is_nobody_elses(shop: Shop) -> None:
    for name in ("a", "b", "c"):
        make(shop, "lead", name, OPEN, scope="shop")
    last = SavedView.objects.get(name="c")
    actions.move_view(person("agent"), shop.pk, last.pk, -1)
    assert names(shop, "agent") == ["a", "c", "b"]
    actions.move_view(person("agent"), shop.pk, last.pk, -1)
    actions.move_view(person("agent"), shop.pk, last.pk, -1)
    assert names(shop, "agent") == ["c", "a", "b"]
    assert names(shop, "lead") == ["a", "b", "c"]


def test_deleting_can_be_taken_back(shop: Shop, client: Client) -> None:
    view = make(shop, "agent", "mine", OPEN)
    client.force_login(person("agent"))
    body = client.post(reverse("conversations:view_delete", args=[view.pk])).content.decode()
    assert reverse("conversations:view_restore", args=[view.pk]) in body
    assert names(shop, "agent") == []
    assert client.get(reverse("conversations:view_edit", args=[view.pk])).status_code == 404
    client.post(reverse("conversations:view_restore", args=[view.pk]))
    assert names(shop, "agent") == ["mine"]
    actions.delete_view(view, actor="test")
    assert actions.forget_deleted_views() == 0


def builder() -> dict[str, Any]:
    return {
        "kind:n": "all",
        "field:n-0": "status",
        "op:n-0": "in",
        "value:n-0": ["open"],
        "name": "Built",
        "order": "urgency",
        "scope": "private",
        "do": "save",
    }


def test_the_builder_saves_without_scripts(shop: Shop, client: Client) -> None:
    client.force_login(person("agent"))
    data = builder() | {
        "kind:n-1": "none",
        "field:n-1-0": "waiting",
        "op:n-1-0": "under",
        "value:n-1-0": "1",
        "unit:n-1-0": "hours",
        "field:n-1-1": "assignee",
        "op:n-1-1": "in",
        "value:n-1-1": ["me"],
    }
    answer = client.post(reverse("conversations:view_new"), data)
    view = SavedView.objects.get()
    assert answer.url == f"/inbox/?view=v{view.pk}"  # type: ignore[attr-defined]
    assert view.filter["where"]["all"][1] == {
        "none": [
            {"field": "waiting", "op": "under", "value": 60},
            {"field": "assignee", "op": "in", "value": ["me"]},
        ]
    }
    form = client.get(reverse("conversations:view_edit", args=[view.pk])).content.decode()
    assert 'name="value:n-1-0" value="1"' in form
    changed = data | {"name": "Renamed", "value:n-1-0": "3"}
    client.post(reverse("conversations:view_edit", args=[view.pk]), changed)
    view.refresh_from_db()
    assert view.name == "Renamed"
    assert view.filter["where"]["all"][1]["none"][0]["value"] == 180


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("add:n", ["status", "waiting", "issue"]),
        ("drop:n-0", ["waiting"]),
        ("up:n-1", ["waiting", "status"]),
        ("down:n-0", ["waiting", "status"]),
        ("down:n-1", ["status", "waiting"]),
        ("drop:n-7", ["status", "waiting"]),
        ("drop:x", ["status", "waiting"]),
        ("explode:n", ["status", "waiting"]),
    ],
)
def test_every_button_of_the_builder(shop: Shop, client: Client, command: str, fields: list[str]) -> None:
    client.force_login(person("agent"))
    data = builder() | {"field:n-1": "waiting", "op:n-1": "over", "value:n-1": "5", "do": command}
    answer = client.post(reverse("conversations:view_new"), data, headers={"HX-Request": "true"})
    assert [part.field_name for part in answer.context["root"].parts] == fields
    assert not SavedView.objects.exists()


def test_a_group_is_added_and_another_field_asks_anew(shop: Shop, client: Client) -> None:
    client.force_login(person("agent"))
    address, htmx = reverse("conversations:view_new"), {"HX-Request": "true"}
    root = client.post(address, builder() | {"do": "group:n"}, headers=htmx).context["root"]
    assert root.parts[1].kind == "any"
    changed = builder() | {"field:n-0": "waiting", "was:n-0": "status", "do": ""}
    part = client.post(address, changed, headers=htmx).context["root"].parts[0]
    assert (part.field_name, part.op, part.value, part.widget) == ("waiting", "over", "", "minutes")


def test_what_cannot_be_saved_is_said_beside_it(shop: Shop, client: Client) -> None:
    client.force_login(person("agent"))
    data = builder() | {"field:n-1": "waiting", "op:n-1": "over", "value:n-1": "long"}
    answer = client.post(reverse("conversations:view_new"), data)
    part = answer.context["root"].parts[1]
    assert part.error
    assert part.value == "long"
    assert 'role="alert"' in answer.content.decode()
    assert client.post(reverse("conversations:view_new"), builder() | {"name": " "}).context["error"]
    assert client.post(reverse("conversations:view_new"), builder() | {"scope": "shop"}).context["error"]
    assert not SavedView.objects.exists()


def test_the_live_count(shop: Shop, client: Client, django_assert_max_num_queries: Any) -> None:
    client.force_login(person("agent"))
    address = reverse("conversations:view_count")
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.post(address, builder(), headers={"HX-Request": "true"})
    assert answer.context["count"] == 12
    broken = builder() | {"value:n-0": []}
    assert client.post(address, broken, headers={"HX-Request": "true"}).context["error"]
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(reverse("conversations:view_new")).status_code == 200
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(reverse("conversations:views")).status_code == 200
