"""Reads of guides: the gates, and what the walks tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.conversations.queries import came_back
from goldseam.core.errors import NotFound
from goldseam.knowledge.guide_actions import position
from goldseam.knowledge.guide_tree import Tree, read_tree
from goldseam.knowledge.models import Guide, GuideVersion, Walk

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent

_LEFT_AFTER = timedelta(minutes=30)
_BACK_WITHIN_DAYS = 30
_LATEST_WALKS = 5000


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many walks came to a step, and how many were left there."""

    key: str
    question: str
    reached: int
    left: int

    @property
    def share_left(self) -> float:
        """0 to 1."""
        return self.left / self.reached if self.reached else 0.0


@dataclass(frozen=True, slots=True)
class GuideFigures:
    """What the walks of a guide's present version tell. `back`: of the walks beside a conversation that ended
    without a spare part or service, those whose customer wrote about the same issue again within 30 days."""

    walks: int
    ended: int
    helped: int
    not_helped: int
    judged_back: int
    back: int
    steps: tuple[StepCount, ...]
    ends: tuple[tuple[str, int], ...]


def access_guide(agent: Agent, guide_id: int) -> Guide:
    """The gate: the guide if it belongs to a shop of this person, else "not found"."""
    row = Guide.objects.select_related("shop").filter(pk=guide_id, shop__memberships__agent=agent).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such guide."))
    return row


def public_guide(token: str) -> Guide:
    """The guide that customers may walk at this address, else "not found"."""
    row = Guide.objects.select_related("shop").filter(token=token, is_public=True, archived_at=None).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such guide."))
    return row


def walk_of_key(key: str) -> Walk:
    """A customer's own walk by its secret key, while its guide is public; else "not found"."""
    walk = (
        Walk.objects.select_related("version__guide__shop")
        .filter(key=key, agent=None, version__guide__is_public=True)
        .first()
    )
    if walk is None:
        raise NotFound(gettext_noop("There is no such walk."))
    return walk


def walk_beside(conversation: Conversation, walk_id: int) -> Walk:
    """A walk beside this conversation, else "not found"."""
    walk = Walk.objects.select_related("version__guide").filter(conversation=conversation, pk=walk_id).first()
    if walk is None:
        raise NotFound(gettext_noop("There is no such walk."))
    return walk


def guides_of(shop_id: int) -> list[Guide]:
    """A shop's guides in use, by name."""
    return list(Guide.objects.filter(shop_id=shop_id, archived_at=None).order_by("title", "pk")[:500])


def guides_for(shop_id: int, skus: set[str]) -> list[Guide]:
    """Guides about these products; those about no product in particular are for all."""
    fitting = Q(skus=[])
    for sku in skus:
        fitting |= Q(skus__contains=[sku])
    return list(Guide.objects.filter(fitting, shop_id=shop_id, archived_at=None).order_by("title", "pk")[:20])


def public_guides(shop_id: int, skus: set[str] | None) -> list[Guide]:
    """Guides that are open to customers: about these products or about none in particular; all with None."""
    rows = Guide.objects.filter(shop_id=shop_id, archived_at=None, is_public=True)
    if skus is not None:
        fitting = Q(skus=[])
        for sku in skus:
            fitting |= Q(skus__contains=[sku])
        rows = rows.filter(fitting)
    return list(rows.order_by("title", "pk")[:50])


def opening_questions(rows: list[Guide]) -> dict[int, str]:
    """What each guide asks first, in one query."""
    latest = GuideVersion.objects.filter(guide__in=rows, number=F("guide__version"))
    return {pk: str(body["steps"][0]["question"]) for pk, body in latest.values_list("guide_id", "body")}


def latest_tree(row: Guide) -> Tree:
    """The tree of the present version."""
    return read_tree(GuideVersion.objects.get(guide=row, number=row.version).body)


def figures(row: Guide) -> GuideFigures:
    """What the latest walks tell; a walk that has not moved for half an hour and has no end was left."""
    tree = latest_tree(row)
    walks = list(
        Walk.objects.filter(version__guide=row, version__number=row.version)
        .select_related("conversation")
        .order_by("-pk")[:_LATEST_WALKS]
    )
    still = timezone.now() - _LEFT_AFTER
    reached: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for walk in walks:
        places = [key for key, _number in walk.path]
        here = position(tree, walk.path)
        reached.update({*places, here})
        if not walk.end and walk.moved_at < still:
            left[here] += 1
    healed = [w.conversation_id for w in walks if w.conversation_id and w.end_kind in ("fixed", "normal")]
    return GuideFigures(
        walks=len(walks),
        ended=sum(1 for walk in walks if walk.end),
        helped=sum(1 for walk in walks if walk.helped is True),
        not_helped=sum(1 for walk in walks if walk.helped is False),
        judged_back=len(set(healed)),
        back=len(came_back(set(healed), _BACK_WITHIN_DAYS)),
        steps=tuple(StepCount(s.key, s.question, reached[s.key], left[s.key]) for s in tree.steps),
        ends=tuple((end.text, reached[end.key]) for end in tree.ends),
    )
