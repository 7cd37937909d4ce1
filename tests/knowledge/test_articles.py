"""Articles: written, found, brought in, kept apart by shop."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from goldseam.conversations.actions import receive_message, send_reply
from goldseam.conversations.models import Conversation
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.core.models import AuditEntry
from goldseam.knowledge import actions, queries
from goldseam.knowledge.importing import read_articles
from goldseam.knowledge.models import AnswerVerdict, Article, ArticleVectors
from goldseam.knowledge.records import build_record
from goldseam.people.actions import create_shop
from goldseam.people.models import Agent, Membership, Role, Shop
from tests.journeys.shop import build_shop

pytestmark = pytest.mark.django_db

TEXTS = {
    "七天无理由退货": "签收后七天内,商品完好的可以申请退货。吊牌须一并寄回。",
    "电热水壶除水垢": "加入两勺柠檬酸烧开,静置二十分钟后倒掉。",
    "取暖器一开就跳闸": "取暖器功率大,单独使用十六安插座,不接排插。",
    "羽绒服钻毛": "把绒从内侧拉回并揉搓针孔。大面积跑绒可换新。",
    "电子发票怎么开": "订单完成后在详情页申请,支持个人和企业抬头。",
    "落地扇有异响": "断电后拧紧扇叶螺母,检查网罩卡扣。",
    "跑鞋开胶": "三个月内属质量问题,可换新或退款。",
    "面膜过敏": "立即用清水洗净停用,冷敷二十分钟。",
}


@pytest.fixture
def shop() -> Shop:
    return build_shop()


@pytest.fixture
def agent(shop: Shop) -> Agent:
    return Agent.objects.get(email="agent@porcelain.test")


@pytest.fixture
def lead(shop: Shop, agent: Agent) -> Agent:
    Membership.objects.filter(shop=shop, agent=agent).update(role=Role.LEAD)
    return agent


def records() -> list[Any]:
    return [build_record({"title": title, "body": body}) for title, body in TEXTS.items()]


@pytest.fixture
def filled(shop: Shop) -> Shop:
    done = actions.import_articles(shop, records(), actor="test")
    assert (done.created, done.changed, done.unchanged) == (len(TEXTS), 0, 0)
    return shop


def test_found_by_meaning_and_by_words(filled: Shop) -> None:
    for question, title in {
        "冬天一烤火家里电闸就掉": "取暖器一开就跳闸",
        "怎么退货": "七天无理由退货",
        "烧水的里面一层白渣": "电热水壶除水垢",
        "脸上又红又痒": "面膜过敏",
    }.items():
        assert queries.search(filled.pk, question).hits[0].article.title == title


def test_the_nearest_passage_is_quoted(filled: Shop) -> None:
    text = "第一段讲保修期限和凭证,整机一年,主要部件三年,凭订单号登记,人为损坏不在其内。" * 2
    how = "换滤网时先断电,按下卡扣取出旧滤网,清水冲洗晾干二十四小时,再对准箭头装回,听到咔哒声为止。"
    body = f"{text}\n{how}{'其他说明。' * 4}"
    actions.import_articles(filled, [build_record({"title": "空气净化器说明", "body": body})], actor="t")
    hit = queries.search(filled.pk, "净化器的滤网怎么换").hits[0]
    assert "取出旧滤网" in hit.passage


def test_an_import_twice_changes_nothing_and_a_change_makes_a_version(filled: Shop) -> None:
    again = actions.import_articles(filled, records(), actor="test")
    assert (again.created, again.changed, again.unchanged) == (0, 0, len(TEXTS))
    changed = build_record({"title": "面膜过敏", "body": "先停用,再联系我们。"})
    assert actions.import_articles(filled, [changed], actor="test").changed == 1
    row = Article.objects.get(title="面膜过敏")
    assert row.version == 2
    assert [v.content["body"][:2] for v in queries.versions_of(row)] == ["先停", "立即"]
    assert queries.search(filled.pk, "面膜过敏").hits[0].passage == "先停用,再联系我们。"
    assert AuditEntry.objects.filter(verb="article.saved", subject=f"article-{row.pk}").count() == 2


def test_vectors_are_kept_and_renewed_for_another_model(filled: Shop) -> None:
    assert ArticleVectors.objects.count() == len(TEXTS)
    ArticleVectors.objects.update(encoder="an-older-model")
    actions.import_articles(filled, [build_record({"title": "新", "body": "新的。"})], actor="test")
    assert queries.search(filled.pk, "脸上又红又痒").hits[0].article.title == "面膜过敏"


def test_validity_and_archive_take_an_article_out(filled: Shop, lead: Agent) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Article.objects.filter(title="跑鞋开胶").update(valid_until=yesterday)
    assert "跑鞋开胶" not in [hit.article.title for hit in queries.search(filled.pk, "跑鞋开胶").hits]
    row = Article.objects.get(title="面膜过敏")
    actions.archive_article(row, lead.name)
    assert "面膜过敏" not in [hit.article.title for hit in queries.search(filled.pk, "面膜过敏").hits]
    assert queries.access_article(lead, row.pk).archived_at is not None


def test_nothing_found_is_said(filled: Shop) -> None:
    assert not queries.search(filled.pk, "附近有没有停车场和地铁口").sure
    assert queries.search(filled.pk, "").hits == ()
    assert queries.search(create_shop("void", "Void", actor="t").pk, "退货").hits == ()


def test_two_writers_at_once(filled: Shop, lead: Agent) -> None:
    row = Article.objects.get(title="面膜过敏")
    record = build_record({"id": row.external_id, "title": "面膜过敏", "body": "甲"})
    actions.save_article(filled, record, lead, article=row, seen_version=1)
    with pytest.raises(Conflict):
        actions.save_article(filled, record, lead, article=row, seen_version=1)
    with pytest.raises(Conflict):
        actions.save_article(filled, build_record({"title": "面膜过敏", "body": "乙"}), lead)


def test_shops_are_apart(filled: Shop, agent: Agent, client: Client) -> None:
    other = create_shop("other", "Other", actor="test")
    actions.import_articles(other, [build_record({"title": "别家的退货", "body": "不给看。"})], actor="test")
    row = Article.objects.get(shop=other)
    with pytest.raises(NotFound):
        queries.access_article(agent, row.pk)
    client.force_login(agent)
    for name in ("article", "edit"):
        assert client.get(reverse(f"knowledge:{name}", args=[row.pk])).status_code == 404
    page = client.get(reverse("knowledge:articles"), {"q": "退货"}).content.decode()
    assert "七天无理由退货" in page
    assert "别家" not in page


def test_markdown_csv_and_excel() -> None:
    markdown = (
        "---\nkind: fault\nquestions:\n  - 老响怎么办\n  - 夜里吵\nreview_on: 2027-01-31\n---\n"
        "# 落地扇异响\n\n拧紧螺母。\n"
    )
    (one,) = read_articles("fan-noise.md", markdown.encode())
    assert (one.external_id, one.kind, one.title, one.body) == (
        "fan-noise",
        "fault",
        "落地扇异响",
        "拧紧螺母。",
    )
    assert one.questions == ("老响怎么办", "夜里吵")
    assert one.review_on is not None
    table = "id,标题,title,text,questions\r\nx,忽略,退货,七天内可退。,能退吗|怎么退\r\n"
    for encoding in ("utf-8-sig", "gb18030"):
        (two,) = read_articles("a.csv", table.encode(encoding))
        assert (two.external_id, two.title, two.questions) == ("x", "退货", ("能退吗", "怎么退"))
    book = openpyxl.Workbook()
    book.active.append(["title", "body", "valid_from"])
    book.active.append(["换货", "七天内可换。", "2026-11-01"])
    stream = io.BytesIO()
    book.save(stream)
    (three,) = read_articles("a.xlsx", stream.getvalue())
    assert (three.title, three.language) == ("换货", "zh")
    assert three.valid_from is not None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.md", b"---\ntitle: x\n", "closing line"),
        ("a.md", b"---\nnonsense\n---\nx", "a.md:2"),
        ("a.md", b"---\ntitle: x\n---\n", "text is missing"),
        ("a.csv", b"title\nx\n", "lacks body"),
        ("a.csv", b"title,body\nx,y\n,z\n", "row 3: The title is missing"),
        ("a.csv", b"title,body,kind\nx,y,poem\n", "row 2: The kind"),
        ("a.csv", b"title,body,valid_from\nx,y,soon\n", "valid_from"),
        ("a.csv", b"title,body\n", "no article"),
        ("a.xlsx", b"not a workbook", "cannot be read"),
        ("a.csv", b"title,body\n\xff\xff\xff,x\n", "UTF-8"),
        ("a.pdf", b"", "files end in"),
    ],
)
def test_bad_files_are_named(name: str, content: bytes, said: str) -> None:
    with translation.override("en"), pytest.raises(DomainError, match=said) as caught:
        read_articles(name, content)
    assert name in caught.value.message


def test_a_formula_that_nobody_computed_is_named() -> None:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["title", "body"])
    book.active.append(["换货", '="七天"&"内可换。"'])
    book.save(stream)
    with translation.override("en"), pytest.raises(DomainError, match=r"a\.xlsx, cell B2: a formula"):
        read_articles("a.xlsx", stream.getvalue())


def form(**values: str) -> dict[str, str]:
    return {
        "title": "滤网怎么换",
        "kind": "how_to",
        "body": "断电。",
        "language": "zh",
        "version": "0",
    } | values


def test_pages_to_write_and_read(filled: Shop, lead: Agent, client: Client) -> None:
    client.force_login(lead)
    done = client.post(reverse("knowledge:write"), form(questions="滤网脏了\n怎么拆"))
    assert done.status_code == 302
    row = Article.objects.get(title="滤网怎么换")
    assert (row.owner, row.questions) == (lead, ["滤网脏了", "怎么拆"])
    edit = reverse("knowledge:edit", args=[row.pk])
    assert client.post(edit, form(body="先断电。", version="1")).status_code == 302
    stale = client.post(edit, form(body="又改。", version="1"))
    assert stale.status_code == 422
    assert "又改。" in stale.content.decode(), "what was typed is not lost"
    assert client.post(edit, form(title="", version="2")).status_code == 422
    assert "先断电。" in client.get(reverse("knowledge:article", args=[row.pk])).content.decode()
    assert client.post(reverse("knowledge:archive", args=[row.pk])).status_code == 302


def test_import_page_takes_all_or_nothing(filled: Shop, lead: Agent, client: Client) -> None:
    client.force_login(lead)
    good = SimpleUploadedFile("a.csv", "title,body\n甲,乙\n".encode())
    bad = SimpleUploadedFile("b.csv", "title,body\n甲,\n".encode())
    refused = client.post(reverse("knowledge:import"), {"files": [good, bad]})
    assert refused.status_code == 422
    assert "b.csv" in refused.content.decode()
    assert not Article.objects.filter(title="甲").exists()
    good.seek(0)
    assert client.post(reverse("knowledge:import"), {"files": [good]}).status_code == 302
    assert Article.objects.filter(title="甲").exists()


def test_agents_read_only(filled: Shop, agent: Agent, client: Client) -> None:
    client.force_login(agent)
    row = Article.objects.get(title="面膜过敏")
    assert client.get(reverse("knowledge:articles")).status_code == 200
    assert client.get(reverse("knowledge:article", args=[row.pk])).status_code == 200
    for name, args in (("write", []), ("import", []), ("edit", [row.pk])):
        assert client.post(reverse(f"knowledge:{name}", args=args), form()).status_code == 403
    assert client.post(reverse("knowledge:archive", args=[row.pk])).status_code == 403


def test_answers_beside_a_conversation(filled: Shop, agent: Agent, client: Client) -> None:
    client.force_login(agent)
    conversation = Conversation.objects.get(external_id="c-1001")
    receive_message(conversation, "取暖器一插上家里就跳闸了怎么办")
    address = reverse("knowledge:answers", args=[conversation.pk])
    page = client.get(address).content.decode()
    row = Article.objects.get(title="取暖器一开就跳闸")
    assert f'id="answer-{row.pk}"' in page
    assert "不接排插" in page
    doubt = reverse("knowledge:doubt", args=[conversation.pk, row.pk])
    assert f"answer-{row.pk}" not in client.post(doubt).content.decode()
    assert client.post(doubt).status_code == 200
    verdict = AnswerVerdict.objects.get()
    assert "跳闸" in verdict.question
    assert AuditEntry.objects.filter(verb="article.doubted").count() == 1


def test_a_short_answer_back_does_not_hide_the_question(filled: Shop, agent: Agent, client: Client) -> None:
    client.force_login(agent)
    conversation = Conversation.objects.get(external_id="c-1001")
    address = reverse("knowledge:answers", args=[conversation.pk])
    receive_message(conversation, "取暖器一插上家里就跳闸了怎么办")
    send_reply(conversation, agent, "请问是什么时候买的?")
    receive_message(conversation, "上周三买的")
    assert "不接排插" in client.get(address).content.decode()


def test_small_talk_asks_nothing(filled: Shop, agent: Agent, client: Client) -> None:
    client.force_login(agent)
    conversation = Conversation.objects.exclude(external_id="c-1001").earliest("pk")
    conversation.messages.all().delete()
    receive_message(conversation, "在吗")
    page = client.get(reverse("knowledge:answers", args=[conversation.pk])).content.decode()
    assert "answer" not in page


def test_answers_do_not_cross_shops(filled: Shop, client: Client) -> None:
    stranger = Agent.objects.create_user("s@x.test", "a long enough one", "S")
    Membership.objects.create(shop=create_shop("else", "Else", actor="t"), agent=stranger)
    client.force_login(stranger)
    conversation = Conversation.objects.get(external_id="c-1001")
    row = Article.objects.first()
    assert row is not None
    assert client.get(reverse("knowledge:answers", args=[conversation.pk])).status_code == 404
    assert client.post(reverse("knowledge:doubt", args=[conversation.pk, row.pk])).status_code == 404
