"""The pages: what leads see and do, in both languages, with exact words for what is wrong."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from goldseam.people.actions import set_language
from goldseam.people.models import Agent, Shop
from goldseam.policies import actions
from goldseam.policies.excel import write_pack
from goldseam.policies.models import PackVersion
from goldseam.workshop.load_terms import shipped_pack
from tests.policies.test_versions import gift, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(shop: Shop, author: Agent) -> PackVersion:
    return actions.start_draft(shop, "default", author)


@pytest.fixture
def desk(client: Client, author: Agent) -> Client:
    set_language(author, "en")
    client.force_login(author)
    return client


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"policies:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def form_of(body: str) -> dict[str, Any]:
    """What a browser would send of the rule's form as it stands."""
    form = body[body.index('class="rule-form"') :]
    form = form[: form.index("</form>")]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]+>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            sent.setdefault(name[1], []).append(value[1] if value else "")
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        sent.setdefault(name, []).append(chosen[1] if chosen else re.search(r'value="([^"]*)"', inner)[1])
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [text]
    from html import unescape

    return {name: [unescape(v) for v in values] for name, values in sent.items()}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens(desk: Client, author: Agent, lead: Agent, shop: Shop, language: str) -> None:
    actions.publish(submitted(shop, author), lead)
    version = submitted(shop, author, name="more")
    set_language(author, language)
    for name in ("version", "difference", "head"):
        page(desk, name, version.pk)
    for only in ("", "findings", "changed"):
        page(desk, "version", version.pk, only=only, q="7", issue="invoice", remedy="gift")
    for name in ("shipped", "export_shipped"):
        answer = desk.get(reverse(f"policies:{name}"), {"base": "default-en"})
        assert answer.status_code == 200
    page(desk, "packs")
    actions.take_back(version, author)
    for row in version.body["rules"][:3]:
        page(desk, "rule", version.pk, row["id"])
    page(desk, "new_rule", version.pk)


def test_agents_do_not_get_in(client: Client, helper: Agent, draft: PackVersion) -> None:
    client.force_login(helper)
    for name, args in (("packs", []), ("shipped", []), ("version", [draft.pk]), ("export", [draft.pk])):
        assert client.get(reverse(f"policies:{name}", args=args)).status_code == 403
    assert client.post(reverse("policies:start"), {"base": "default-en"}).status_code == 403
    assert PackVersion.objects.count() == 1


def test_a_rule_saved_as_it_stands_changes_nothing(desk: Client, draft: PackVersion) -> None:
    """Every shipped rule goes through the form and comes back the same."""
    for row in draft.body["rules"]:
        address = reverse("policies:rule", args=[draft.pk, row["id"]])
        sent = form_of(desk.get(address).content.decode())
        answer = desk.post(address, sent)
        assert answer.status_code == 302, row["id"]
    draft.refresh_from_db()
    assert draft.revision == 0
    assert draft.body["rules"] == shipped_pack("default")["rules"]


def test_a_rule_is_edited(desk: Client, draft: PackVersion) -> None:
    address = reverse("policies:rule", args=[draft.pk, "delay-compensation"])
    sent = form_of(desk.get(address).content.decode())
    sent |= {
        "amount.value": ["6%"],
        "amount.cap": ["25"],
        "grants.agent": ["20"],
        "grants.lead": ["no limit"],
    }
    sent["field"][-1], sent["value"][-1] = "signals", "not: fraud_suspect"
    answer = desk.post(address, sent)
    assert answer.status_code == 302
    draft.refresh_from_db()
    rule = next(r for r in draft.body["rules"] if r["id"] == "delay-compensation")
    assert rule["amount"] == {"kind": "share", "value": 0.06, "cap": 25}
    assert rule["grants"] == {"agent": 20, "lead": None}
    assert rule["when"]["signals"] == {"none": ["fraud_suspect"]}
    body = page(desk, "difference", draft.pk)
    for text in ("delay-compensation", "6 % of the order", "no limit", "not: fraud_suspect"):
        assert text in body
    assert "A gift beyond authority: Lead may grant 500 per case, here ∞." in page(desk, "version", draft.pk)


