"""Saved views, the reading side: who sees which, in which order, what they list and how many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.conversations import inbox, ordering
from goldseam.conversations.filter_errors import BadFilter
from goldseam.conversations.filter_kinds import MY_TEAMS, Scene
from goldseam.conversations.filters import (
    Group,
    compile_filter,
    conditions,
    is_personal,
    names_of,
    read_filter,
    stays_open,
)
from goldseam.conversations.models import Conversation, SavedView, ViewPlace, ViewScope
from goldseam.core.errors import NotAllowed, NotFound
from goldseam.people.queries import Role, membership_in, people_of_teams, teams_of_member

if TYPE_CHECKING:
    from goldseam.people.models import Agent

_SECONDS = 60
"""Counts that reach into closed conversations are renewed this often; the others always."""


def visible_views(agent: Agent, shop_id: int) -> list[SavedView]:
    """The saved views that a person sees in a shop, in their own order; one query."""
    place = ViewPlace.objects.filter(view=OuterRef("pk"), agent=agent).values("position")
    return list(
        _visible(agent, shop_id)
        .annotate(place=Subquery(place))
        .order_by(F("place").asc(nulls_last=True), Lower("name"), "pk")
    )


def access_view(agent: Agent, shop_id: int, view_id: int) -> SavedView:
    """The gate: a saved view that this person sees, else "not found"."""
    view = _visible(agent, shop_id).filter(pk=view_id).first()
    if view is None:
        raise NotFound(gettext_noop("There is no such view."))
    return view


def changeable_view(agent: Agent, shop_id: int, view_id: int, *, is_deleted: bool = False) -> SavedView:
    """The gate for changes: one's own view, or a shared one for the shop's leads; others may copy it."""
    rows = _visible(agent, shop_id, is_deleted=is_deleted)
    view = rows.filter(pk=view_id).first()
    if view is None:
        raise NotFound(gettext_noop("There is no such view."))
    if not may_change(agent, view):
        raise NotAllowed(gettext_noop("This view is somebody else's. Copy it and change the copy."))
    return view


def may_change(agent: Agent, view: SavedView) -> bool:
    """Its owner may, and a lead or admin when it is shared."""
    if view.owner_id == agent.pk:
        return True
    return view.scope != ViewScope.PRIVATE and is_lead(agent, view.shop_id)


def is_lead(agent: Agent, shop_id: int) -> bool:
    """Whether the person leads in the shop (as a lead or an admin)."""
    return membership_in(agent, shop_id).role != Role.AGENT


def shop_views(shop_id: int) -> QuerySet[SavedView]:
    """What programs of the shop see: the views that are for everybody."""
    rows = SavedView.objects.filter(shop_id=shop_id, scope=ViewScope.SHOP, deleted_at=None)
    return rows.order_by(Lower("name"), "pk")


def _visible(agent: Agent, shop_id: int, *, is_deleted: bool = False) -> QuerySet[SavedView]:
    teams = teams_of_member(agent, shop_id).order_by().values("pk")
    seen = Q(owner=agent) | Q(scope=ViewScope.SHOP) | Q(scope=ViewScope.TEAM, team__in=teams)
    return SavedView.objects.filter(seen, shop_id=shop_id, deleted_at__isnull=not is_deleted)


def scene_for(shop_id: int, agent: Agent | None, trees: Iterable[Group]) -> Scene:
    """For whom and when filters are compiled; asks the database for teams only when one is named."""
    wanted: set[int] = set()
    is_mine = False
    for tree in trees:
        wanted |= names_of(tree, "team")
        is_mine = is_mine or any(c.field == "team" and MY_TEAMS in _items(c.value) for c in conditions(tree))
    mine: tuple[int, ...] = ()
    if is_mine and agent is not None:
        mine = tuple(teams_of_member(agent, shop_id).order_by().values_list("pk", flat=True))
    members = people_of_teams(shop_id, wanted | set(mine)) if wanted or mine else {}
    return Scene(timezone.now(), agent.pk if agent else None, mine, members)


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, tuple) else ()


def matching(shop_id: int, tree: Group, scene: Scene) -> QuerySet[Conversation]:
    """The shop's conversations that a filter matches."""
    return Conversation.objects.filter(compile_filter(tree, scene), shop_id=shop_id)


def filter_listing(shop_id: int, agent: Agent | None, tree: Group, order: str) -> inbox.Listing:
    """What a filter lists, in one of the orders that a view may choose."""
    scene = scene_for(shop_id, agent, [tree])
    return inbox.Listing((matching(shop_id, tree, scene),), ordering.BY_NAME[order])


def saved_listing(view: SavedView, agent: Agent | None) -> inbox.Listing:
    """What a saved view lists for a person; raises BadFilter when its filter can no longer be read."""
    return filter_listing(view.shop_id, agent, read_filter(view.filter), view.order)


def rail_counts(shop_id: int, agent: Agent, views: Sequence[SavedView]) -> dict[str, int | None]:
    """How many conversations the fixed views (by name) and the saved ones (`key_of`) hold, at most
    `inbox.COUNT_CAP`; None for a view whose filter cannot be read. One statement for all."""
    trees = {key_of(view): _readable(view) for view in views}
    known = {key: tree for key, tree in trees.items() if tree is not None}
    kept = _kept(agent, views, known)
    scene = scene_for(shop_id, agent, known.values())
    parts = {
        view: inbox.view_listing(shop_id, agent, view).parts
        for view in inbox.VIEWS
        if view not in inbox.NOT_COUNTED
    }
    for key, tree in known.items():
        if key not in kept:
            parts[key] = (matching(shop_id, tree, scene),)
    counts: dict[str, int | None] = {**dict.fromkeys(trees), **inbox.bounded_counts(parts), **kept}
    _keep(agent, views, known, kept, counts)
    return counts


def key_of(view: SavedView) -> str:
    """How addresses name a saved view."""
    return f"v{view.pk}"


def _readable(view: SavedView) -> Group | None:
    try:
        return read_filter(view.filter)
    except BadFilter:
        return None


def _cache_key(agent: Agent, view: SavedView, tree: Group) -> str:
    stamp: datetime = view.updated_at
    who = agent.pk if is_personal(tree) else "all"
    return f"view-count-{view.pk}-{stamp.timestamp()}-{who}"


def _costly(views: Sequence[SavedView], trees: dict[str, Group]) -> list[tuple[SavedView, Group]]:
    pairs = [(view, trees.get(key_of(view))) for view in views]
    return [(view, tree) for view, tree in pairs if tree is not None and not stays_open(tree)]


def _kept(agent: Agent, views: Sequence[SavedView], trees: dict[str, Group]) -> dict[str, int]:
    keys = {_cache_key(agent, view, tree): key_of(view) for view, tree in _costly(views, trees)}
    return {keys[key]: count for key, count in cache.get_many(keys).items()}


def _keep(
    agent: Agent,
    views: Sequence[SavedView],
    trees: dict[str, Group],
    kept: dict[str, int],
    counts: dict[str, int | None],
) -> None:
    news = {
        _cache_key(agent, view, tree): counts[key_of(view)]
        for view, tree in _costly(views, trees)
        if key_of(view) not in kept
    }
    if news:
        cache.set_many(news, _SECONDS)
