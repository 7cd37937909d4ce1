"""What rooms add to the frame fits together; palette, start page and style page keep their bounds."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goldseam.conversations.models import Conversation
from goldseam.core import audit, frame
from goldseam.core.export import safe_cell
from goldseam.core.models import AuditEntry
from goldseam.knowledge.actions import import_articles
from goldseam.knowledge.records import build_record
from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Membership, Role, Shop
from goldseam.site.contrast import contrasts
from goldseam.site.frame import address_of
from goldseam.site.verbs import verb_words

pytestmark = pytest.mark.django_db
SOURCE = Path(__file__).resolve().parents[2] / "src" / "goldseam"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


def sign_in(client: Client, mailbox: str = "agent") -> Agent:
    agent = Agent.objects.get(email=f"{mailbox}@porcelain.test")
    client.force_login(agent)
    return agent


def test_what_rooms_add_fits_together() -> None:
    assert frame.problems() == []
    for place in frame.places("admin"):
        assert address_of(place).startswith("/"), place.id
    assert {"palette", "help", "reply", "assign", "go-mine"} <= {action.id for action in frame.actions()}


def test_every_icon_that_code_names_is_in_the_sprite() -> None:
    listed = (SOURCE / "site" / "icons.txt").read_text("utf-8").split()
    drawn = set(
        re.findall(r'icon "([^"]+)"', " ".join(p.read_text("utf-8") for p in SOURCE.glob("**/*.html")))
    )
    assert {place.icon for place in frame.places("admin")} <= set(listed) | drawn


def test_pages_are_closed_to_lower_roles(shop: Shop, client: Client) -> None:
    for mailbox in ("agent", "lead", "admin"):
        person = sign_in(client, mailbox)
        role = Membership.objects.get(agent=person).role
        for place in frame.places("admin"):
            if place.id in ("api-docs", "labels"):  # what programs may call is no secret; labels are all's
                continue
            status = client.get(address_of(place)).status_code
            allowed = frame.RANKS[role] >= frame.RANKS[place.role]
            assert status == (200 if allowed else 403), f"{mailbox}: {place.id}: {status}"


def test_the_palette_finds_by_every_kind(
    shop: Shop, client: Client, django_assert_max_num_queries: Any
) -> None:
    import_articles(shop, [build_record({"title": "青瓷退换规则", "body": "七天内可退。"})], actor="test")
    sign_in(client)
    address = reverse("palette")
    talk = Conversation.objects.get(external_id="c-1001")
    page = reverse("conversations:page", args=[talk.pk])
    for words, found in (
        ("周雨桐", page),
        ("313021098900", page),
        ("12315", page),
        ("顾远", "/colleagues/"),
        ("青瓷退换规则", "/knowledge/"),
    ):
        with django_assert_max_num_queries(12):
            answer = client.get(address, {"q": words}, headers=HTMX)
        assert f'data-href="{found}' in answer.content.decode(), words
    for nothing in ("", "   ", "\x00", "qqqqzzzz"):
        assert 'role="option"' not in client.get(address, {"q": nothing}).content.decode()
    assert client.get(address, {"q": "<script>" + "长" * 5000}).status_code == 200


def test_the_palette_finds_nothing_of_other_shops(shop: Shop, client: Client) -> None:
    other = Shop.objects.create(slug="elsewhere", name="Elsewhere")
    boss = Agent.objects.create_user("boss@elsewhere.test", None, "Boss", language="en")
    Membership.objects.create(shop=other, agent=boss, role=Role.ADMIN)
    client.force_login(boss)
    for words in ("周雨桐", "313021098900", "顾远山", "12315"):
        assert "data-href" not in client.get(reverse("palette"), {"q": words}).content.decode()


def test_the_start_page_is_ones_own_day(
    shop: Shop, client: Client, django_assert_max_num_queries: Any
) -> None:
    me = sign_in(client)
    lead = Agent.objects.get(email="lead@porcelain.test")
    Conversation.objects.filter(status="open").update(assignee=lead)
    mine = Conversation.objects.get(external_id="c-1001")
    Conversation.objects.filter(pk=mine.pk).update(assignee=me)
    assert client.get(reverse("start")).status_code == 200
    for name in ("start_today", "start_well", "start_learn"):
        with django_assert_max_num_queries(12):
            answer = client.get(reverse(name), headers=HTMX)
        assert answer.status_code == 200
    today = client.get(reverse("start_today")).context
    assert [row.pk for row in today["waiting"].rows] == [mine.pk]
    assert today["waiting"].count == 1


def test_contrast_reaches_what_people_need() -> None:
    for mode in ("light", "dark"):
        short = [pair for pair in contrasts(mode) if not pair.is_enough]
        assert short == [], mode


def test_the_first_page_is_light(shop: Shop, client: Client) -> None:
    import gzip

    sign_in(client)
    body = client.get("/inbox/").content
    linked = re.findall(r'(?:href|src)="(/static/[^"#]+\.(?:css|js))"', body.decode())
    assert len(linked) > 8
    total = len(gzip.compress(body))
    for address in set(linked):
        name = address.removeprefix("/static/")
        from django.contrib.staticfiles.finders import find

        path = find(name)
        assert path is not None, name
        total += len(gzip.compress(Path(str(path)).read_bytes()))
    assert total < 250_000, total


def test_the_trail_is_searched_in_words_of_both_languages(shop: Shop, client: Client) -> None:
    admin = sign_in(client, "admin")
    audit.record(shop.pk, f"agent-{admin.pk}", "reply.sent", "conversation-77", after={"text": "五十元红包"})
    for language, words in (("en", "sent a reply"), ("zh-hans", "发送了回复")):
        set_language(admin, language)
        body = client.get(reverse("audit"), {"q": "五十元红包"}).content.decode()
        assert "conversation-77" in body
        assert words in body
    page = client.get(reverse("audit"), {"actor": f"agent-{admin.pk}", "verb": "reply.sent"}).context["page"]
    assert {entry.subject for entry in page.entries} == {"conversation-77"}
    for nothing in ({"q": "sechzig"}, {"until": "2001-01-01"}, {"since": "2999-01-01"}, {"verb": "x.y"}):
        assert client.get(reverse("audit"), nothing).context["page"].entries == []
    assert client.get(reverse("audit"), {"since": "nonsense"}).status_code == 200


def test_the_trail_leaves_as_a_harmless_table(shop: Shop, client: Client) -> None:
    admin = sign_in(client, "admin")
    for number in range(5):
        audit.record(
            shop.pk, f"agent-{admin.pk}", "reply.sent", f"=cmd|'/c calc'!A{number}", after={"n": "\x01"}
        )
    answer = client.get(reverse("audit_export"), {"verb": "reply.sent", "q": "calc"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 6
    assert rows[1][3] == "'=cmd|'/c calc'!A4"
    assert verb_words("reply.sent") == rows[1][2] or rows[1][2] == "发送了回复"
    assert AuditEntry.objects.filter(shop_id=shop.pk).count() >= 5


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_programs_hear_of_a_wrong_method_in_the_one_shape(shop: Shop, client: Client) -> None:
    answer = client.delete("/api/v1/check-reply")
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("notes", ["1", "0"])
def test_paper_holds_what_it_should(
    shop: Shop, client: Client, notes: str, django_assert_max_num_queries: Any
) -> None:
    from goldseam.conversations.actions import add_note

    agent = sign_in(client)
    talk = Conversation.objects.get(external_id="c-1001")
    add_note(talk, agent, "只给同事看的话", key="n-1")
    with django_assert_max_num_queries(20):
        body = client.get(reverse("print", args=[talk.pk]), {"notes": notes}).content.decode()
    assert "313021098900" in body
    assert ("只给同事看的话" in body) == (notes == "1")
    assert ('class="paper-table"' in body) == (notes == "1")
    assert 'class="top"' not in body