def test_bad_cells_are_named_in_the_form(desk: Client, draft: PackVersion) -> None:
    address = reverse("policies:new_rule", args=[draft.pk])
    sent = {
        "revision": "0",
        "id": "late",
        "effect": "allow",
        "remedy": ["coupon"],
        "payer": "seller",
        "field": ["stalled_hours", "tier"],
        "value": ["a lot", "vip"],
        "amount.kind": "share",
        "amount.value": "much",
        "words.zh": "<script>alert(1)</script>",
    }
    answer = desk.post(address, sent)
    body = answer.content.decode()
    assert answer.status_code == 400
    assert "A range is written as 7..30, 24.. or ..7." in body
    assert "“much” is not a number" in body
    assert "a lot" in body
    assert "<script>alert(1)" not in body
    sent |= {"value": ["24..", "vip"], "amount.value": "0.05", "id": "Late Rule"}
    body = desk.post(address, sent).content.decode()
    assert "“Late Rule” cannot be a name" in body
    assert desk.post(address, sent | {"id": "late"}).status_code == 302
    assert desk.post(address, sent | {"id": "other"}).status_code == 409


def test_rules_are_switched_and_removed(desk: Client, draft: PackVersion) -> None:
    address = reverse("policies:switch", args=[draft.pk, "invoice-asked"])
    desk.post(address, {"revision": 0, "off": 1})
    assert "Disabled" in page(desk, "version", draft.pk, q="invoice-asked")
    desk.post(address, {"revision": 1, "on": 1})
    desk.post(address, {"revision": 2, "remove": 1})
    assert "No rule fits" in page(desk, "version", draft.pk, q="invoice-asked")
    assert desk.post(address, {"revision": "x"}).status_code == 400


def test_authority_is_edited(desk: Client, draft: PackVersion) -> None:
    address = reverse("policies:head", args=[draft.pk])
    sent = form_of(desk.get(address).content.decode()) | {"authority.lead.per_case": ["800"]}
    sent["classes"] = ["wine: 红酒, 白酒"]
    answer = desk.post(address, sent)
    assert answer.status_code == 400  # rules still name the classes that were taken away
    assert "“custom” is not known here" in answer.content.decode()
    sent["classes"] = [form_of(desk.get(address).content.decode())["classes"][0] + "\nwine: 红酒, 白酒"]
    assert desk.post(address, sent).status_code == 302
    draft.refresh_from_db()
    assert draft.body["authority"]["lead"]["per_case"] == 800
    assert draft.body["product_classes"]["wine"] == ["红酒", "白酒"]
    assert (
        desk.post(address, sent | {"revision": ["1"], "authority.bot.per_day": ["many"]}).status_code == 400
    )


def test_the_whole_way_into_force_and_back(client: Client, author: Agent, lead: Agent, shop: Shop) -> None:
    client.force_login(author)
    client.post(reverse("policies:start"), {"base": "default"})
    draft = PackVersion.objects.get()
    actions.put_rule(draft, author, gift(), revision=0)
    step = reverse("policies:step", args=[draft.pk])
    client.post(step, {"step": "submit", "note": "gifts"})
    assert client.post(step, {"step": "publish"}).status_code == 403
    client.force_login(lead)
    assert client.post(step, {"step": "publish"}).status_code == 302
    assert client.post(step, {"step": "publish"}).status_code == 409
    assert client.post(step, {"step": "nonsense"}).status_code == 400
    answer = client.post(reverse("policies:roll_back"), {"base": "default"}, follow=True)
    assert f"default@{shipped_pack('default')['version']}" in answer.content.decode()
    client.post(reverse("policies:start"), {"source": draft.pk})
    second = PackVersion.objects.get(number=2)
    client.post(reverse("policies:step", args=[second.pk]), {"step": "discard"})
    assert client.post(reverse("policies:start"), {"base": "nonsense"}).status_code == 404


