"""Colleagues who are named in a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from goldseam.conversations.models import Mention, Message
from goldseam.core.live import announce
from goldseam.people.queries import agents_of

if TYPE_CHECKING:
    from goldseam.people.models import Agent


def named_in(text: str, people: list[Agent]) -> list[Agent]:
    """The people whose names stand behind an @, the longest name that fits each time."""
    by_length = sorted((person for person in people if person.name), key=lambda person: -len(person.name))
    found: dict[int, Agent] = {}
    place = text.find("@")
    while place >= 0:
        person = next((one for one in by_length if text.startswith(one.name, place + 1)), None)
        if person is not None:
            found[person.pk] = person
        place = text.find("@", place + 1)
    return list(found.values())


def mention(message: Message, shop_id: int, writer: Agent) -> None:
    """Remember who is named in a new note, and tell their browsers. Nobody mentions themselves."""
    if "@" not in message.text:
        return
    named = [one for one in named_in(message.text, list(agents_of(shop_id))) if one.pk != writer.pk]
    Mention.objects.bulk_create([Mention(message=message, agent=one) for one in named], ignore_conflicts=True)
    announce(shop_id, *(f"mentions-{one.pk}" for one in named))


@transaction.atomic
def take_news(agent: Agent, shop_id: int) -> list[Mention]:
    """The mentions a person has not been told of, in one shop; asked again, there are none."""
    news = list(
        Mention.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("message__author", "message__conversation__customer")
        .filter(agent=agent, message__conversation__shop_id=shop_id, told_at=None)[:20]
    )
    Mention.objects.filter(pk__in=[row.pk for row in news]).update(told_at=timezone.now())
    return news


def see_mentions(agent: Agent, conversation_id: int, shop_id: int) -> None:
    """The person has the conversation open: what mentioned them there is seen."""
    seen = Mention.objects.filter(agent=agent, message__conversation_id=conversation_id, seen_at=None).update(
        seen_at=timezone.now(), told_at=timezone.now()
    )
    if seen:
        announce(shop_id, f"mentions-{agent.pk}")
