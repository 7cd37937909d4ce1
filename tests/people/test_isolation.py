"""Nobody sees or changes another shop's things: a walk over every address of the site."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.core.exceptions import FieldError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from goldseam.approvals.actions import ask
from goldseam.approvals.asking import Asking
from goldseam.approvals.covering import name_deputy
from goldseam.approvals.models import ApprovalRequest, Cover
from goldseam.bot.models import Turn
from goldseam.channels.webhook.models import Delivery, Endpoint
from goldseam.commerce.models import Order
from goldseam.conversations.actions import (
    begin_bulk,
    close,
    hold_reply,
    link_of,
    make_label,
    make_view,
    merge,
    open_conversation,
    receive_message,
    send_reply,
    set_close_rules,
    upload,
)
from goldseam.conversations.filters import Group
from goldseam.conversations.models import (
    Attachment,
    BulkRun,
    Conversation,
    HeldReply,
    Label,
    Merge,
    ReadMark,
    SavedView,
    Survey,
)
from goldseam.copilot.models import Crisis, Wording
from goldseam.knowledge.actions import import_articles
from goldseam.knowledge.guide_actions import save_guide, start_walk
from goldseam.knowledge.models import Article, Gap
from goldseam.knowledge.records import build_record
from goldseam.knowledge.sheet_actions import save_sheet
from goldseam.ledger.actions import post
from goldseam.ledger.models import Entry
from goldseam.people.actions import issue_token
from goldseam.people.models import Agent, ApiToken, Departure, Membership, Role, Shop, Team
from goldseam.people.teams import create_team
from goldseam.policies.actions import start_draft
from goldseam.policies.models import PackVersion, TryOut
from goldseam.policies.trying import start_tryout
from goldseam.promises.models import Promise
from goldseam.replies.actions import Place, save_canned, save_macro
from goldseam.replies.models import CannedReply, Macro
from goldseam.sla.actions import USUAL_HOURS, publish_times, save_calendar
from goldseam.sla.models import Calendar, TimesTable
from goldseam.sla.queries import shipped_rows
from tests.journeys.shop import build_shop

pytestmark = pytest.mark.django_db

CUSTOMERS_DOORS = ("api:", "chat:", "help:", "storefront", "robots")
"""Doors without a sign-in: what they show to whom is tested where they are built."""
OPEN_TO_ALL = {
    "people:sign_in",
    "people:sign_out",
    "people:language",
    "people:join",
    "api:openapi-json",
    "api-docs",
    "conversations:csat",
    "open-guide",
    "open-guide-photo",
}
ADMINS_ONLY = {
    "people:people",
    "people:role",
    "people:bring_back",
    "people:teams",
    "people:team",
    "people:shop",
    "webhook:endpoints",
    "webhook:endpoint",
    "webhook:log",
    "webhook:do",
    "webhook:delivery",
    "webhook:again",
    "audit_export",
    "style",
    "people:tokens",
    "people:revoke",
    "audit",
    "approvals:steps",
    "conversations:close_rules",
    "webchat:door",
    "webchat:secret",
    "helpcentre:settings",
    "helpcentre:open-kind",
}
LEADS_ONLY = {"bot:switch", "bot:figures"}
"""Leads read them; only admins write."""
FOREIGN = (
    "周雨桐",
    "李伟",
    "青瓷生活馆",
    "313021098900",
    "13800130000",
    "agent@porcelain.test",
    "青瓷退换规则",
    "青瓷标签",
    "青瓷视图",
    "青瓷小组",
    "hooks.porcelain.test",
    "青瓷密钥",
)


@dataclass(frozen=True)
class Address:
    """One address of the site with the ids of the foreign shop filled in."""

    name: str
    path: str
    has_id: bool


@pytest.fixture
def foreign() -> Shop:
    shop = build_shop()
    issue_token(shop, "porcelain key", ["orders:read"], actor="test")
    import_articles(shop, [build_record({"title": "青瓷退换规则", "body": "七天内可退。"})], actor="test")
    lead = Agent.objects.get(email="lead@porcelain.test")
    start_tryout(start_draft(shop, "default", lead), lead, wanted=200)
    hang_threads(shop)
    ask_for_something(shop, lead)
    send_reply(Conversation.objects.get(external_id="c-1006"), lead, "我去核实,2小时内给您回电。")
    make_label(shop, "青瓷标签", colour="lake", actor="test")
    make_view(shop, lead, "青瓷视图", Group("all"), scope="shop", actor="test")
    some = Conversation.objects.filter(shop=shop, external_id="c-1005").values_list("pk", flat=True)
    begin_bulk(shop, lead, "priority", "P3", list(some), key="k")
    save_calendar(shop, None, name="青瓷日历", timezone="UTC", hours=USUAL_HOURS, team_id=None, actor="test")
    publish_times(shop, shipped_rows(), author=lead, actor="test")
    create_team(shop, "青瓷小组", lead=lead, members=[lead], actor="test")
    Departure.objects.create(shop=shop, agent=lead, role=Role.AGENT, limit=0)
    endpoint = Endpoint.objects.create(shop=shop, url="https://hooks.porcelain.test/", secret="青瓷密钥")
    Delivery.objects.create(endpoint=endpoint, event="test", payload={"text": "周雨桐"})
    return shop


@pytest.fixture
def stranger(foreign: Shop, client: Client) -> Client:
    other = Shop.objects.create(slug="elsewhere", name="Elsewhere")
    agent = Agent.objects.create_user("boss@elsewhere.test", "x" * 20, "Boss", language="en")
    Membership.objects.create(shop=other, agent=agent, role=Role.ADMIN)
    client.force_login(agent)
    return client


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        else:
            yield f"{namespace}{entry.name}", entry


def _threads_of(conversation: Conversation) -> dict[str, Any]:
    """What hangs on a conversation, for addresses that name it."""
    merge = Merge.objects.get(target=conversation)
    survey = Survey.objects.get(conversation__shop=conversation.shop)
    link = link_of(survey)
    return {
        "attachment_id": Attachment.objects.get(conversation=conversation).pk,
        "held_id": HeldReply.objects.get(conversation=conversation).pk,
        "message_id": conversation.messages.earliest("id").pk,
        "merge_id": merge.pk,
        "reply_id": CannedReply.objects.get(shop=conversation.shop).pk,
        "macro_id": Macro.objects.get(shop=conversation.shop).pk,
        "token": link.rstrip("/").rsplit("/", 1)[-1],
    }


def hang_threads(shop: Shop) -> None:
    """A file, a held reply, a merge, a survey, a canned reply and a macro."""
    agent = Agent.objects.get(email="agent@porcelain.test")
    admin = Agent.objects.get(email="admin@porcelain.test")
    target = Conversation.objects.get(shop=shop, external_id="c-1001")
    other = open_conversation(shop, "c-9001", customer=target.customer, actor="test")
    receive_message(other, "还有一件事", key="m")
    merge(other, target, agent)
    upload(target, "周雨桐.txt", "周雨桐".encode(), agent=agent, actor="test")
    hold_reply(target, agent, "您好,周雨桐", key="held")
    asks = {"need_outcome": False, "need_cause": False, "need_note": False, "ask_customer": True}
    set_close_rules(shop, admin, **asks, ask_days=7, causes=[])
    closed = Conversation.objects.get(shop=shop, external_id="c-1010")
    close(closed, outcome="satisfied", actor=f"agent-{agent.pk}")
    save_canned(shop, admin, Place(), shortcut="x", title="周雨桐", text="周雨桐", language="zh")
    save_macro(shop, admin, Place(), name="周雨桐", text="周雨桐", language="zh", steps={})


def ask_for_something(shop: Shop, lead: Agent) -> None:
    """A request that waits, and a deputy."""
    agent = Agent.objects.get(email="agent@porcelain.test")
    conversation = Conversation.objects.get(shop=shop, external_id="c-1003")
    ask(conversation, Asking("coupon", Decimal(80), "CNY", "周雨桐"), requester=agent, key="k")
    now = timezone.now()
    until = now + timedelta(days=3)
    name_deputy(shop, lead, lead.pk, deputy_id=agent.pk, starts_at=now, ends_at=until, away=False)


def addresses(shop: Shop) -> list[Address]:
    """Every page and fragment; an id of a kind unknown here stops the test, so that none is left out."""
    conversation = Conversation.objects.filter(shop=shop, external_id="c-1001").get()
    tree = {
        "steps": [{"key": "1", "question": "?", "answers": [{"label": "x", "next": "A"}]}],
        "ends": [{"key": "A", "kind": "fixed", "text": "青瓷壶修好了"}],
    }
    post(
        shop.pk,
        key="青瓷",
        state="promised",
        amount=Decimal(20),
        currency="CNY",
        remedy="coupon",
        conversation_id=conversation.pk,
    )
    guide = save_guide(shop, "g", {"title": "青瓷壶漏水", **tree}, actor="test")[0]
    ids = {
        "conversation_id": conversation.pk,
        "customer_id": conversation.customer_id,
        "order_id": Order.objects.filter(customer=conversation.customer).latest("id").pk,
        "agent_id": Membership.objects.filter(shop=shop, role=Role.AGENT).get().agent_id,
        "team_id": Team.objects.filter(shop=shop).latest("id").pk,
        "departure_id": Departure.objects.get(shop=shop).pk,
        "endpoint_id": Endpoint.objects.get(shop=shop).pk,
        "delivery_id": Delivery.objects.get(endpoint__shop=shop).pk,
        "code": "MQ",
        "membership_id": Membership.objects.filter(shop=shop, role=Role.AGENT).get().pk,
        "version_id": PackVersion.objects.filter(pack__shop=shop).get().pk,
        "tryout_id": TryOut.objects.filter(version__pack__shop=shop).get().pk,
        "turn_id": Turn.objects.create(
            conversation=conversation,
            message=conversation.messages.earliest("id"),
            at=timezone.now(),
            mode="suggest",
            kind="answer",
            version="1",
        ).pk,
        "gap_id": Gap.objects.create(
            shop=shop, title="釉会掉吗", first_at=timezone.now(), last_at=timezone.now()
        ).pk,
        "article_id": Article.objects.filter(shop=shop).get().pk,
        "rule_id": "carrier-stalled-48h",
        "calendar_id": Calendar.objects.get(shop=shop).pk,
        "number": TimesTable.objects.get(shop=shop).number,
        "sheet_id": save_sheet(shop, "washer", {"title": "青瓷壶"}, actor="test")[0].pk,
        "token": guide.token,
        "digest": "0" * 64,
        "guide_id": guide.pk,
        "walk_id": start_walk(guide, conversation=conversation).pk,
        "entry_id": Entry.objects.filter(shop=shop).get().pk,
        "promise_id": Promise.objects.filter(shop=shop).latest("id").pk,
        "crisis_id": Crisis.objects.filter(shop=shop).latest("id").pk,
        "wording_id": Wording.objects.create(conversation=conversation, task="draft").pk,
        "view_id": SavedView.objects.filter(shop=shop).get().pk,
        "label_id": Label.objects.filter(shop=shop).get().pk,
        "run_id": BulkRun.objects.filter(shop=shop).get().pk,
        "request_id": ApprovalRequest.objects.get(shop=shop).pk,
        "cover_id": Cover.objects.get(shop=shop).pk,
        **_threads_of(conversation),
        "token_id": ApiToken.objects.filter(shop=shop).get().pk,
    }
    found = []
    for name, pattern in patterns(get_resolver()):
        if name.startswith(CUSTOMERS_DOORS):
            continue
        wanted = {key: ids[key] for key in pattern.pattern.converters}
        found.append(Address(name, reverse(name, kwargs=wanted), bool(wanted)))
    assert len(found) > 25
    return found


def contents(shop: Shop) -> str:
    """Everything of the shop, to compare before and after."""
    rows: list[Any] = []
    for model in apps.get_models():
        if not model._meta.app_label.startswith(
            (
                "people",
                "commerce",
                "conversations",
                "knowledge",
                "copilot",
                "promises",
                "policies",
                "webhook",
                "approvals",
                "ledger",
                "sla",
                "routing",
                "bot",
                "webchat",
                "helpcentre",
            )
        ):
            continue
        if model is ReadMark:
            continue
        for key in (
            "shop_id",
            "conversation__shop_id",
            "order__shop_id",
            "parcel__order__shop_id",
            "pack__shop_id",
            "article__shop_id",
            "version__pack__shop_id",
        ):
            with contextlib.suppress(FieldError):
                rows.extend(model._default_manager.filter(**{key: shop.pk}).order_by("pk"))
    assert len(rows) > 100
    return serializers.serialize("json", rows)


def body_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode(errors="replace"))


def no_foreign_data(body: str) -> bool:
    return not any(text in body for text in FOREIGN)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_stranger_gets_nothing(foreign: Shop, stranger: Client, method: str, htmx: bool) -> None:
    everything = addresses(foreign)
    before = contents(foreign)
    headers = {"HX-Request": "true"} if htmx else {}
    for address in everything:
        if address.name in OPEN_TO_ALL:
            continue
        data = {
            "text": "x",
            "kind": "reply",
            "key": "k",
            "issue": "praise",
            "remedy": "expedite",
            "shop": foreign.pk,
        }
        answer = getattr(stranger, method)(address.path, data, headers=headers)
        if address.has_id:
            assert answer.status_code in (404, 405), f"{method} {address.path}: {answer.status_code}"
        assert answer.status_code < 500, address.path
        assert no_foreign_data(body_of(answer)), f"{method} {address.path}"
    assert contents(foreign) == before


def test_nobody_gets_in_without_signing_in(foreign: Shop, client: Client) -> None:
    everything = addresses(foreign)
    before = contents(foreign)
    for address in everything:
        if address.name in OPEN_TO_ALL:
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(address.path)
            assert answer.status_code in (302, 405), f"{method} {address.path}: {answer.status_code}"
            assert no_foreign_data(body_of(answer))
            if answer.status_code == 302:
                assert answer["Location"].startswith("/sign-in/?next=")
    assert contents(foreign) == before


def test_a_fragment_of_an_ended_session_sends_the_page_to_sign_in(foreign: Shop, client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox/?view=mine&q=a"}
    answer = client.get(reverse("conversations:alerts"), headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/?next=/inbox/%3Fview%3Dmine%26q%3Da"


@pytest.mark.parametrize(("mailbox", "read"), [("agent", 403), ("lead", 200)])
def test_leads_read_the_bots_pages_and_agents_do_not(
    foreign: Shop, client: Client, mailbox: str, read: int
) -> None:
    client.force_login(Agent.objects.get(email=f"{mailbox}@porcelain.test"))
    paths = [address.path for address in addresses(foreign) if address.name in LEADS_ONLY]
    before = contents(foreign)
    assert len(paths) == len(LEADS_ONLY)
    for path in paths:
        assert client.get(path).status_code == read, path
        assert client.post(path, {"0": "answer"}).status_code in (403, 405), path
    assert contents(foreign) == before


@pytest.mark.parametrize("mailbox", ["agent", "lead"])
def test_only_admins_reach_the_admins_pages(foreign: Shop, client: Client, mailbox: str) -> None:
    client.force_login(Agent.objects.get(email=f"{mailbox}@porcelain.test"))
    everything = addresses(foreign)
    before = contents(foreign)
    for address in everything:
        if address.name not in ADMINS_ONLY:
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(address.path, {"role": "admin", "limit": "9", "remove": "1"})
            assert answer.status_code in (403, 405), f"{method} {address.path}: {answer.status_code}"
    assert contents(foreign) == before


def _api_operations(client: Client) -> Iterator[tuple[str, str]]:
    schema = json.loads(client.get("/api/v1/openapi.json").content)
    for path, operations in schema["paths"].items():
        for method in operations:
            yield method, path


def test_a_token_opens_its_own_shop_only(foreign: Shop, client: Client) -> None:
    other = Shop.objects.create(slug="elsewhere", name="Elsewhere")
    from goldseam.people.actions import SCOPES

    _, secret = issue_token(other, "key", SCOPES, actor="test")
    ids = {"conversations": "c-1001", "orders": "313021098900", "customers": "u-0", "products": "SKU-0"}
    before = contents(foreign)
    seen = 0
    for method, path in _api_operations(client):
        kind = path.removeprefix("/api/v1/").split("/")[0]
        filled = path.replace("{external_id}", ids.get(kind, "1"))
        while "{" in filled:
            filled = filled[: filled.index("{")] + "1" + filled[filled.index("}") + 1 :]
        call = getattr(client, method)
        body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
        bare = call(filled, **body)
        assert bare.status_code == 401, f"{method} {filled}: {bare.status_code}"
        answer = call(filled, headers={"Authorization": f"Bearer {secret}"}, **body)
        assert answer.status_code < 500, f"{method} {filled}"
        assert no_foreign_data(body_of(answer)), f"{method} {filled}"
        seen += 1
    assert seen >= 5
    assert contents(foreign) == before
