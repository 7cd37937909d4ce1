"""Colleagues named in notes, and the lists that open while one writes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django_htmx.http import trigger_client_event

from goldseam.conversations import actions, queries, threads
from goldseam.core.http import PageRequest
from goldseam.people.queries import agents_of

_FOUND = 8


@require_GET
def mentions(request: PageRequest) -> HttpResponse:
    """The notes that name me."""
    context = {"mentions": threads.mentions_of(request.user, request.shop.pk)}
    return render(request, "conversations/mentions.html", context)


@require_GET
def bell(request: PageRequest) -> HttpResponse:
    """How many I have not opened; news are told once."""
    news = actions.take_news(request.user, request.shop.pk)
    number = threads.unseen_mentions(request.user, request.shop.pk)
    response = render(request, "conversations/bell.html", {"number": number})
    if not news:
        return response
    if len(news) == 1:
        message = news[0].message
        name = message.author.name if message.author else _("Somebody")
        text = _("%(name)s mentioned you: %(text)s") % {"name": name, "text": message.text[:80]}
    else:
        text = ngettext("You were mentioned in %(n)s note.", "You were mentioned in %(n)s notes.", len(news))
        text %= {"n": len(news)}
    return trigger_client_event(response, "goldseam:toast", {"level": "info", "text": text})


@require_GET
def colleagues(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Who can be named with an @: the names that hold what was typed."""
    conversation = queries.access_conversation(request.user, conversation_id)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    people = agents_of(conversation.shop_id).exclude(pk=request.user.pk)
    if words:
        people = people.filter(name__icontains=words)
    return render(request, "conversations/colleagues.html", {"people": people[:_FOUND]})


@require_GET
def emoji(request: PageRequest) -> HttpResponse:
    """Signs to put in, by groups, with their names in the reader's language."""
    column = 1 if (get_language() or "").startswith("zh") else 2
    groups = [(group[column - 1], signs) for group, signs in emoji_groups()]
    rows = [
        (name, [(sign[0], sign[column], f"{sign[1]} {sign[2]}") for sign in signs]) for name, signs in groups
    ]
    return render(request, "conversations/emoji.html", {"groups": rows})


@cache
def emoji_groups() -> tuple[tuple[tuple[str, str], tuple[tuple[str, str, str], ...]], ...]:
    """The shipped signs: groups (Chinese and English name) of (sign, Chinese name, English name)."""
    text = (files("goldseam.conversations") / "data" / "emoji.txt").read_text("utf-8")
    found: list[tuple[tuple[str, str], tuple[tuple[str, str, str], ...]]] = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.split("|")]
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith("="):
            found.append(((parts[0].lstrip("= "), parts[1]), ()))
        else:
            found[-1] = (found[-1][0], (*found[-1][1], (parts[0], parts[1], parts[2])))
    return tuple(found)
