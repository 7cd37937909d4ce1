"""Gaps: what was asked in vain is kept without personal data, gathered, given a draft, decided by people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from goldseam.commerce.models import Customer
from goldseam.conversations.actions import close, open_conversation, receive_message, take_in
from goldseam.conversations.models import Conversation
from goldseam.core.errors import Conflict
from goldseam.core.models import AuditEntry
from goldseam.knowledge import actions, gap_reads, queries
from goldseam.knowledge.answers import question_of
from goldseam.knowledge.gap_actions import (
    Asked,
    answer_gap,
    dismiss_gap,
    join_gaps,
    keep_question,
    vote,
)
from goldseam.knowledge.gap_deeds import add_questions, take_back, write_article
from goldseam.knowledge.gap_work import LOOK_BACK, gather_questions, look_for_questions, renew, renew_all
from goldseam.knowledge.models import Article, ArticleVote, Gap, KnowledgeState, Question
from goldseam.knowledge.records import build_record
from goldseam.people.models import Agent, Membership, Role, Shop

ARTICLES = {
    "七天无理由退货": "签收后七天内,商品完好的可以申请退货。吊牌须一并寄回。",
    "电热水壶除水垢": "加入两勺柠檬酸烧开,静置二十分钟后倒掉。",
    "取暖器一开就跳闸": "取暖器功率大,单独使用十六安插座,不接排插。",
    "羽绒服钻毛": "把绒从内侧拉回并揉搓针孔。大面积跑绒可换新。",
    "电子发票怎么开": "订单完成后在详情页申请,支持个人和企业抬头。",
    "落地扇有异响": "断电后拧紧扇叶螺母,检查网罩卡扣。",
    "跑鞋开胶": "三个月内属质量问题,可换新或退款。",
    "面膜过敏": "立即用清水洗净停用,冷敷二十分钟。",
}
SMELL = "请先加水到最高刻度,空烧三次并倒掉,塑料味一般两三天会散去。"
ASKED = ("新的养生壶有股塑料味", "养生壶第一次用塑料味很大", "养生壶塑料味散不掉")


@pytest.fixture
def shop(db: None) -> Shop:
    shop = Shop.objects.create(slug="s", name="小店")
    for role in (Role.LEAD, Role.AGENT):
        agent = Agent.objects.create_user(f"{role}@s.test", "x" * 20, str(role))
        Membership.objects.create(shop=shop, agent=agent, role=role)
    records = [build_record({"title": title, "body": body}) for title, body in ARTICLES.items()]
    actions.import_articles(shop, records, actor="t")
    return shop


@pytest.fixture
def lead(shop: Shop) -> Agent:
    return Agent.objects.get(email="lead@s.test")


def thread(
    shop: Shop, number: int, asked: str, answer: str = "", *, issue: str = "product.how_to"
) -> Conversation:
    """A thread of a customer with a known name and phone, answered and ended well when `answer` is given."""
    customer = Customer.objects.create(
        shop=shop, external_id=f"u{number}", name="诸葛小芳", phone=f"1380013{number:04}"
    )
    row = open_conversation(shop, f"t{number}", customer=customer, actor="t")
    receive_message(row, asked)
    if answer:
        take_in(
            shop, f"t{number}", "agent", answer, customer=None, channel="api", key=None, at=None, actor="t"
        )
        close(row, outcome="satisfied", actor="t")
    Conversation.objects.filter(pk=row.pk).update(issue=issue)
    return row


@pytest.fixture
def gap(shop: Shop) -> Gap:
    """Three threads that ask the same, two of them solved."""
    greeting = "诸葛小芳您好,很高兴为您服务,请问您的电话13800138000是否有效?"
    thread(shop, 1, ASKED[0], f"{greeting}{SMELL}另外补偿您20元红包。")
    thread(shop, 2, ASKED[1], f"您好!{SMELL}还有味道请联系我们。")
    thread(shop, 3, ASKED[2])
    renew(shop)
    return Gap.objects.get(title__contains="塑料味")


class TestKeeping:
    def test_personal_data_is_not_kept(self, shop: Shop):
        row = thread(shop, 1, "x")
        text = "我是诸葛小芳,电话13912345678,邮箱a.b@c.example,壶盖断了怎么配"
        kept = keep_question(shop.pk, text, Asked("thread", conversation=row))
        assert kept is not None
        for hidden in ("诸葛", "139", "@"):
            assert hidden not in kept.text
        assert "壶盖断了怎么配" in kept.text

    @pytest.mark.parametrize("text", ["", "hi", "??!!", "\x00", "在吗", "13912345678"])
    def test_what_asks_nothing_is_not_kept(self, shop: Shop, text: str):
        assert keep_question(shop.pk, text, Asked("help")) is None

    def test_the_same_is_kept_once_a_day_and_once_a_thread(self, shop: Shop):
        for text in ("壶盖在哪里配", "壶盖在哪里配", " 壶盖在哪里配 "):
            keep_question(shop.pk, text, Asked("help"))
        yesterday = timezone.now() - timedelta(days=1)
        keep_question(shop.pk, "壶盖在哪里配", Asked("help", at=yesterday))
        row = thread(shop, 1, "x")
        for text in ("壶盖在哪里配", "壶嘴在哪里配"):
            keep_question(shop.pk, text, Asked("thread", conversation=row))
        assert Question.objects.count() == 3

    def test_a_question_without_a_thread_gets_its_issue_read(self, shop: Shop):
        row = keep_question(shop.pk, "我要开发票,公司抬头怎么改", Asked("help"))
        assert row is not None
        row.refresh_from_db()
        assert row.issue == "invoice"

    def test_a_doubted_answer_is_an_open_question(self, shop: Shop, lead: Agent):
        row = thread(shop, 1, "水壶盖子合不上怎么办")
        article = Article.objects.get(title="电热水壶除水垢")
        actions.doubt_answer(article, row, lead, question_of(row))
        kept = Question.objects.get()
        assert (kept.why, kept.article, kept.conversation) == ("doubted", article, row)

    def test_a_readers_last_word_of_the_day_counts(self, shop: Shop):
        article = Article.objects.get(title="跑鞋开胶")
        vote(article, "reader", True)
        vote(article, "reader", False, "没说用什么胶水,电话13912345678")
        vote(article, "other", True)
        assert ArticleVote.objects.count() == 2
        assert "139" not in ArticleVote.objects.get(helped=False).words
        assert Question.objects.get().why == "useless"
        said = gap_reads.verdicts_on(article.pk)
        assert (said.helped, said.not_helped, len(said.words)) == (1, 1, 1)


class TestLooking:
    def test_only_what_the_knowledge_does_not_answer_is_kept(self, shop: Shop):
        thread(shop, 1, "七天无理由退货怎么申请")
        thread(shop, 2, "附近有没有停车场")
        thread(shop, 3, "快递怎么三天没动了", issue="logistics.delay")
        assert look_for_questions(shop, timezone.now()) == 3
        assert [row.text for row in Question.objects.all()] == ["附近有没有停车场"]

    def test_what_the_bot_could_not_answer_is_told_apart(self, shop: Shop):
        thread(shop, 1, "附近有没有停车场")
        known: dict[str, Any] = {"customer": None, "channel": "api", "key": None, "at": None, "actor": "t"}
        take_in(shop, "t1", "bot", "这个我答不上来,为您转人工。", **known)
        look_for_questions(shop, timezone.now())
        assert Question.objects.get().place == "bot"

    def test_each_round_goes_on_where_the_last_one_ended(self, shop: Shop):
        thread(shop, 1, "附近有没有停车场")
        assert look_for_questions(shop, timezone.now()) == 1
        assert look_for_questions(shop, timezone.now()) == 0
        thread(shop, 2, "能不能上门教我用投影仪")
        assert look_for_questions(shop, timezone.now()) == 1
        KnowledgeState.objects.update(seen_until=None, seen_id=0)
        look_for_questions(shop, timezone.now())
        assert Question.objects.count() == 2

    def test_what_lies_too_far_back_is_not_looked_at(self, shop: Shop):
        row = thread(shop, 1, "附近有没有停车场")
        Conversation.objects.filter(pk=row.pk).update(last_message_at=timezone.now() - 2 * LOOK_BACK)
        assert look_for_questions(shop, timezone.now()) == 0

    def test_every_shop_has_its_own(self, shop: Shop):
        other = Shop.objects.create(slug="o", name="别家")
        keep_question(other.pk, ASKED[0], Asked("help"))
        keep_question(shop.pk, ASKED[0], Asked("help"))
        renew_all()
        assert [gap.count for gap in Gap.objects.all()] == [1, 1]


class TestGathering:
    def test_the_same_in_other_words_is_one_gap(self, gap: Gap):
        assert (gap.count, gap.state, gap.issue) == (3, "open", "product.how_to")
        assert Gap.objects.count() == 1

    def test_what_comes_later_joins_and_renews_the_draft(self, shop: Shop, gap: Gap):
        keep_question(shop.pk, "养生壶一股塑料味怎么去", Asked("help"))
        assert gather_questions(shop) == 1
        gap.refresh_from_db()
        assert (gap.count, gap.is_stale) == (4, True)
        renew(shop)
        gap.refresh_from_db()
        assert "养生壶一股塑料味怎么去" in gap.proposal["questions"]
        assert renew(shop) == {"questions": 0, "gathered": 0, "drafts": 0}

    def test_other_questions_stand_apart(self, shop: Shop, gap: Gap):
        keep_question(shop.pk, "能寄到香港吗运费多少", Asked("help"))
        gather_questions(shop)
        assert Gap.objects.count() == 2

    def test_dismissed_stays_dismissed_and_answered_takes_no_more(self, shop: Shop, gap: Gap, lead: Agent):
        dismiss_gap(gap, lead)
        keep_question(shop.pk, "养生壶有塑料味怎么办", Asked("help"))
        gather_questions(shop)
        gap.refresh_from_db()
        assert (gap.count, gap.state) == (4, "dismissed")
        take_back(gap, lead)
        answer_gap(gap, Article.objects.all()[0], lead)
        keep_question(shop.pk, "养生壶塑料味好大", Asked("help"))
        gather_questions(shop)
        assert Gap.objects.filter(state="open").count() == 1

    def test_people_join_what_the_machine_held_apart(self, shop: Shop, gap: Gap, lead: Agent):
        keep_question(shop.pk, "能寄到香港吗运费多少", Asked("help"))
        gather_questions(shop)
        other = Gap.objects.exclude(pk=gap.pk).get()
        assert gap_reads.others_to_join(gap) == [other]
        join_gaps(gap, other, lead)
        gap.refresh_from_db()
        assert (gap.count, Gap.objects.count(), Question.objects.filter(gap=gap).count()) == (4, 1, 4)
        with pytest.raises(Conflict):
            join_gaps(gap, gap, lead)


class TestDrafts:
    def test_it_is_what_agents_said_and_names_its_sources(self, gap: Gap):
        body = gap.proposal["body"]
        assert "空烧三次" in body
        for unwanted in ("诸葛", "138", "20元", "很高兴", "?"):
            assert unwanted not in body
        for source in gap.proposal["sources"]:
            assert source["text"] in body
            assert Conversation.objects.filter(pk=source["conversation"], outcome="satisfied").exists()

    def test_what_an_article_says_already_is_not_proposed_again(self, shop: Shop, gap: Gap):
        record = build_record({"title": "养生壶有塑料味", "body": SMELL})
        actions.import_articles(shop, [record], actor="t")
        Gap.objects.update(is_stale=True)
        renew(shop)
        gap.refresh_from_db()
        assert gap.proposal["same"] == Article.objects.get(title="养生壶有塑料味").pk
        assert gap.proposal["body"] == ""

    def test_nobody_has_solved_it_yet(self, shop: Shop):
        thread(shop, 7, "投影仪能不能接老式录像机")
        renew(shop)
        assert Gap.objects.get().proposal["body"] == ""


class TestDeciding:
    def test_the_written_article_answers_from_then_on_and_can_be_taken_back(
        self, shop: Shop, gap: Gap, lead: Agent
    ):
        record = build_record({"title": "养生壶塑料味", "body": SMELL, "questions": list(ASKED)})
        article = write_article(gap, record, lead)
        gap.refresh_from_db()
        assert (gap.state, gap.article, gap.decided_by) == ("answered", article, lead)
        assert queries.search(shop.pk, ASKED[2]).hits[0].article == article
        assert AuditEntry.objects.filter(verb="gap.decided", subject=f"gap-{gap.pk}").count() == 1
        with pytest.raises(Conflict):
            answer_gap(gap, article, lead)
        take_back(gap, lead)
        gap.refresh_from_db()
        article.refresh_from_db()
        assert (gap.state, gap.article) == ("open", None)
        assert article.archived_at is not None

    def test_an_article_changed_since_stays(self, shop: Shop, gap: Gap, lead: Agent):
        article = write_article(gap, build_record({"title": "塑料味", "body": SMELL}), lead)
        changed = build_record({"id": article.external_id, "title": "塑料味", "body": "改过。"})
        actions.save_article(shop, changed, lead, article=article, seen_version=1)
        gap.refresh_from_db()
        take_back(gap, lead)
        article.refresh_from_db()
        assert article.archived_at is None

    def test_an_article_is_given_the_questions_and_they_are_taken_again(
        self, shop: Shop, gap: Gap, lead: Agent
    ):
        article = Article.objects.get(title="电热水壶除水垢")
        saved = add_questions(gap, article, lead)
        assert set(ASKED) <= set(saved.questions)
        assert queries.search(shop.pk, ASKED[0]).hits[0].article == article
        gap.refresh_from_db()
        take_back(gap, lead)
        article.refresh_from_db()
        assert article.questions == []
        assert article.version == 3


class TestPages:
    def test_a_lead_reads_decides_and_takes_back(self, gap: Gap, lead: Agent, client: Client):
        client.force_login(lead)
        shown = client.get(reverse("knowledge:gaps")).content.decode()
        assert gap.title in shown
        page = client.get(reverse("knowledge:gap", args=[gap.pk])).content.decode()
        assert "空烧三次" in page
        address = reverse("knowledge:gap-do", args=[gap.pk])
        wrong = client.post(address, {"do": "write", "title": "", "kind": "how_to", "body": SMELL})
        assert wrong.status_code == 422
        said = {"do": "write", "title": "养生壶塑料味", "kind": "how_to", "body": SMELL, "language": "zh"}
        done = client.post(address, said | {"questions": "\n".join(ASKED), "version": "0"}, follow=True)
        assert "养生壶塑料味" in done.content.decode()
        assert client.post(address, {"do": "take-back"}).status_code == 302
        near = gap.proposal["near"][0]["article"]
        assert client.post(address, {"do": "add", "article": str(near)}).status_code == 302
        gap.refresh_from_db()
        assert (gap.was_added, gap.article_id) == (True, near)
        assert client.post(address, {"do": "take-back"}).status_code == 302
        assert client.post(address, {"do": "dismiss"}).status_code == 302
        assert gap.title in client.get(reverse("knowledge:gaps") + "?state=dismissed").content.decode()

    @pytest.mark.parametrize("said", [{"do": "burn"}, {"do": "add", "article": "x"}, {"do": "word"}])
    def test_wrong_deeds_are_answered_with_an_error(
        self, gap: Gap, lead: Agent, client: Client, said: dict[str, str]
    ):
        client.force_login(lead)
        answer = client.post(reverse("knowledge:gap-do", args=[gap.pk]), said)
        assert answer.status_code in (400, 404, 409)
        gap.refresh_from_db()
        assert gap.state == "open"

    def test_agents_read_strangers_do_not(self, gap: Gap, client: Client):
        client.force_login(Agent.objects.get(email="agent@s.test"))
        assert client.get(reverse("knowledge:gap", args=[gap.pk])).status_code == 200
        assert client.post(reverse("knowledge:gap-do", args=[gap.pk]), {"do": "dismiss"}).status_code == 403
        other = Shop.objects.create(slug="o", name="别家")
        stranger = Agent.objects.create_user("x@o.test", "x" * 20, "X")
        Membership.objects.create(shop=other, agent=stranger, role=Role.LEAD)
        client.force_login(stranger)
        assert client.get(reverse("knowledge:gap", args=[gap.pk])).status_code == 404
        assert client.post(reverse("knowledge:gap-do", args=[gap.pk]), {"do": "dismiss"}).status_code == 404

    def test_hostile_words_stay_words(self, shop: Shop, lead: Agent, client: Client):
        keep_question(shop.pk, "<script>alert(1)</script>怎么办啊", Asked("help"))
        renew(shop)
        client.force_login(lead)
        gap = Gap.objects.get()
        for address in (reverse("knowledge:gaps"), reverse("knowledge:gap", args=[gap.pk])):
            assert "<script>alert" not in client.get(address).content.decode()

    def test_within_the_queries(
        self, shop: Shop, gap: Gap, lead: Agent, client: Client, django_assert_max_num_queries: Any
    ):
        for number in range(12):
            keep_question(shop.pk, f"第{number}种完全不同的问题{'甲乙丙丁'[number % 4]}", Asked("help"))
        renew(shop)
        client.force_login(lead)
        for address, most in ((reverse("knowledge:gaps"), 13), (reverse("knowledge:gap", args=[gap.pk]), 14)):
            with django_assert_max_num_queries(most):
                assert client.get(address).status_code == 200


class TestAnyText(TestCase):
    @given(st.lists(st.text(max_size=300), max_size=4))
    def test_any_words_are_searched_kept_and_gathered(self, texts: list[str]) -> None:
        shop = Shop.objects.create(slug="any", name="any")
        record = build_record({"title": "七天无理由退货", "body": "签收后七天内可以退。"})
        actions.import_articles(shop, [record], actor="t")
        for text in texts:
            queries.search(shop.pk, text)
            keep_question(shop.pk, text, Asked("bot"))
        renew(shop)
        assert sum(gap.count for gap in Gap.objects.filter(shop=shop)) == Question.objects.count()


class TestAskedQuestions:
    def test_what_was_answered_with_an_article_becomes_one_of_its_questions(
        self, shop: Shop, lead: Agent, client: Client
    ):
        row = thread(shop, 5, "我是诸葛小芳,壶底一层白的刮不掉")
        article = Article.objects.get(title="电热水壶除水垢")
        client.force_login(lead)
        used = reverse("knowledge:use", args=[row.pk, article.pk])
        for _twice in range(2):
            assert client.post(used).status_code == 204
        (question,) = queries.used_for(article)
        assert "诸葛" not in question
        assert question in client.get(reverse("knowledge:article", args=[article.pk])).content.decode()
        said = {"question": [question, "never asked"]}
        client.post(reverse("knowledge:add-questions", args=[article.pk]), said)
        article.refresh_from_db()
        assert (article.questions, article.version) == ([question], 2)
        assert queries.used_for(article) == []
        actions.doubt_answer(article, row, lead, "x")
        assert queries.doubted_in(row.pk) == {article.pk}
