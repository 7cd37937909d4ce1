"""Saved views: make, change, copy, arrange, delete and take back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.conversations.filters import Group, names_of, write_filter
from goldseam.conversations.models import Label, SavedView, ViewOrder, ViewPlace, ViewScope
from goldseam.conversations.saved_views import is_lead, visible_views
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError, NotAllowed
from goldseam.core.live import announce
from goldseam.people.queries import agents_of, teams_of, teams_of_member

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop

MOST_VIEWS = 50
"""Of one person, and of one shop together with its teams."""

KEPT_DAYS = 30


def make_view(
    shop: Shop, agent: Agent | None, name: str, tree: Group, *, actor: str, **placed: Any
) -> SavedView:
    """A new saved view. `placed` may hold `scope`, `team` (an id) and `order`; without an agent (a program)
    it is for everybody in the shop."""
    with transaction.atomic():
        view = SavedView(shop=shop, owner=agent)
        _fill(view, agent, name, tree, **placed)
        _check_room(view)
        view.save()
        _tell(view, actor, "view.made", after=_told(view))
    return view


@transaction.atomic
def change_view(
    view: SavedView, agent: Agent | None, name: str, tree: Group, *, actor: str, **placed: Any
) -> None:
    """Another name, filter, order or audience; the caller has passed the gate for changes."""
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    before = _told(view)
    _fill(view, agent, name, tree, **placed)
    view.save()
    _tell(view, actor, "view.changed", before=before, after=_told(view))


@transaction.atomic
def copy_view(view: SavedView, agent: Agent, *, actor: str) -> SavedView:
    """A private copy of a view that the person sees."""
    name = _("%(name)s (copy)") % {"name": view.name[:48]}
    copy = SavedView(shop_id=view.shop_id, owner=agent, name=name, filter=view.filter, order=view.order)
    _check_room(copy)
    copy.save()
    _tell(copy, actor, "view.made", after=_told(copy))
    return copy


@transaction.atomic
def delete_view(view: SavedView, *, actor: str) -> None:
    """Away from everybody's list; `restore_view` takes that back."""
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if view.deleted_at is None:
        view.deleted_at = timezone.now()
        view.save(update_fields=["deleted_at"])
        _tell(view, actor, "view.deleted", before=_told(view))


@transaction.atomic
def restore_view(view: SavedView, *, actor: str) -> None:
    """There again, as it was."""
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if view.deleted_at is not None:
        view.deleted_at = None
        view.save(update_fields=["deleted_at"])
        _tell(view, actor, "view.restored", after=_told(view))


@transaction.atomic
def move_view(agent: Agent, shop_id: int, view_id: int, by: int) -> None:
    """Up (-1) or down (+1) in this person's own list; nobody else's changes."""
    order = [view.pk for view in visible_views(agent, shop_id)]
    if view_id not in order:
        raise DomainError(gettext_noop("There is no such view."))
    at = order.index(view_id)
    to = min(max(at + by, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    arrange_views(agent, shop_id, order)


@transaction.atomic
def arrange_views(agent: Agent, shop_id: int, order: Sequence[int]) -> None:
    """This person's own order of the views that they see; ids of others are passed over."""
    seen = {view.pk for view in visible_views(agent, shop_id)}
    places = [
        ViewPlace(agent=agent, view_id=pk, position=position)
        for position, pk in enumerate(dict.fromkeys(order))
        if pk in seen
    ]
    ViewPlace.objects.bulk_create(
        places, update_conflicts=True, unique_fields=["agent", "view"], update_fields=["position"]
    )
    announce(shop_id, f"views-{agent.pk}")


def forget_deleted_views() -> int:
    """Remove views that were deleted so long ago that nobody takes that back; says how many."""
    edge = timezone.now() - timedelta(days=KEPT_DAYS)
    return SavedView.objects.filter(deleted_at__lt=edge).delete()[0]


def _fill(
    view: SavedView,
    agent: Agent | None,
    name: str,
    tree: Group,
    *,
    scope: str = ViewScope.PRIVATE,
    team: int | None = None,
    order: str = ViewOrder.URGENCY,
) -> None:
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise DomainError(gettext_noop("A view needs a name of 1 to 60 characters."), field="name")
    if scope not in ViewScope.values:
        raise DomainError(gettext_noop("Choose who sees the view."), field="scope")
    if order not in ViewOrder.values:
        raise DomainError(gettext_noop("Choose in which order the view lists."), field="order")
    _check_names(view.shop_id, tree)
    view.team_id = _team(view.shop_id, agent, team) if scope == ViewScope.TEAM else None
    if scope == ViewScope.SHOP and agent is not None and not is_lead(agent, view.shop_id):
        raise NotAllowed(gettext_noop("Only leads and admins make views for the whole shop."), field="scope")
    view.name, view.scope, view.order = name, scope, order
    view.filter = write_filter(tree)


def _team(shop_id: int, agent: Agent | None, team: int | None) -> int:
    own = agent is None or is_lead(agent, shop_id)
    teams = teams_of(shop_id) if own or agent is None else teams_of_member(agent, shop_id)
    if team is None or not teams.filter(pk=team).exists():
        raise DomainError(gettext_noop("Choose one of your teams."), field="team")
    return team


def _check_names(shop_id: int, tree: Group) -> None:
    """Labels, people and teams that a filter names must be the shop's."""
    known = {
        "label": Label.objects.filter(shop_id=shop_id),
        "assignee": agents_of(shop_id),
        "team": teams_of(shop_id),
    }
    for field, rows in known.items():
        named = names_of(tree, field)
        if named and rows.filter(pk__in=named).count() < len(named):
            raise DomainError(
                _("The filter names something that does not exist in this shop (%(field)s); choose again.")
                % {"field": field},
                field="filter",
            )


def _check_room(view: SavedView) -> None:
    mine = SavedView.objects.filter(shop_id=view.shop_id, deleted_at=None)
    if view.scope == ViewScope.PRIVATE:
        mine = mine.filter(owner=view.owner, scope=ViewScope.PRIVATE)
    else:
        mine = mine.exclude(scope=ViewScope.PRIVATE)
    if mine.count() >= MOST_VIEWS:
        raise Conflict(_("There are %(n)s views already; delete one that nobody needs.") % {"n": MOST_VIEWS})


def _tell(view: SavedView, actor: str, verb: str, **values: dict[str, Any]) -> None:
    audit.record(view.shop_id, actor, verb, f"view-{view.pk}", **values)
    announce(view.shop_id, "views")


def _told(view: SavedView) -> dict[str, Any]:
    return {
        "name": view.name,
        "scope": view.scope,
        "team": view.team_id,
        "order": view.order,
        "filter": view.filter,
    }
