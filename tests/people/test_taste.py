"""Own keys, own look, invitations, teams on their pages, handing over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goldseam.conversations.models import Conversation
from goldseam.core import frame
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.core.models import AuditEntry
from goldseam.people import queries, taste
from goldseam.people.models import Agent, Membership, Shop, Team
from tests.journeys.shop import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(porcelain: Shop) -> Shop:
    return porcelain


def person(mailbox: str = "agent") -> Agent:
    return Agent.objects.get(email=f"{mailbox}@porcelain.test")


@pytest.fixture
def admin(client: Client, shop: Shop) -> Client:
    client.force_login(person("admin"))
    return client


@pytest.mark.parametrize("key", ["q", "shift+q", "mod+j", "alt+1", "q w", "F8", ";", "€"])
def test_a_free_key_is_taken(shop: Shop, key: str) -> None:
    agent = person()
    taste.choose_key(agent, "assign", key)
    assert frame.keys_of(person().keys)["assign"] == key
    taste.reset_key(agent, "assign")
    assert person().keys == {}


@pytest.mark.parametrize(
    "key",
    [
        "Escape",
        "Enter",
        "Tab",
        "mod+c",
        "mod+t",
        "mod+Enter",
        "F5",
        "ArrowDown",
        "q Enter",
        "a b c",
        "mod+",
        "qq",
    ],
)
def test_keys_of_browsers_and_fields_are_refused(shop: Shop, key: str) -> None:
    with pytest.raises(DomainError):
        taste.choose_key(person(), "assign", key)
    assert person().keys == {}


@pytest.mark.parametrize(
    ("key", "rival"), [("e", "close"), ("mod+k", "palette"), ("g", "go-"), ("e e", "close")]
)
def test_a_key_in_use_names_its_action(shop: Shop, key: str, rival: str) -> None:
    with pytest.raises(Conflict) as refused:
        taste.choose_key(person(), "assign", key)
    labels = [str(a.label) for a in frame.actions() if a.id.startswith(rival)]
    assert any(label in refused.value.message for label in labels)


def test_an_action_can_be_without_a_key_and_give_it_away(shop: Shop) -> None:
    agent = person()
    taste.choose_key(agent, "close", "")
    taste.choose_key(agent, "assign", "e")
    assert frame.keys_of(agent.keys) | {"close": "", "assign": "e"} == frame.keys_of(agent.keys)
    with pytest.raises(Conflict):
        taste.reset_key(agent, "close")
    taste.reset_keys(agent)
    assert person().keys == {}
    for wrong in ("send", "no-such-action"):
        with pytest.raises(NotFound):
            taste.choose_key(agent, wrong, "q")


def test_the_page_of_keys_says_what_is_in_the_way(shop: Shop, client: Client) -> None:
    client.force_login(person())
    address = reverse("people:keys")
    assert client.post(address, {"action": "assign", "key": "q"}).status_code == 302
    assert person().keys == {"assign": "q"}
    taken = client.post(address, {"action": "assign", "key": "e"})
    assert taken.status_code == 409
    assert 'role="alert"' in taken.content.decode()
    assert client.post(address, {"action": "nothing", "key": "e"}).status_code == 404
    assert client.post(address, {"reset_all": "1"}).status_code == 302
    assert person().keys == {}


def test_an_invited_person_chooses_a_password_once(admin: Client, shop: Shop) -> None:
    given = {"email": "zhou@porcelain.test", "name": "周周", "password": "", "role": "agent", "limit": "30"}
    page = admin.post(reverse("people:people"), given, follow=True)
    address = page.context["invitation"]["address"]
    guest = Client()
    assert "周周" in guest.get(address).content.decode()
    short = {"new_password1": "kurz", "new_password2": "kurz"}
    assert guest.post(address, short).status_code == 400
    good = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert guest.post(address, good).status_code == 302
    assert guest.get("/inbox/").status_code == 200
    assert guest.get(address).status_code == 404
    assert Client().post(address, good).status_code == 404
    assert AuditEntry.objects.filter(verb="person.joined").count() == 1
    assert queries.invitation_of(person()) is None
    for broken in ("x/y", "MQ/abc-def", "-1/0", "😀/1"):
        assert Client().get(f"/join/{broken}/").status_code == 404


def test_an_invitation_ends(admin: Client, shop: Shop, settings: Any) -> None:
    waiting = Agent.objects.create_user("new@porcelain.test", None, "New")
    parts = queries.invitation_of(waiting)
    assert parts is not None
    assert queries.invited(*parts) == waiting
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert queries.invited(*parts) is None


def test_what_somebody_had_open_goes_to_the_heir(admin: Client, shop: Shop) -> None:
    leaving, heir = person(), person("lead")
    Conversation.objects.update(assignee=leaving)
    still_open = set(Conversation.objects.exclude(status="closed").values_list("pk", flat=True))
    place = Membership.objects.get(agent=leaving)
    answer = admin.post(reverse("people:role", args=[place.pk]), {"remove": "1", "heir": heir.pk})
    assert answer.status_code == 302
    assert set(Conversation.objects.filter(assignee=heir).values_list("pk", flat=True)) == still_open
    assert AuditEntry.objects.filter(verb="conversation.assigned").count() >= len(still_open)
    gone = queries.departures_from(shop.pk)
    assert [row.agent for row in gone] == [leaving]
    assert admin.post(reverse("people:bring_back", args=[gone[0].pk])).status_code == 302
    assert Membership.objects.get(agent=leaving).role == place.role


def test_teams_on_their_page(admin: Client, shop: Shop) -> None:
    lead, agent = person("lead"), person()
    given = {"name": "售后一组", "lead": lead.pk, "members": [agent.pk]}
    assert admin.post(reverse("people:teams"), given).status_code == 302
    team = Team.objects.get()
    assert list(queries.members_of(team.pk)) == [agent]
    assert admin.post(reverse("people:teams"), given).status_code == 409
    stranger = Agent.objects.create_user("x@elsewhere.test", None, "X")
    assert admin.post(reverse("people:teams"), given | {"name": "b", "lead": stranger.pk}).status_code == 400
    page = reverse("people:team", args=[team.pk])
    assert admin.post(page, {"name": "二组", "lead": "", "members": []}).status_code == 302
    team.refresh_from_db()
    assert (team.name, team.lead) == ("二组", None)
    assert admin.post(page, {"delete": "1"}).status_code == 302
    assert not Team.objects.exists()


def test_away_from_the_top_bar(shop: Shop, client: Client) -> None:
    agent = person()
    client.force_login(agent)
    address = reverse("people:away")
    fragment = client.post(address, {"span": "30"}, headers={"HX-Request": "true"})
    assert 'data-state="away"' in fragment.content.decode()
    until = person().away_until
    assert until is not None
    assert timedelta(minutes=29) < until - timezone.now() < timedelta(minutes=31)
    assert client.post(address, {"span": "moment", "until": "2020-01-01T10:00"}).status_code == 400
    assert client.post(address, {"span": "moment"}).status_code == 400
    assert client.post(address, {"span": "forever"}).status_code == 400
    assert client.post(address, {"span": "open"}).status_code == 302
    assert person().away_until is None
    assert client.post(address, {"back": "1"}).status_code == 302
    assert queries.is_available(person())


def test_the_shop_changes_its_facts(admin: Client, shop: Shop) -> None:
    given = {"name": "青瓷", "language": "en", "timezone": "UTC", "currency": "eur"}
    assert admin.post(reverse("people:shop"), given).status_code == 302
    shop.refresh_from_db()
    assert (shop.name, shop.language, shop.timezone, shop.currency) == ("青瓷", "en", "UTC", "EUR")
    entry = AuditEntry.objects.get(verb="shop.changed")
    assert entry.before["name"] == "青瓷生活馆"
    for wrong in ({"currency": "1"}, {"timezone": "Mars/Base"}, {"name": ""}, {"language": "tlh"}):
        assert admin.post(reverse("people:shop"), given | wrong).status_code == 400


def test_look_is_kept_by_the_server(shop: Shop, client: Client) -> None:
    client.force_login(person())
    assert client.post(reverse("people:theme"), {"theme": "dark"}).status_code == 204
    assert person().theme == "dark"
    assert client.post(reverse("people:theme"), {"theme": "pink"}).status_code == 400