@pytest.mark.parametrize(
    ("language", "words", "back"),
    [
        ("zh-hans", "放宽或删去了禁止类规则", "禁止的比现行版本少"),
        ("en", "removes or loosens rules that forbid", "Forbids less than what is in force"),
    ],
)
def test_who_has_to_approve_a_lost_ban_is_said_before_anybody_tries(
    client: Client, author: Agent, lead: Agent, boss: Agent, shop: Shop, language: str, words: str, back: str
) -> None:
    for person in (author, lead, boss):
        person.language = language
        person.save(update_fields=["language"])
    client.force_login(author)
    draft = actions.start_draft(shop, "default", author)
    client.post(
        reverse("policies:switch", args=[draft.pk, "crisis-no-money"]), {"remove": "", "revision": "0"}
    )
    written = page(client, "version", draft.pk)
    assert words in written
    assert "crisis-no-money" in written
    step = reverse("policies:step", args=[draft.pk])
    client.post(step, {"step": "submit", "note": "n"})
    client.force_login(lead)
    waiting = page(client, "version", draft.pk)
    assert words in waiting
    assert 'value="publish"' not in waiting
    assert client.post(step, {"step": "publish"}).status_code == 403
    client.force_login(boss)
    assert 'value="publish"' in page(client, "version", draft.pk)
    assert client.post(step, {"step": "publish"}).status_code == 302
    client.post(reverse("policies:roll_back"), {"base": "default"})
    client.force_login(author)
    ban = next(r for r in shipped_pack("default")["rules"] if r["id"] == "crisis-no-money")
    strict = actions.put_rule(
        actions.start_draft(shop, "default", author, source=PackVersion.objects.get()),
        author,
        ban,
        revision=0,
    )
    actions.publish(actions.submit(strict, author), lead)
    assert back in page(client, "packs")
    answer = client.post(reverse("policies:roll_back"), {"target": str(draft.pk)})
    assert answer.status_code == 403


def upload(client: Client, draft: PackVersion, content: bytes, revision: int = 0) -> Any:
    given = SimpleUploadedFile("rules.xlsx", content)
    return client.post(reverse("policies:import", args=[draft.pk]), {"file": given, "revision": revision})


def test_a_file_goes_out_and_comes_back(desk: Client, draft: PackVersion) -> None:
    answer = desk.get(reverse("policies:export", args=[draft.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="bowls.default-v1.xlsx"'
    assert upload(desk, draft, answer.content).status_code == 302
    draft.refresh_from_db()
    assert draft.revision == 0
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book["rules"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(3, columns["promise_hours"]).value = 0.5
    sheet.cell(4, columns["amount.kind"]).value = "lots"
    sheet.cell(5, columns["when.stalled_hours"]).value = 48
    stream = io.BytesIO()
    book.save(stream)
    bad = upload(desk, draft, stream.getvalue())
    text = bad.content.decode()
    assert bad.status_code == 400
    assert f"rules!{sheet.cell(5, columns['when.stalled_hours']).coordinate}" in text
    sheet.cell(5, columns["when.stalled_hours"]).value = None
    stream = io.BytesIO()
    book.save(stream)
    text = upload(desk, draft, stream.getvalue()).content.decode()
    assert f"rules!{sheet.cell(4, columns['amount.kind']).coordinate}" in text
    sheet.cell(4, columns["amount.kind"]).value = None
    stream = io.BytesIO()
    book.save(stream)
    assert upload(desk, draft, stream.getvalue()).status_code == 302
    draft.refresh_from_db()
    assert draft.body["rules"][0]["promise_hours"] == 0.5
    assert upload(desk, draft, stream.getvalue()).status_code == 409


@pytest.mark.parametrize(
    "content", [b"", b"no excel", b"PK\x03\x04broken", write_pack(shipped_pack("default"))[:900]]
)
def test_what_is_no_excel_file_is_told(desk: Client, draft: PackVersion, content: bytes) -> None:
    assert upload(desk, draft, content).status_code == 400
