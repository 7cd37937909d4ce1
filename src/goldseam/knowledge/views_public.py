"""What customers see without signing in: a guide that was opened to them. A walk is known by a random key in
the form, so no cookie is set and nothing of other people can be reached."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from goldseam.core.api import count_call
from goldseam.core.errors import NotFound
from goldseam.knowledge.guide_actions import start_walk
from goldseam.knowledge.guide_photos import photo
from goldseam.knowledge.guide_reads import latest_tree, public_guide, walk_of_key
from goldseam.knowledge.views_guides import moved, walk_context

_PER_MINUTE = 60


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def walk_guide(request: HttpRequest, token: str) -> HttpResponse:
    """The first step, or the next one after an answer. Works without scripts."""
    row = public_guide(token)
    count_call(f"guide-{request.META.get('REMOTE_ADDR', '')}", _PER_MINUTE)
    with translation.override("zh-hans" if row.language == "zh" else "en"):
        key = request.POST.get("walk", "")
        if request.method == "POST" and key:
            walk = walk_of_key(key)
            if walk.version.guide_id != row.pk:
                raise NotFound("There is no such walk.")
            context = walk_context(moved(walk, request.POST))
        elif request.method == "POST":
            context = walk_context(start_walk(row))
        else:
            context = {"guide": row, "step": None, "end": None, "first": latest_tree(row).steps[0], "way": []}
        context["photos"] = f"/guide/{token}/photos/"
        return render(request, "knowledge/guide_public.html", context)


@login_not_required
@require_http_methods(["GET"])
def public_photo(request: HttpRequest, token: str, digest: str) -> HttpResponse:
    """A photo of an open guide."""
    row = public_guide(token)
    if digest not in {step.photo for step in latest_tree(row).steps}:
        raise NotFound("There is no such photo.")
    answer = HttpResponse(photo(digest), content_type="image/webp")
    answer["Cache-Control"] = "public, max-age=86400"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
