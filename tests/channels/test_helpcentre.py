"""The public help centre: what readers see, find, say and look up, without an account."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.channels.helpcentre import actions as help_centre
from goldseam.channels.helpcentre.models import HelpCentre
from goldseam.channels.helpcentre.views_public import SEARCHES
from goldseam.channels.webchat.models import Door
from goldseam.commerce.models import Customer, Order, OrderItem, Parcel, Refund, Scan
from goldseam.core.colour import contrast, ink_on
from goldseam.core.errors import DomainError
from goldseam.core.models import AuditEntry, RateWindow
from goldseam.knowledge import actions
from goldseam.knowledge.models import Article, ArticleVote, Question
from goldseam.knowledge.public_reads import ARTICLE_KINDS
from goldseam.knowledge.records import build_record
from goldseam.people.models import Agent, Membership, Role, Shop
from tests.knowledge.test_gaps import ARTICLES

HOME = "/help/s/zh/"


@pytest.fixture
def shop(db: None) -> Shop:
    shop = Shop.objects.create(slug="s", name="小店")
    agent = Agent.objects.create_user("admin@s.test", "x" * 20, "A")
    Membership.objects.create(shop=shop, agent=agent, role=Role.ADMIN)
    records = [
        build_record({"title": title, "body": body, "public": "yes"}) for title, body in ARTICLES.items()
    ]
    hidden = build_record({"title": "内部:赔付上限", "body": "主管以下每单最多赔付二十元,不得告知顾客。"})
    actions.import_articles(shop, [*records, hidden], actor="t")
    set_up(shop)
    return shop


def set_up(shop: Shop, **change: Any) -> HelpCentre:
    usual: dict[str, Any] = {"is_on": True, "kinds": ARTICLE_KINDS, "contact": "care@s.example"}
    return help_centre.set_up(shop, actor="t", **(usual | change))


@pytest.fixture
def order(shop: Shop) -> Order:
    """An order whose customer, address and carrier's words are personal."""
    customer = Customer.objects.create(shop=shop, external_id="u", name="诸葛小芳", phone="13800138888")
    now = timezone.now()
    order = Order.objects.create(
        shop=shop, external_id="N-1", customer=customer, status="refunding",
        placed_at=now - timedelta(days=6),
        promised_ship_by=now - timedelta(days=4), promised_delivery_by=now - timedelta(days=1),
        shipped_at=now - timedelta(days=3), total=Decimal(88), address="浙江省杭州市余杭区花园路18号",
    )  # fmt: skip
    OrderItem.objects.create(order=order, position=0, sku="K1", title="养生壶", quantity=2, price=Decimal(44))
    parcel = Parcel.objects.create(order=order, tracking_no="SF100", carrier="顺丰速运")
    Scan.objects.create(
        parcel=parcel, position=0, at=now - timedelta(days=2), status="in_transit", location="广州中转场"
    )
    Scan.objects.create(
        parcel=parcel, position=1, at=now - timedelta(days=1), location="广州",
        text="快递员13912345678正在派给诸葛小芳,花园路18号",
    )  # fmt: skip
    Refund.objects.create(
        order=order, external_id="r", amount=Decimal("44.00"), status="approved",
        requested_at=now - timedelta(days=1),
    )  # fmt: skip
    return order


