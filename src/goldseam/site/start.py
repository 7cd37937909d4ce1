"""The start page: my day, what I did well, what to learn. Composed of slots; no ranking of people."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from goldseam.conversations import day
from goldseam.copilot.templatetags.codes import issue_name
from goldseam.core.http import PageRequest
from goldseam.knowledge.queries import search as search_articles
from goldseam.people.queries import teams_of_member


@require_GET
def start(request: PageRequest) -> HttpResponse:
    """The page with its slots."""
    hour = timezone.localtime().hour
    part = "morning" if hour < 11 else "day" if hour < 18 else "evening"
    return render(request, "site/start.html", {"part": part})


@require_GET
def today(request: PageRequest) -> HttpResponse:
    """What waits for me, what I promised, what comes back."""
    shop_id, agent = request.shop.pk, request.user
    context = {
        "waiting": day.waiting(shop_id, agent),
        "promised": day.promised(shop_id, agent),
        "back": day.coming_back(shop_id, agent),
    }
    return render(request, "site/start_today.html", context)


@require_GET
def well_done(request: PageRequest) -> HttpResponse:
    """What I mended, and what customers said about it."""
    shop_id, agent, now = request.shop.pk, request.user, timezone.now()
    context = {
        "mended": day.mended(shop_id, agent, now),
        "words": day.kind_words(shop_id, agent, now),
        "teams": teams_of_member(agent, shop_id),
    }
    return render(request, "site/start_well.html", context)


@require_GET
def to_learn(request: PageRequest) -> HttpResponse:
    """Articles about what I meet most, and where people set the copilot right."""
    shop_id, agent, now = request.shop.pk, request.user, timezone.now()
    topics = []
    for issue in day.usual_issues(shop_id, agent, now)[:2]:
        hits = search_articles(shop_id, str(issue_name(issue)), 2).hits
        if hits:
            topics.append({"issue": issue, "hits": hits})
    context = {"topics": topics, "corrected": day.corrected(shop_id, agent, now)}
    return render(request, "site/start_learn.html", context)
