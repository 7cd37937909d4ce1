"""Guides: the tree is checked, saved, walked by agents and customers, counted, and edited in its form."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from goldseam.commerce.models import Customer
from goldseam.conversations.actions import open_conversation
from goldseam.conversations.models import Conversation
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.models import AuditEntry
from goldseam.knowledge.guide_actions import (
    position,
    save_guide,
    say_helped,
    set_public,
    start_walk,
    take_answer,
    tree_of,
)
from goldseam.knowledge.guide_forms import GuidePage
from goldseam.knowledge.guide_reads import figures, guides_for, latest_tree
from goldseam.knowledge.guide_tree import drawn, read_tree
from goldseam.knowledge.models import Guide, Walk
from goldseam.people.models import Agent, Membership, Role, Shop

TREE: dict[str, Any] = {
    "steps": [
        {
            "key": "1",
            "question": "灯亮吗?",
            "hint": "看正面",
            "answers": [{"label": "亮", "next": "2"}, {"label": "不亮", "next": "A"}],
        },
        {
            "key": "2",
            "question": "有声音吗?",
            "answers": [{"label": "有", "next": "B"}, {"label": "没有", "next": "A"}],
        },
    ],
    "ends": [
        {"key": "A", "kind": "service", "text": "请寄修"},
        {"key": "B", "kind": "normal", "text": "属于正常"},
    ],
}
GUIDE = {"title": "不工作", "language": "zh", "skus": ["W1"], **TREE}


def step(key: str, *answers: tuple[str, str]) -> dict[str, Any]:
    return {"key": key, "question": "?", "answers": [{"label": label, "next": to} for label, to in answers]}


END = {"key": "A", "kind": "fixed", "text": "好了"}


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"steps": [], "ends": []}, "at least one step"),
        ({"steps": [step("1")], "ends": []}, "1 to 8 answers"),
        ({"steps": [step("1", *[("x", "A")] * 9)], "ends": [END]}, "1 to 8 answers"),
        ({"steps": [step("1", ("x", "9"))], "ends": [END]}, "not there"),
        ({"steps": [step("1", ("x", "2")), step("2", ("x", "1"))], "ends": []}, "never end"),
        ({"steps": [step("1", ("x", "1"))], "ends": []}, "never end"),
        ({"steps": [step("1", ("x", "A")), step("1", ("x", "A"))], "ends": [END]}, "twice"),
        ({"steps": [step("1", ("x", "A")), step("2", ("x", "A"))], "ends": [END]}, "nothing leads here"),
        ({"steps": [step("1", ("x", "A"))], "ends": [END | {"kind": "magic"}]}, "ends[0].kind"),
        ({"steps": [step("a b", ("x", "A"))], "ends": [END]}, "steps[0].key"),
    ],
)
def test_a_tree_that_cannot_be_walked_is_refused(tree: dict[str, Any], said: str):
    from django.utils import translation

    with translation.override("en"), pytest.raises(DomainError) as caught:
        read_tree(tree)
    assert said in caught.value.message


KEYS = st.sampled_from(["1", "2", "3", "A", "B", "x y", ""])


@given(st.lists(st.tuples(KEYS, st.lists(KEYS, max_size=3)), max_size=4), st.lists(KEYS, max_size=3))
def test_whatever_is_taken_can_be_walked_to_an_end_from_everywhere(steps: list[Any], ends: list[str]):
    values = {
        "steps": [step(key, *[("x", to) for to in answers]) for key, answers in steps],
        "ends": [END | {"key": key} for key in ends],
    }
    try:
        tree = read_tree(values)
    except DomainError:
        return
    for start in tree.steps:
        here = start.key
        for _turn in range(len(tree.steps)):
            found = tree.step(here)
            if found is None:
                break
            here = found.answers[-1].next
        assert tree.end(here) is not None


def test_a_step_reached_twice_is_drawn_once():
    shared = {
        "steps": [step("1", ("a", "2"), ("b", "2")), step("2", ("c", "A"))],
        "ends": [END],
    }
    root = drawn(read_tree(shared))
    assert [(b.label, b.again, len(b.branches)) for b in root.branches] == [("a", False, 1), ("b", True, 0)]


@pytest.fixture
def shop() -> Shop:
    shop = Shop.objects.create(slug="s", name="小店")
    for role in (Role.LEAD, Role.AGENT):
        agent = Agent.objects.create_user(f"{role}@s.test", "x" * 20, str(role))
        Membership.objects.create(shop=shop, agent=agent, role=role)
    return shop


@pytest.fixture
def lead(shop: Shop) -> Agent:
    return Agent.objects.get(email="lead@s.test")


@pytest.fixture
def guide(shop: Shop) -> Guide:
    return save_guide(shop, "g", GUIDE, actor="t")[0]


@pytest.mark.django_db
class TestWalks:
    def test_forward_back_and_another_way(self, guide: Guide):
        walk = start_walk(guide)
        assert position(tree_of(walk), walk.path) == "1"
        walk = take_answer(walk, "1", 0)
        walk = take_answer(walk, "2", 0)
        assert (walk.end, walk.end_kind, walk.path) == ("B", "normal", [["1", 0], ["2", 0]])
        walk = take_answer(walk, "2", 0)
        assert walk.path == [["1", 0], ["2", 0]]
        walk = take_answer(walk, "1", 1)
        assert (walk.end, walk.path) == ("A", [["1", 1]])
        assert say_helped(walk, False).helped is False

    def test_what_is_not_there_is_refused(self, guide: Guide):
        walk = start_walk(guide)
        with pytest.raises(DomainError):
            take_answer(walk, "1", 7)
        with pytest.raises(DomainError):
            take_answer(walk, "9", 0)
        with pytest.raises(Conflict):
            take_answer(walk, "2", 0)
        with pytest.raises(Conflict):
            say_helped(walk, True)

    def test_a_walk_goes_on_in_its_version(self, guide: Guide, shop: Shop):
        walk = start_walk(guide)
        other = {"steps": [step("1", ("x", "A"))], "ends": [END]}
        save_guide(shop, "g", GUIDE | other, actor="t")
        walk = take_answer(walk, "1", 0)
        assert tree_of(walk).step("2") is not None

    def test_the_figures_count_who_gives_up_and_who_comes_back(self, guide: Guide, shop: Shop):
        customer = Customer.objects.create(shop=shop, external_id="u")
        first = open_conversation(shop, "c1", customer=customer, actor="t")
        for conversation in (first, None):
            walk = start_walk(guide, conversation=conversation)
            say_helped(take_answer(take_answer(walk, "1", 0), "2", 0), True)
        left = take_answer(start_walk(guide), "1", 0)
        Walk.objects.filter(pk=left.pk).update(moved_at=timezone.now() - timedelta(hours=1))
        start_walk(guide)
        found = figures(guide)
        assert (found.walks, found.ended, found.helped, found.not_helped) == (4, 2, 2, 0)
        assert [(s.key, s.reached, s.left) for s in found.steps] == [("1", 4, 0), ("2", 3, 1)]
        assert (found.judged_back, found.back) == (1, 0)
        Conversation.objects.filter(pk=first.pk).update(
            issue="product.defect", created_at=timezone.now() - timedelta(days=5)
        )
        again = open_conversation(shop, "c2", customer=customer, actor="t")
        Conversation.objects.filter(pk=again.pk).update(issue="product.defect")
        assert figures(guide).back == 1

    def test_guides_fit_the_order_in_hand(self, guide: Guide, shop: Shop):
        save_guide(shop, "all", GUIDE | {"title": "通用", "skus": []}, actor="t")
        assert [row.title for row in guides_for(shop.pk, {"W1"})] == ["不工作", "通用"]
        assert [row.title for row in guides_for(shop.pk, {"W2"})] == ["通用"]


@pytest.mark.django_db
class TestCustomersDoor:
    def test_closed_guides_are_not_there(self, guide: Guide, client: Client):
        assert client.get(f"/guide/{guide.token}/").status_code == 404

    def test_a_customer_walks_without_signing_in_or_scripts(self, guide: Guide, client: Client):
        set_public(guide, True, "t")
        address = f"/guide/{guide.token}/"
        assert "灯亮吗" in client.get(address).content.decode()
        assert not client.cookies
        client.post(address)
        walk = Walk.objects.get()
        client.post(address, {"walk": walk.key, "at": "1", "answer": "0"})
        end = client.post(address, {"walk": walk.key, "at": "2", "answer": "0"}).content.decode()
        assert "属于正常" in end
        client.post(address, {"walk": walk.key, "helped": "yes"})
        walk.refresh_from_db()
        assert (walk.end, walk.helped, walk.agent) == ("B", True, None)

    @pytest.mark.parametrize(
        "said", [{"walk": "guess"}, {"at": "1", "answer": "x"}, {"at": "1", "answer": "-1"}]
    )
    def test_bad_input_is_no_server_error(self, guide: Guide, client: Client, said: dict[str, str]):
        set_public(guide, True, "t")
        walk = start_walk(guide)
        answer = client.post(f"/guide/{guide.token}/", {"walk": walk.key} | said)
        assert answer.status_code in (400, 404)
        walk.refresh_from_db()
        assert walk.path == []

    def test_an_agents_walk_is_not_reached_from_outside(self, guide: Guide, lead: Agent, client: Client):
        set_public(guide, True, "t")
        walk = start_walk(guide, agent=lead)
        assert client.post(f"/guide/{guide.token}/", {"walk": walk.key}).status_code == 404

    def test_many_calls_are_slowed_down(self, guide: Guide, client: Client):
        set_public(guide, True, "t")
        answers = {client.get(f"/guide/{guide.token}/").status_code for _ in range(62)}
        assert answers == {200, 429}


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(target, "PNG")
    return target.getvalue()


@pytest.mark.django_db
class TestPages:
    def posted(self, **change: Any) -> dict[str, Any]:
        """The form of GUIDE as a browser sends it."""
        page = GuidePage(
            guide=Guide(title="不工作", language="zh", skus=["W1"], version=0), tree=read_tree(TREE)
        )
        data: dict[str, Any] = {bound.html_name: str(bound.value()) for bound in page.form}
        for rows, _name, _more in page.rows:
            data |= {field.html_name: str(field.value()) for field in rows.management_form}
            for form in rows:
                data |= {b.html_name: str(b.value()) for b in form if b.value() not in (None, False)}
        return data | change

    def test_a_lead_writes_a_guide_with_a_photo_and_opens_it(self, shop: Shop, lead: Agent, client: Client):
        client.force_login(lead)
        photo = SimpleUploadedFile("p.png", picture(), "image/png")
        made = client.post(reverse("knowledge:write-guide"), self.posted(**{"steps-0-picture": photo}))
        assert made.status_code == 302
        row = Guide.objects.get()
        tree = latest_tree(row)
        assert tree.steps[0].photo
        shown = client.get(reverse("knowledge:guide", args=[row.pk])).content.decode()
        assert "灯亮吗" in shown
        assert client.get(reverse("knowledge:guide-photo", args=[tree.steps[0].photo])).status_code == 200
        client.post(reverse("knowledge:publish-guide", args=[row.pk]), {"public": "1"})
        outside = client.get(f"/guide/{row.token}/photos/{tree.steps[0].photo}/")
        assert outside["Content-Type"] == "image/webp"
        assert Image.open(io.BytesIO(outside.content)).width <= 480
        assert client.get(f"/guide/{row.token}/photos/{'0' * 64}/").status_code == 404
        assert {"guide.saved", "guide.published"} <= set(AuditEntry.objects.values_list("verb", flat=True))

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("steps-0-answers", "亮", "亮"),
            ("steps-0-answers", "亮 -> 9", "9"),
            ("ends-1-text", "", "ends-1-text"),
            ("title", "", "title"),
        ],
    )
    def test_bad_input_is_shown_and_nothing_is_stored(
        self, shop: Shop, lead: Agent, client: Client, field: str, value: str, said: str
    ):
        client.force_login(lead)
        answer = client.post(reverse("knowledge:write-guide"), self.posted(**{field: value}))
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not Guide.objects.exists()

    def test_what_is_no_picture_is_refused(self, shop: Shop, lead: Agent, client: Client):
        client.force_login(lead)
        file = SimpleUploadedFile("p.png", b"<script>", "image/png")
        answer = client.post(reverse("knowledge:write-guide"), self.posted(**{"steps-0-picture": file}))
        assert answer.status_code == 422

    def test_two_people_do_not_overwrite_each_other(
        self, shop: Shop, guide: Guide, lead: Agent, client: Client
    ):
        client.force_login(lead)
        address = reverse("knowledge:edit-guide", args=[guide.pk])
        assert client.post(address, self.posted(version="1", title="新")).status_code == 302
        assert client.post(address, self.posted(version="1", title="旧")).status_code == 422
        guide.refresh_from_db()
        assert guide.title == "新"

    def test_an_agent_walks_it_beside_a_conversation(self, shop: Shop, client: Client):
        save_guide(shop, "all", GUIDE | {"skus": []}, actor="t")
        agent = Agent.objects.get(email="agent@s.test")
        client.force_login(agent)
        conversation = open_conversation(shop, "c", actor="t")
        listed = client.get(reverse("knowledge:guides-beside", args=[conversation.pk])).content.decode()
        assert "不工作" in listed
        guide = Guide.objects.get()
        client.post(reverse("knowledge:begin-guide", args=[conversation.pk, guide.pk]))
        walk = Walk.objects.get()
        assert (walk.agent, walk.conversation) == (agent, conversation)
        address = reverse("knowledge:move-guide", args=[conversation.pk, walk.pk])
        shown = client.post(address, {"at": "1", "answer": "1"}).content.decode()
        assert "请寄修" in shown
        assert client.post(address, {"helped": "no"}).status_code == 200
        walk.refresh_from_db()
        assert walk.helped is False

    def test_within_the_queries(
        self, guide: Guide, lead: Agent, client: Client, django_assert_max_num_queries: Any
    ):
        client.force_login(lead)
        for address in (reverse("knowledge:guides"), reverse("knowledge:guide", args=[guide.pk])):
            with django_assert_max_num_queries(12):
                assert client.get(address).status_code == 200