class TestReading:
    def test_the_front_leads_to_the_readers_language(self, shop: Shop, client: Client):
        for asked, path in (
            ("zh-CN,zh;q=0.9", "/help/s/zh/"),
            ("en-GB", "/help/s/en/"),
            ("fr", "/help/s/zh/"),
        ):
            answer = client.get("/help/s/", headers={"accept-language": asked})
            assert (answer.status_code, answer["Location"]) == (302, path)
            assert "Accept-Language" in answer["Vary"]

    def test_home_shows_what_is_open_and_nothing_else(self, shop: Shop, client: Client):
        for path in (HOME, f"{HOME}how_to/"):
            page = client.get(path).content.decode()
            assert "七天无理由退货" in page
            assert "赔付上限" not in page
        assert "How can we help?" in client.get("/help/s/en/").content.decode()

    @pytest.mark.parametrize(
        "path", ["/help/nobody/", "/help/nobody/zh/", "/help/s/fr/", "/help/s/zh/999999/", "/help/s/zh/x/"]
    )
    def test_what_is_not_there_is_not_found(self, shop: Shop, client: Client, path: str):
        assert client.get(path).status_code == 404

    def test_off_is_off(self, shop: Shop, client: Client):
        row = Article.objects.get(title="面膜过敏")
        set_up(shop, is_on=False)
        paths = (
            "/help/s/",
            HOME,
            f"{HOME}{row.pk}/",
            f"{HOME}search/?q=x",
            f"{HOME}orders/",
            "/help/s/theme.css",
        )
        for path in paths:
            assert client.get(path).status_code == 404
        assert client.post(f"{HOME}{row.pk}/vote/", {"helped": "yes"}).status_code == 404

    def test_an_article_outside_its_validity_or_kind_is_not_there(self, shop: Shop, client: Client):
        row = Article.objects.get(title="面膜过敏")
        path = f"{HOME}{row.pk}/"
        assert client.get(path).status_code == 200
        today = timezone.localdate()
        for change in (
            {"valid_until": today - timedelta(days=1)},
            {"valid_until": None, "valid_from": today + timedelta(days=1)},
            {"valid_from": None, "is_public": False},
            {"is_public": True, "archived_at": timezone.now()},
        ):
            Article.objects.filter(pk=row.pk).update(**change)
            assert client.get(path).status_code == 404, change
        Article.objects.filter(pk=row.pk).update(archived_at=None)
        set_up(shop, kinds=["policy"])
        assert client.get(path).status_code == 404
        assert client.get(f"{HOME}how_to/").status_code == 404

    def test_another_shops_article_is_not_here(self, shop: Shop, client: Client):
        other = Shop.objects.create(slug="o", name="别家")
        record = build_record({"title": "别家的", "body": "文", "public": True})
        actions.import_articles(other, [record], actor="t")
        assert client.get(f"{HOME}{Article.objects.get(shop=other).pk}/").status_code == 404

    def test_hostile_articles_stay_words(self, shop: Shop, client: Client):
        body = (
            "# 标题\n<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[点我](javascript:alert(1))"
            " [好的](https://shop.example/?a=1&b=2) ![图](https://evil.example/p.png)\n\n"
            '<a href="data:text/html,x">y</a>\n\n- 一\n- **二**\n\n| a | b |\n|---|---|\n| 1 | 2 |'
        )
        actions.import_articles(
            shop, [build_record({"title": "<b>坏</b>", "body": body, "public": "是"})], actor="t"
        )
        page = client.get(f"{HOME}{Article.objects.get(body=body).pk}/").content.decode()
        for bad in ("<script>alert", "<img", 'href="javascript', '<a href="data', "<b>坏"):
            assert bad not in page
        for good in ("<h3>标题</h3>", "<strong>二</strong>", "<table>", 'rel="noopener noreferrer nofollow"'):
            assert good in page


