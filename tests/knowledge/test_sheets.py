"""Product sheets: the document is checked, saved with versions, written into articles, found by search,
edited in the form of the browser, imported through a mapping."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from goldseam.commerce.importing.mapping import load_mapping
from goldseam.commerce.importing.plan import plan_import
from goldseam.commerce.importing.runner import Importer
from goldseam.conversations.models import Conversation
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.models import AuditEntry
from goldseam.knowledge import answers, queries
from goldseam.knowledge.mapped import KNOWLEDGE
from goldseam.knowledge.models import Article, ProductSheet
from goldseam.knowledge.sheet_actions import archive_sheet, save_sheet
from goldseam.knowledge.sheet_forms import SheetPage
from goldseam.knowledge.sheets import read_sheet
from goldseam.people.models import Agent, Membership, Role, Shop

BODY: dict[str, Any] = {
    "title": "滚筒洗衣机",
    "skus": ["W100"],
    "words": ["洗衣机"],
    "parts": [
        {
            "name": "减震脚垫",
            "purpose": "支撑机身",
            "principle": "橡胶吸收滚筒甩干时的振动,老化变硬后振动传到地板。",
        }
    ],
    "faults": [
        {
            "symptom": "甩干时咚咚响",
            "sense": "sound",
            "part": "减震脚垫",
            "normal": "衣物偏在一边时会响一两声,随后自己调平",
            "causes": [
                {"cause": "运输螺栓没拆", "likelihood": "often", "check": "看机背四个孔", "fix": "拧下螺栓"},
                {"cause": "脚垫老化", "likelihood": "rarely", "fix": "更换", "spare_part": "脚垫 D-12"},
            ],
            "questions": ["洗衣机脱水的时候像打鼓一样"],
        },
        {"symptom": "插头发烫有焦味", "sense": "smell", "stop_using": True, "stop_why": "可能起火"},
    ],
    "care": "每月清洗一次滤网。",
    "promises": [{"claim": "十年电机质保", "place": "详情页第三屏"}],
}


def test_a_sheet_is_read_as_it_was_written():
    sheet = read_sheet(BODY)
    assert read_sheet(sheet.model_dump(mode="json")) == sheet
    assert sheet.part_of(sheet.faults[0]) == sheet.parts[0]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": " "}, "title"),
        ({"faults": [{"symptom": ""}]}, "faults[0].symptom"),
        ({"faults": [{"symptom": "响", "sense": "taste"}]}, "faults[0].sense"),
        (
            {"faults": [{"symptom": "响", "causes": [{"cause": "a", "likelihood": "always"}]}]},
            "faults[0].causes[0].likelihood",
        ),
        ({"faults": [{"symptom": "响", "part": "没有的零件"}]}, "faults[0].part"),
        ({"faults": [{"symptom": "响"}, {"symptom": "响"}]}, "faults"),
        ({"parts": [{"name": "门"}, {"name": "门"}], "faults": []}, "parts"),
        ({"colour": "red"}, "colour"),
        ({"skus": ["x"] * 101}, "skus"),
    ],
)
def test_what_is_wrong_in_a_sheet_is_named_with_its_place(change: dict[str, Any], place: str):
    with pytest.raises(DomainError) as caught:
        read_sheet(BODY | change)
    assert caught.value.field == place


@given(
    st.recursive(st.none() | st.booleans() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3))
)
def test_any_value_is_a_sheet_or_an_error_of_ours(value: Any):
    for key in ("parts", "faults", "care", "skus", "title"):
        with suppress(DomainError):
            assert read_sheet(BODY | {key: value}).title


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


@pytest.mark.django_db
class TestSaving:
    def test_its_articles_tell_why_and_how_in_its_language(self, shop: Shop):
        save_sheet(shop, "washer", BODY, actor="t")
        fault = Article.objects.get(title="滚筒洗衣机: 甩干时咚咚响")
        assert "1. 运输螺栓没拆 (多见)" in fault.body
        assert "橡胶吸收滚筒甩干时的振动" in fault.body
        assert "备件" in fault.body
        assert fault.skus == ["W100"]
        assert Article.objects.get(title="滚筒洗衣机: 插头发烫有焦味").body.startswith("请立即停用并拔掉插头")
        assert Article.objects.filter(kind="product").count() == 3

    def test_the_question_in_other_words_finds_the_fault(self, shop: Shop):
        save_sheet(shop, "washer", BODY, actor="t")
        found = queries.search(shop.pk, "洗衣机一脱水就跟打鼓似的,正常吗")
        assert found.hits[0].article.title == "滚筒洗衣机: 甩干时咚咚响"

    def test_the_same_again_changes_nothing(self, shop: Shop):
        row, changed = save_sheet(shop, "washer", BODY, actor="t")
        again, changed_again = save_sheet(shop, "washer", BODY, actor="t")
        assert (changed, changed_again, again.version) == (True, False, row.version)
        assert AuditEntry.objects.filter(verb="sheet.saved").count() == 1

    def test_what_leaves_the_sheet_is_not_found_any_more(self, shop: Shop):
        save_sheet(shop, "washer", BODY, actor="t")
        row, _changed = save_sheet(shop, "washer", BODY | {"faults": BODY["faults"][:1]}, actor="t")
        assert row.version == 2
        gone = Article.objects.get(title__contains="焦味")
        assert gone.archived_at is not None
        save_sheet(shop, "washer", BODY, actor="t")
        gone.refresh_from_db()
        assert gone.archived_at is None

    def test_two_people_do_not_overwrite_each_other(self, shop: Shop):
        save_sheet(shop, "washer", BODY, actor="t", seen_version=0)
        with pytest.raises(Conflict):
            save_sheet(shop, "washer", BODY | {"care": "新"}, actor="t", seen_version=0)

    def test_out_of_use_takes_its_articles_along(self, shop: Shop, lead: Agent):
        row, _changed = save_sheet(shop, "washer", BODY, actor="t")
        archive_sheet(row, lead)
        assert not Article.objects.filter(archived_at=None).exists()
        archive_sheet(row, lead)
        assert AuditEntry.objects.filter(verb="sheet.archived").count() == 1


@pytest.mark.django_db
class TestPages:
    def posted(self, **change: str) -> dict[str, str]:
        """The form of BODY as a browser sends it."""
        page = SheetPage(None, read_sheet(BODY), 0)
        data: dict[str, str] = {}
        for bound in page.form:
            data[bound.html_name] = str(bound.value() if bound.value() is not None else "")
        for rows, _name, _more in page.rows:
            for field in rows.management_form:
                data[field.html_name] = str(field.value())
            for form in rows:
                for bound in form:
                    value = bound.value()
                    if value is True:
                        data[bound.html_name] = "on"
                    elif value not in (None, False):
                        data[bound.html_name] = str(value)
        return data | change

    def test_a_lead_writes_reads_and_edits_a_sheet(self, shop: Shop, lead: Agent, client: Client):
        client.force_login(lead)
        assert client.get(reverse("knowledge:write-sheet")).status_code == 200
        made = client.post(reverse("knowledge:write-sheet"), self.posted())
        assert made.status_code == 302
        row = ProductSheet.objects.get()
        assert read_sheet(row.body) == read_sheet(BODY)
        shown = client.get(reverse("knowledge:sheet", args=[row.pk])).content.decode()
        assert "甩干时咚咚响" in shown
        assert "十年电机质保" in shown
        edited = self.posted(version="1", care="每周清洗。")
        assert client.post(reverse("knowledge:edit-sheet", args=[row.pk]), edited).status_code == 302
        row.refresh_from_db()
        assert (row.version, row.body["care"]) == (2, "每周清洗。")
        stale = client.post(reverse("knowledge:edit-sheet", args=[row.pk]), edited | {"care": "x"})
        assert stale.status_code == 422

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("title", "", "title"),
            ("faults-0-causes", "运输螺栓 | 天天", "天天"),
            ("faults-0-causes", "a|b|c|d|e|f", "a|b|c"),
            ("faults-0-part", "没有的零件", "没有的零件"),
        ],
    )
    def test_bad_input_is_shown_in_place_and_nothing_is_stored(
        self, shop: Shop, lead: Agent, client: Client, field: str, value: str, said: str
    ):
        client.force_login(lead)
        answer = client.post(reverse("knowledge:write-sheet"), self.posted(**{field: value}))
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not ProductSheet.objects.exists()

    def test_agents_read_but_do_not_write(self, shop: Shop, client: Client):
        row, _changed = save_sheet(shop, "washer", BODY, actor="t")
        client.force_login(Agent.objects.get(email="agent@s.test"))
        assert client.get(reverse("knowledge:sheet", args=[row.pk])).status_code == 200
        assert client.get(reverse("knowledge:edit-sheet", args=[row.pk])).status_code == 403
        assert client.post(reverse("knowledge:archive-sheet", args=[row.pk])).status_code == 403

    def test_an_article_of_a_sheet_is_edited_in_the_sheet(self, shop: Shop, lead: Agent, client: Client):
        row, _changed = save_sheet(shop, "washer", BODY, actor="t")
        client.force_login(lead)
        article = Article.objects.filter(sheet=row).first()
        answer = client.get(reverse("knowledge:edit", args=[article.pk]))
        assert answer.headers["Location"] == reverse("knowledge:edit-sheet", args=[row.pk])

    def test_hostile_words_stay_words(self, shop: Shop, lead: Agent, client: Client):
        row, _changed = save_sheet(shop, "x", BODY | {"care": "<script>alert(1)</script>"}, actor="t")
        client.force_login(lead)
        assert "<script>alert" not in client.get(reverse("knowledge:sheet", args=[row.pk])).content.decode()

    def test_within_the_queries(
        self, shop: Shop, lead: Agent, client: Client, django_assert_max_num_queries: Any
    ):
        row, _changed = save_sheet(shop, "washer", BODY, actor="t")
        client.force_login(lead)
        for address in (reverse("knowledge:sheets"), reverse("knowledge:sheet", args=[row.pk])):
            with django_assert_max_num_queries(12):
                assert client.get(address).status_code == 200


MAPPING = """
title = "Sheets"
[[source]]
name = "products"
files = ["products.json"]
levels = ["sku"]
[source.product_sheet]
external_id = "_keys.sku"
title = "name"
skus = "_keys.sku"
care = "care"
[source.product_sheet.faults]
each = "faults"
symptom = "what"
code = "code"
sense = { value = "code" }
[source.product_sheet.faults.causes]
each = "@"
cause = "what"
fix = "fix"
"""


@pytest.mark.django_db
def test_sheets_come_in_through_a_mapping(shop: Shop, tmp_path: Any):
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    data = {
        "W1": {
            "name": "热水器",
            "care": "年检",
            "faults": [{"what": "加热慢", "code": "F001", "fix": "查电压"}],
        },
        "W2": {"name": "坏的", "faults": [{"what": "同", "code": "1"}, {"what": "同", "code": "1"}]},
    }
    (tmp_path / "products.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    mapping = load_mapping(tmp_path / "m.toml", KNOWLEDGE, ZoneInfo("Asia/Shanghai"))
    for changed in (1, 0):
        tasks = plan_import(mapping, [tmp_path / "products.json"]).tasks
        report = Importer(shop, mapping, None, actor="t", advance=lambda _path, _done: None).run(tasks)
        tally = report.tally("products", "product_sheet")
        assert (tally.changed, tally.unchanged, tally.refused) == (changed, 1 - changed, 1)
    assert "查电压" in Article.objects.get(title="热水器: 加热慢 (F001)").body


@pytest.mark.django_db
def test_an_article_about_another_product_is_not_shown_beside(shop: Shop):
    from tests.journeys.shop import build_shop

    build_shop()
    conversation = Conversation.objects.exclude(order=None).first()
    assert answers._is_about([], {"A"})
    assert not answers._is_about(["B"], {"A"})
    sku = conversation.order.items.first().sku
    assert answers._bought(conversation) == set(conversation.order.items.values_list("sku", flat=True))
    assert sku in answers._bought(conversation)
