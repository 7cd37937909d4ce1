"""The chat's page for admins, the widget's size, the guide for web developers, the made-up shop."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goldseam.channels.webchat.models import Door
from goldseam.channels.webchat.origins import address_of, clean_origin
from goldseam.channels.webchat.setting import door_for
from goldseam.commerce import actions as commerce
from goldseam.commerce.models import Customer, ProofSecret
from goldseam.core.models import AuditEntry
from goldseam.demo.chat import open_chat
from goldseam.people.models import Agent, Membership, Role, Shop
from tests.channels.webchat import make_door

ROOT = Path(__file__).resolve().parents[2]
WIDGET = ROOT / "src/goldseam/channels/webchat/static/webchat/chat.js"


@pytest.fixture
def boss(client: Client, db: None) -> Client:
    shop = Shop.objects.create(slug="s", name="小店")
    agent = Agent.objects.create_user("li@shop.example", None, "小李", language="en")
    Membership.objects.create(shop=shop, agent=agent, role=Role.ADMIN)
    client.force_login(agent)
    return client


FORM = {"active": "on", "origins": "https://shop.example\n\nhttps://SHOP.example:443/\n", "colour": "#2f6b52"}


def test_an_admin_opens_the_door(boss: Client, django_assert_max_num_queries: Any) -> None:
    page = reverse("webchat:door")
    with django_assert_max_num_queries(14):
        assert boss.get(page).status_code == 200
    assert boss.post(page, FORM).status_code == 302
    door = Door.objects.get()
    assert (door.active, door.origins, door.colour) == (True, ["https://shop.example"], "2f6b52")
    text = boss.get(page).content.decode()
    assert f"door=&quot;{door.key}&quot;" in text or f'door="{door.key}"' in text
    entry = AuditEntry.objects.get(verb="chat.changed")
    assert entry.after == {
        "active": True,
        "origins": ["https://shop.example"],
        "colour": "2f6b52",
        "by_mail": False,
    }
    assert boss.post(page, FORM).status_code == 302
    assert AuditEntry.objects.filter(verb="chat.changed").count() == 1, "what stays is not written"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"origins": "shop.example"}, "Line 1: shop.example is no origin"),
        ({"origins": "https://shop.example/cart"}, "is no origin"),
        ({"origins": "https://shop.example\njavascript:alert(1)"}, "Line 2"),
        ({"origins": ""}, "Name at least one page"),
        ({"origins": "\n".join(f"https://s{n}.example" for n in range(31))}, "At most 30"),
        ({"colour": "#ffe08a"}, "Too light: its contrast to a white page is 1.3, 3 is needed"),
        ({"colour": "red"}, "Write the colour like"),
        ({"greeting_en": "x" * 301}, "300"),
    ],
)
def test_wrong_settings_are_refused_with_a_remedy(boss: Client, change: dict[str, str], said: str) -> None:
    answer = boss.post(reverse("webchat:door"), FORM | change)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Door.objects.get().active is False


def test_the_secret_is_shown_once(boss: Client) -> None:
    page = boss.post(reverse("webchat:secret")).content.decode()
    secret = ProofSecret.objects.get().secret
    assert secret in page
    assert secret not in boss.get(reverse("webchat:door")).content.decode()
    boss.post(reverse("webchat:secret"))
    assert ProofSecret.objects.get().secret != secret


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD])
def test_only_admins_set_it(boss: Client, role: Role) -> None:
    Membership.objects.update(role=role)
    for answer in (
        boss.get(reverse("webchat:door")),
        boss.post(reverse("webchat:door"), FORM),
        boss.post(reverse("webchat:secret")),
    ):
        assert answer.status_code == 403
    assert not ProofSecret.objects.exists()


def test_strangers_see_no_other_end(boss: Client) -> None:
    from goldseam.conversations import actions

    shop = make_door("t").shop
    other = actions.open_conversation(shop, "chat-1", channel="webchat", actor="test")
    assert boss.get(reverse("webchat:standing", args=[other.pk])).status_code == 404
    assert Client().get(reverse("webchat:standing", args=[other.pk])).status_code == 302


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("https://Shop.Example", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("https://*.shop.example", "https://*.shop.example"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("ftp://shop.example", None),
        ("https://user@shop.example", None),
        ("https://*", None),
        ("https://a.*.example", None),
        ("https://shop.example:99999", None),
        ("null", None),
    ],
)
def test_origins(line: str, clean: str | None) -> None:
    assert cleaned(line) == clean


def cleaned(line: str) -> str | None:
    try:
        return clean_origin(line)
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("address", "counted"),
    [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"), ("", ""), ("unix", "unix")],
)
def test_callers_are_counted_by_address_or_network(rf: Any, address: str, counted: str) -> None:
    assert address_of(rf.get("/", REMOTE_ADDR=address)) == counted


def test_the_widget_is_small_and_sets_nothing_inline() -> None:
    text = WIDGET.read_text("utf-8")
    assert len(gzip.compress(text.encode(), 9)) < 20_000
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "import(",
        ".cookie",
        "cssText",
    ):
        assert word not in text, word


def test_every_word_of_the_widget_is_said_and_no_other() -> None:
    from goldseam.channels.webchat.words import widget_words

    text = WIDGET.read_text("utf-8")
    used = set(re.findall(r"words\.(\w+)", text)) | set(re.findall(r"words\[`(\w+)_", text))
    words = set(widget_words())
    assert {name for name in used if name not in words and f"{name}_none" not in words} == set()
    indirect = {"sent", "seen"} | {name for name in words if name.startswith("reason_")}
    assert words - used - indirect == set()


def snippet(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / "docs/webchat.md").read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


@pytest.mark.django_db
def test_the_guides_python_signs_what_the_door_takes() -> None:
    shop = make_door().shop
    secret = commerce.rotate_proof_secret(shop, actor="test")
    names: dict[str, Any] = {}
    exec(snippet("python"), names)
    for customer in ("u-1", "u-新", 'u-"quoted"'):
        token = names["chat_token"](secret, customer)
        assert commerce.customer_of_token(shop, token).external_id == customer


@pytest.mark.django_db
def test_the_made_up_shop_shows_it(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"home": tmp_path, "mode": "demo"})
    door = make_door("demo")
    page = "/shop/demo/"
    door.delete()
    assert client.get(page).status_code == 404
    open_chat(door.shop)
    secret = ProofSecret.objects.get().secret
    open_chat(door.shop)
    assert ProofSecret.objects.get().secret == secret, "a second start changes nothing"
    from django.utils import timezone

    customer = Customer.objects.get()
    customer.orders.update(placed_at=timezone.now())
    text = client.get(page).content.decode()
    assert f'door="{door_for(door.shop).key}"' in text
    assert "token=" not in text
    text = client.get(page, {"customer": "u-1"}).content.decode()
    token = re.search(r'token="([^"]+)"', text)
    assert token
    assert commerce.customer_of_token(door.shop, token[1]) == customer
    assert "token=" not in client.get(page, {"customer": "u-none"}).content.decode()
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"mode": "production"})
    assert client.get(page).status_code == 404