class TestHeaders:
    def test_no_cookie_and_pages_that_caches_may_keep(self, shop: Shop, client: Client):
        row = Article.objects.get(title="面膜过敏")
        for path in (HOME, f"{HOME}{row.pk}/", f"{HOME}how_to/", "/help/s/theme.css", "/robots.txt"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert not answer.cookies
            assert "Cookie" not in answer.headers.get("Vary", "")
            assert answer["Cache-Control"].startswith("public, max-age=")
            again = client.get(path, headers={"if-none-match": answer["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert "script-src 'self'" in answer["Content-Security-Policy"]
            assert "<script" not in answer.content.decode()

    def test_what_concerns_one_reader_is_kept_by_nobody(self, shop: Shop, client: Client):
        for answer in (
            client.get(f"{HOME}search/?q=退货"),
            client.get(f"{HOME}orders/"),
            client.post(f"{HOME}orders/", {"number": "N", "phone_tail": "0000"}),
        ):
            assert answer["Cache-Control"] == "no-store"
            assert answer["X-Robots-Tag"] == "noindex"
            assert not answer.cookies

    def test_a_signed_in_agent_sees_what_everybody_sees(self, shop: Shop, client: Client):
        plain = client.get("/help/s/en/").content
        client.force_login(Agent.objects.get())
        answer = client.get("/help/s/en/")
        assert answer.content == plain
        assert answer["Cache-Control"].startswith("public")

    def test_search_engines_are_let_in_only_when_the_shop_says_so(self, shop: Shop, client: Client):
        assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /\n"
        assert "noindex" in client.get(HOME).content.decode()
        assert client.get("/help/s/sitemap.xml").status_code == 404
        set_up(shop, in_search_engines=True)
        assert "Allow: /help/s/" in client.get("/robots.txt").content.decode()
        assert "noindex" not in client.get(HOME).content.decode()
        listed = client.get("/help/s/sitemap.xml").content.decode()
        assert f"/help/s/zh/{Article.objects.get(title='面膜过敏').pk}/" in listed
        assert f"/{Article.objects.get(title__contains='赔付').pk}/" not in listed


class TestChat:
    @pytest.fixture
    def door(self, shop: Shop) -> Door:
        return Door.objects.create(shop=shop, key="door-1", active=True, origins=["https://s.example"])

    def shown(self, client: Client, path: str = HOME) -> bool:
        page = client.get(path).content.decode()
        assert ("webchat/chat.js" in page) == ("<goldseam-chat" in page)
        return '<goldseam-chat door="door-1">' in page

    def test_no_chat_without_an_open_door(self, shop: Shop, client: Client):
        assert not self.shown(client)
        Door.objects.create(shop=shop, key="door-1", active=False, origins=["https://s.example"])
        assert not self.shown(client)

    def test_the_shops_chat_stands_on_every_page(self, door: Door, client: Client):
        article = Article.objects.filter(is_public=True).first()
        assert article is not None
        for path in (HOME, f"{HOME}{article.pk}/", f"{HOME}search/?q=x", f"{HOME}orders/", f"{HOME}9999/"):
            assert self.shown(client, path), path
        assert client.get("/chat/door-1/door", headers={"Origin": "http://testserver"}).status_code == 200

    def test_it_does_not_stand_where_the_door_would_refuse_the_page(
        self, door: Door, client: Client, settings: Any
    ):
        elsewhere = {"public_url": "https://help.s.example"}
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update=elsewhere)
        page = {"Origin": "https://help.s.example"}
        assert not self.shown(client)
        assert client.get("/chat/door-1/door", headers=page).status_code == 403
        door.origins = ["https://*.s.example"]
        door.save()
        assert self.shown(client)
        assert client.get("/chat/door-1/door", headers=page).status_code == 200


class TestSearching:
    def test_found_by_meaning(self, shop: Shop, client: Client):
        page = client.get(f"{HOME}search/", {"q": "脸上又红又痒敷完面膜"}).content.decode()
        assert page.index("面膜过敏") < page.index("</ol>")
        assert 'class="best"' in page
        assert not Question.objects.exists()

    def test_nothing_found_is_said_and_kept(self, shop: Shop, client: Client):
        page = client.get(f"{HOME}search/", {"q": "附近有没有停车场和地铁口"}).content.decode()
        assert "没有文章明确回答这个问题" in page
        assert "mailto:care@s.example" in page
        kept = Question.objects.get()
        assert (kept.place, kept.text) == ("help", "附近有没有停车场和地铁口")

    def test_what_only_agents_may_read_is_neither_shown_nor_a_gap(self, shop: Shop, client: Client):
        page = client.get(f"{HOME}search/", {"q": "赔付上限每单最多赔付多少"}).content.decode()
        assert "二十元" not in page
        assert 'class="best"' not in page
        assert not Question.objects.exists()

    @pytest.mark.parametrize(
        "words", ["", " ", "\x00", "<script>alert(1)</script>", "'; DROP TABLE", "😀" * 400]
    )
    def test_any_words_are_answered(self, shop: Shop, client: Client, words: str):
        answer = client.get(f"{HOME}search/", {"q": words})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()

    def test_one_reader_does_not_ask_without_end(self, shop: Shop, client: Client):
        assert client.get(f"{HOME}search/", {"q": "退货"}).status_code == 200
        RateWindow.objects.filter(key__startswith="help-search").update(calls=SEARCHES)
        assert client.get(f"{HOME}search/", {"q": "退货"}).status_code == 429


class TestSaying:
    def test_helped_or_not_and_what_was_missing(self, shop: Shop, client: Client):
        row = Article.objects.get(title="跑鞋开胶")
        path = f"{HOME}{row.pk}/vote/"
        for said in ({"helped": "yes"}, {"helped": "no", "words": "没说寄到哪里,电话13912345678"}):
            answer = client.post(path, said, follow=True)
            assert "谢谢您" in answer.content.decode()
        vote = ArticleVote.objects.get()
        assert not vote.helped
        assert "139" not in vote.words
        assert Question.objects.get().article == row
        assert client.post(path, {"helped": "maybe"}).status_code == 400
        assert client.get(path).status_code == 405


class TestOrders:
    def test_nothing_before_proof_and_no_more_than_needed_after(self, order: Order, client: Client):
        path = f"{HOME}orders/"
        assert "N-1" not in client.get(f"{path}?number=N-1").content.decode()
        for said in ({"number": "N-1", "phone_tail": "0000"}, {"number": "N-2", "phone_tail": "8888"}):
            answer = client.post(path, said)
            assert answer.status_code == 404
            assert "SF100" not in answer.content.decode()
        shown = client.post(path, {"number": "N-1", "phone_tail": "8888"}).content.decode()
        for wanted in ("N-1", "SF100", "顺丰速运", "广州中转场", "养生壶", "44.00", "已逾期"):
            assert wanted in shown
        for personal in ("诸葛", "1391234", "138001", "花园路", "88.00"):
            assert personal not in shown

    def test_few_tries(self, order: Order, client: Client):
        path = f"{HOME}orders/"
        codes = [client.post(path, {"number": "N-1", "phone_tail": "0000"}).status_code for _ in range(8)]
        assert codes[-1] == 429
        last = client.post(path, {"number": "N-1", "phone_tail": "8888"})
        assert last.status_code == 429
        assert "SF100" not in last.content.decode()

    def test_one_readers_tries_do_not_close_the_order_to_its_customer(self, order: Order, client: Client):
        path = f"{HOME}orders/"
        for _ in range(4):
            stranger = client.post(
                path, {"number": "N-1", "phone_tail": "0000"}, REMOTE_ADDR="2001:db8:1:2::1"
            )
        assert stranger.status_code == 429
        right = {"number": "N-1", "phone_tail": "8888"}
        same_network = client.post(path, right, REMOTE_ADDR="2001:db8:1:2:ffff::9")
        assert same_network.status_code == 429, "one line has many addresses"
        customer = client.post(path, right, REMOTE_ADDR="203.0.113.7")
        assert customer.status_code == 200
        assert "SF100" in customer.content.decode()

    @pytest.mark.parametrize("said", [{}, {"number": "N-1"}, {"number": "N-1", "phone_tail": "88a8"}])
    def test_what_is_missing_is_named(self, order: Order, client: Client, said: dict[str, str]):
        answer = client.post(f"{HOME}orders/", said)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()

    def test_a_shop_may_leave_it_out(self, order: Order, client: Client):
        set_up(order.shop, shows_orders=False)
        assert client.get(f"{HOME}orders/").status_code == 404
        assert client.post(f"{HOME}orders/", {"number": "N-1", "phone_tail": "8888"}).status_code == 404
        assert "/orders/" not in client.get(HOME).content.decode()


class TestSettings:
    def test_an_admin_sets_it_up(self, shop: Shop, client: Client):
        client.force_login(Agent.objects.get())
        path = reverse("helpcentre:settings")
        assert client.get(path).status_code == 200
        said = {"is_on": "on", "title": "小店帮助", "colour": "#AA3300", "kinds": ["policy", "how_to"]}
        assert client.post(path, said).status_code == 302
        row = HelpCentre.objects.get()
        assert (row.title, row.colour, row.kinds, row.shows_orders) == (
            "小店帮助",
            "aa3300",
            ["how_to", "policy"],
            False,
        )
        assert "--brand: #aa3300" in client.get("/help/s/theme.css").content.decode()
        assert AuditEntry.objects.filter(verb="help_centre.saved").count() == 2
        for wrong in ({"colour": "red"}, {"contact": "javascript:alert(1)"}, {"kinds": ["secret"]}):
            assert client.post(path, said | wrong).status_code == 422

    def test_all_of_a_kind_are_opened_and_closed(self, shop: Shop, client: Client):
        client.force_login(Agent.objects.get())
        path = reverse("helpcentre:open-kind")
        client.post(path, {"kind": "how_to", "public": "1"})
        assert not Article.objects.filter(is_public=False).exists()
        client.post(path, {"kind": "how_to", "public": "0"})
        assert not Article.objects.filter(is_public=True).exists()

    @pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD])
    def test_others_do_not(self, shop: Shop, client: Client, role: Role):
        Membership.objects.update(role=role)
        client.force_login(Agent.objects.get())
        assert client.get(reverse("helpcentre:settings")).status_code == 403
        assert client.post(reverse("helpcentre:open-kind"), {"kind": "how_to"}).status_code == 403

    @pytest.mark.parametrize(
        "contact", ["javascript:x", "http://", 'https://a.b/"onload="x', "ftp://a.b", "a b@c.d", "https:// x"]
    )
    def test_a_contact_is_a_page_or_mail(self, shop: Shop, contact: str):
        with pytest.raises(DomainError):
            set_up(shop, contact=contact)

    @pytest.mark.parametrize("colour", ["ffffff", "000000", "1f3a5f", "ffd400", "777777", "ff0000"])
    def test_text_on_every_colour_can_be_read(self, colour: str):
        assert contrast(colour, ink_on(colour)) >= 4.5


def test_within_the_queries(order: Order, client: Client, django_assert_max_num_queries: Any):
    row = Article.objects.get(title="面膜过敏")
    client.get(f"{HOME}search/?q=x")
    for path, most in (
        (HOME, 4), (f"{HOME}{row.pk}/", 3), (f"{HOME}how_to/", 3), (f"{HOME}search/?q=退货", 6),
        ("/help/s/theme.css", 1), ("/robots.txt", 1),
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200
    with django_assert_max_num_queries(20):
        client.post(f"{HOME}orders/", {"number": "N-1", "phone_tail": "8888"})
