"""Guides to read, write and walk beside a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.commerce.queries import skus_of_order
from goldseam.conversations.queries import access_conversation
from goldseam.core.errors import DomainError, NotFound
from goldseam.core.http import PageRequest
from goldseam.knowledge import guide_actions, guide_reads
from goldseam.knowledge.guide_forms import GuidePage
from goldseam.knowledge.guide_photos import keep_photo, photo
from goldseam.knowledge.guide_tree import drawn
from goldseam.people.queries import Role, require_role

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.knowledge.models import Guide, Walk


@require_GET
def guides(request: PageRequest) -> HttpResponse:
    """All guides of the shop."""
    return render(request, "knowledge/guides.html", {"guides": guide_reads.guides_of(request.shop.pk)})


@require_GET
def guide(request: PageRequest, guide_id: int) -> HttpResponse:
    """One guide drawn as a tree, and what its walks tell."""
    row = guide_reads.access_guide(request.user, guide_id)
    tree = guide_reads.latest_tree(row)
    context = {
        "guide": row,
        "tree": drawn(tree),
        "figures": guide_reads.figures(row),
        "address": request.build_absolute_uri(f"/guide/{row.token}/"),
    }
    return render(request, "knowledge/guide.html", context)


@require_http_methods(["GET", "POST"])
def write_guide(request: PageRequest) -> HttpResponse:
    """A new guide."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    page = _page(request)
    return _saved(request, page, None, f"guide-{get_random_string(10).lower()}")


@require_http_methods(["GET", "POST"])
def edit_guide(request: PageRequest, guide_id: int) -> HttpResponse:
    """Change a guide; the version that was open must still be the latest."""
    row = guide_reads.access_guide(request.user, guide_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    page = (
        _page(request)
        if request.method == "POST"
        else GuidePage(guide=row, tree=guide_reads.latest_tree(row))
    )
    return _saved(request, page, row, row.external_id)


@require_POST
def publish_guide(request: PageRequest, guide_id: int) -> HttpResponse:
    """Open it to customers, or close it."""
    row = guide_reads.access_guide(request.user, guide_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    guide_actions.set_public(row, request.POST.get("public") == "1", request.user.name)
    return redirect("knowledge:guide", row.pk)


@require_POST
def archive_guide(request: PageRequest, guide_id: int) -> HttpResponse:
    """Take it out of use."""
    row = guide_reads.access_guide(request.user, guide_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    guide_actions.archive_guide(row, request.user.name)
    return redirect("knowledge:guides")


@require_GET
def guide_photo(request: PageRequest, digest: str) -> HttpResponse:
    """A photo of a step; its name is its content, so it never changes."""
    answer = HttpResponse(photo(digest), content_type="image/webp")
    answer["Cache-Control"] = "private, max-age=31536000, immutable"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_GET
def beside(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The guides that fit the order in hand, to walk with the customer."""
    conversation = access_conversation(request.user, conversation_id)
    skus = skus_of_order(conversation.order_id) if conversation.order_id else set()
    rows = guide_reads.guides_for(conversation.shop_id, skus)
    return render(request, "knowledge/guides_beside.html", {"conversation": conversation, "guides": rows})


@require_POST
def begin(request: PageRequest, conversation_id: int, guide_id: int) -> HttpResponse:
    """Begin a walk beside a conversation."""
    conversation = access_conversation(request.user, conversation_id)
    row = guide_reads.access_guide(request.user, guide_id)
    if row.shop_id != conversation.shop_id or row.archived_at is not None:
        raise NotFound("There is no such guide.")
    return _walk(
        request, conversation, guide_actions.start_walk(row, conversation=conversation, agent=request.user)
    )


@require_POST
def move(request: PageRequest, conversation_id: int, walk_id: int) -> HttpResponse:
    """Answer a step, choose another answer of an earlier one, or say whether it helped."""
    conversation = access_conversation(request.user, conversation_id)
    walk = guide_reads.walk_beside(conversation, walk_id)
    return _walk(request, conversation, moved(walk, request.POST))


def moved(walk: Walk, said: Any) -> Walk:
    """What a person pressed: "helped" yes or no, or the answer's number at a step."""
    if "helped" in said:
        return guide_actions.say_helped(walk, said["helped"] == "yes")
    number = str(said.get("answer", ""))
    return guide_actions.take_answer(walk, str(said.get("at", "")), int(number) if number.isdecimal() else -1)


def walk_context(walk: Walk) -> dict[str, Any]:
    """A walk for its template: where it stands, and the way there."""
    tree = guide_actions.tree_of(walk)
    here = guide_actions.position(tree, walk.path)
    way = []
    for key, number in walk.path:
        step = tree.step(key)
        if step is not None:
            way.append({"step": step, "answer": step.answers[number]})
    return {
        "walk": walk,
        "guide": walk.version.guide,
        "way": way,
        "step": tree.step(here),
        "end": tree.end(here),
    }


def _walk(request: PageRequest, conversation: Conversation, walk: Walk) -> HttpResponse:
    return render(request, "knowledge/walk.html", walk_context(walk) | {"conversation": conversation})


def _page(request: PageRequest) -> GuidePage:
    return GuidePage(request.POST, request.FILES) if request.method == "POST" else GuidePage()


def _saved(request: PageRequest, page: GuidePage, row: Guide | None, external_id: str) -> HttpResponse:
    if request.method == "POST" and page.is_valid():
        try:
            photos = {key: keep_photo(str(file.name), file.read()) for key, file in page.pictures().items()}
            saved, _changed = guide_actions.save_guide(
                request.shop if row is None else row.shop, external_id, page.values(photos),
                actor=request.user.name, owner=request.user, seen_version=page.form.cleaned_data["version"],
            )  # fmt: skip
        except DomainError as error:
            page.form.add_error(None, _(error.message))
        else:
            return redirect("knowledge:guide", saved.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "knowledge/guide_edit.html", {"page": page, "guide": row}, status=status)
