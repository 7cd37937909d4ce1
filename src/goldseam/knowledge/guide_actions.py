"""The writes of guides and of the walks through them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.locks import take_turns
from goldseam.knowledge.guide_tree import Tree, read_tree
from goldseam.knowledge.models import Guide, GuideVersion, Walk

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent, Shop

MAX_PATH = 60


@transaction.atomic
def save_guide(
    shop: Shop,
    external_id: str,
    values: Mapping[str, Any],
    *,
    actor: str,
    owner: Agent | None = None,
    seen_version: int | None = None,
) -> tuple[Guide, bool]:
    """Make or change the guide of this id; returns it and whether anything changed. `values`: title,
    language, skus, steps, ends. Walks under way go on in the version that they began in."""
    tree = read_tree({"steps": values.get("steps", ()), "ends": values.get("ends", ())})
    title = str(values.get("title") or "").strip()[:120]
    if not title:
        raise DomainError(gettext_noop("The title is missing."), field="title")
    language = "en" if values.get("language") == "en" else "zh"
    body = tree.model_dump(mode="json")
    skus = list(values.get("skus") or ())
    take_turns(f"guides-{shop.pk}")
    row = Guide.objects.select_for_update().filter(shop=shop, external_id=external_id).first()
    if seen_version is not None and seen_version != (row.version if row else 0):
        raise Conflict(gettext_noop("A colleague changed this guide meanwhile. Open it again."))
    if row is not None and (row.title, row.language, row.skus, _latest(row).body) == (
        title,
        language,
        skus,
        body,
    ):
        return row, False
    row = row or Guide(
        shop=shop, external_id=external_id, owner=owner, version=0, token=secrets.token_urlsafe(12)
    )
    row.title, row.language, row.skus = title, language, skus
    row.version, row.updated_at = row.version + 1, timezone.now()
    row.save()
    GuideVersion.objects.create(guide=row, number=row.version, body=body, actor=actor, at=row.updated_at)
    audit.record(
        shop.pk, actor, "guide.saved", f"guide-{row.pk}", after={"title": title, "version": row.version}
    )
    return row, True


@transaction.atomic
def set_public(row: Guide, is_public: bool, actor: str) -> None:
    """Let customers walk it (or not any more) at its own address."""
    row = Guide.objects.select_for_update().get(pk=row.pk)
    if row.is_public == is_public:
        return
    row.is_public = is_public
    row.save(update_fields=["is_public"])
    verb = "guide.published" if is_public else "guide.withdrawn"
    audit.record(row.shop_id, actor, verb, f"guide-{row.pk}")


@transaction.atomic
def archive_guide(row: Guide, actor: str) -> None:
    """Take a guide out of use; its walks are kept."""
    row = Guide.objects.select_for_update().get(pk=row.pk)
    if row.archived_at is None:
        row.archived_at, row.is_public = timezone.now(), False
        row.save(update_fields=["archived_at", "is_public"])
        audit.record(row.shop_id, actor, "guide.archived", f"guide-{row.pk}")


@transaction.atomic
def start_walk(row: Guide, *, conversation: Conversation | None = None, agent: Agent | None = None) -> Walk:
    """Begin at the first step; `agent` is None when a customer walks alone."""
    return Walk.objects.create(
        version=_latest(row),
        conversation=conversation,
        agent=agent,
        key=secrets.token_urlsafe(16),
        started_at=timezone.now(),
        moved_at=timezone.now(),
    )


@transaction.atomic
def take_answer(walk: Walk, at: str, number: int) -> Walk:
    """Answer the step `at` with its answer `number` (from 0). The same answer again changes nothing; another
    one goes on from there, so that going back and choosing anew is one movement."""
    walk = Walk.objects.select_for_update().get(pk=walk.pk)
    tree = tree_of(walk)
    step = tree.step(at)
    if step is None or not 0 <= number < len(step.answers):
        raise DomainError(gettext_noop("There is no such answer."), field="answer")
    stood = [key for key, _number in walk.path]
    if at in stood:
        walk.path = walk.path[: stood.index(at)]
    elif at != position(tree, walk.path):
        raise Conflict(gettext_noop("The guide is at another step. Look again."))
    if len(walk.path) >= MAX_PATH:
        raise Conflict(gettext_noop("This walk is too long."))
    walk.path = [*walk.path, [at, number]]
    end = tree.end(step.answers[number].next)
    walk.end = end.key if end else ""
    walk.end_kind = end.kind if end else ""
    walk.helped = None
    walk.moved_at = timezone.now()
    walk.save()
    return walk


@transaction.atomic
def say_helped(walk: Walk, helped: bool) -> Walk:
    """Whoever walked says at the end whether it helped; the last word counts."""
    walk = Walk.objects.select_for_update().get(pk=walk.pk)
    if not walk.end:
        raise Conflict(gettext_noop("The walk is not at its end."))
    walk.helped = helped
    walk.save(update_fields=["helped"])
    return walk


def tree_of(walk: Walk) -> Tree:
    """The tree in the version that the walk began in."""
    return read_tree(walk.version.body)


def position(tree: Tree, path: list[list[Any]]) -> str:
    """The key where a path stands."""
    if not path:
        return tree.steps[0].key
    key, number = path[-1]
    step = tree.step(key)
    return step.answers[number].next if step else tree.steps[0].key


def _latest(row: Guide) -> GuideVersion:
    return GuideVersion.objects.get(guide=row, number=row.version)
