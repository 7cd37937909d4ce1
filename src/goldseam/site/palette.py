"""What the palette finds in the shop: colleagues, customers with their orders, conversations, articles.

Each part asks the room that owns it, so that its gates hold; nothing of another shop can be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from goldseam.conversations.inbox import inbox_page
from goldseam.core.http import PageRequest
from goldseam.knowledge.queries import search as search_articles
from goldseam.people.queries import agents_of

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation

EACH = 5
_MAX_WORDS = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of the palette: where it leads, what it is called, what helps to tell it from others."""

    href: str
    label: str
    icon: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind under its name."""

    name: str
    hits: tuple[Hit, ...]


@require_GET
def palette(request: PageRequest) -> HttpResponse:
    """The options for the words typed so far, as a fragment."""
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:_MAX_WORDS]
    groups = [group for group in _groups(request, words) if group.hits] if words else []
    return render(request, "site/palette_hits.html", {"groups": groups})


def _groups(request: PageRequest, words: str) -> list[Group]:
    shop_id = request.shop.pk
    talks = inbox_page(shop_id, request.user, words=words, size=EACH).rows[:EACH]
    return [
        Group(_("Conversations"), tuple(_conversation(talk, words) for talk in talks)),
        Group(_("Orders"), _orders(talks, words)),
        Group(_("People"), _people(shop_id, words)),
        Group(_("Articles"), _articles(shop_id, words)),
    ]


def _conversation(talk: Conversation, words: str) -> Hit:
    name = talk.customer.name if talk.customer else talk.external_id
    note = " · ".join(part for part in (talk.snippet, str(talk.get_status_display())) if part)
    return Hit(reverse("conversations:page", args=[talk.pk]), name, "message", note[:80])


def _orders(talks: list[Conversation], words: str) -> tuple[Hit, ...]:
    """The order that the words name, by the conversation about it."""
    named = {talk.order.external_id: talk for talk in talks if talk.order and words in talk.order.external_id}
    return tuple(
        Hit(
            reverse("conversations:page", args=[talk.pk]),
            number,
            "package",
            talk.customer.name if talk.customer else "",
        )
        for number, talk in named.items()
    )


def _people(shop_id: int, words: str) -> tuple[Hit, ...]:
    found = agents_of(shop_id).filter(name__icontains=words)[:EACH]
    return tuple(
        Hit(reverse("people:colleague", args=[agent.pk]), agent.name, "user", agent.email) for agent in found
    )


def _articles(shop_id: int, words: str) -> tuple[Hit, ...]:
    found = search_articles(shop_id, words, EACH)
    hits = (
        found.hits
        if found.sure
        else [hit for hit in found.hits if words.lower() in hit.article.title.lower()]
    )
    return tuple(
        Hit(reverse("knowledge:article", args=[hit.article.pk]), hit.article.title, "book")
        for hit in hits[:3]
    )
