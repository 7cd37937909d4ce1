"""Reads of canned replies and macros, and their gates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_noop

from goldseam.core.errors import NotAllowed, NotFound
from goldseam.people.queries import Role, membership_in, require_role, teams_of_member
from goldseam.replies.models import CannedReply, Macro, MacroRun, Shared

if TYPE_CHECKING:
    from goldseam.people.models import Agent

_Kind = TypeVar("_Kind", bound=Shared)
FOUND = 8


def _visible(kind: type[_Kind], shop_id: int, agent: Agent) -> QuerySet[_Kind]:
    mine = Q(owner=agent) | Q(owner=None, team=None)
    teams = [team.pk for team in teams_of_member(agent, shop_id)]
    if teams:
        mine |= Q(team__in=teams)
    rows = kind._default_manager.filter(mine, shop_id=shop_id)
    return rows.select_related("owner", "team")


def canned_of(shop_id: int, agent: Agent) -> QuerySet[CannedReply]:
    """The canned replies that a person sees in a shop, by shortcut."""
    return _visible(CannedReply, shop_id, agent).order_by("shortcut", "id")


def macros_of(shop_id: int, agent: Agent) -> QuerySet[Macro]:
    """The macros that a person sees in a shop, by name."""
    return _visible(Macro, shop_id, agent).order_by("name", "id")


def access_canned(agent: Agent, reply_id: int) -> CannedReply:
    """The gate: the canned reply if this person sees it, else "not found"."""
    return _access(CannedReply, agent, reply_id)


def access_macro(agent: Agent, macro_id: int) -> Macro:
    """The gate: the macro if this person sees it, else "not found"."""
    return _access(Macro, agent, macro_id)


def _access(kind: type[_Kind], agent: Agent, pk: int) -> _Kind:
    row = kind._default_manager.select_related("shop", "team").filter(pk=pk).first()
    missing = NotFound(gettext_noop("There is no such reply or macro."))
    if row is None:
        raise missing
    membership_in(agent, row.shop_id)
    if not _visible(kind, row.shop_id, agent).filter(pk=pk).exists():
        raise missing
    return row


def require_edit(
    agent: Agent, shop_id: int, *, owner_id: int | None, team_lead_id: int | None = None
) -> None:
    """One's own is one's own; a team's belongs to its lead; the shop's to its leads."""
    if owner_id is not None:
        if owner_id != agent.pk:
            raise NotAllowed(gettext_noop("This one belongs to somebody else."))
        return
    if team_lead_id == agent.pk:
        return
    require_role(agent, shop_id, Role.LEAD)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brings: the best canned replies and macros."""

    canned: list[CannedReply]
    macros: list[Macro]

    def __bool__(self) -> bool:
        return bool(self.canned or self.macros)


def find(shop_id: int, agent: Agent, words: str) -> Found:
    """What fits the words: by the beginning of its short name, then its title, then its text; among equals
    the most used first. Without words, the most used."""
    words = words.strip()[:40]
    canned = _visible(CannedReply, shop_id, agent)
    macros = _visible(Macro, shop_id, agent)
    if words:
        canned = canned.filter(
            Q(shortcut__icontains=words) | Q(title__icontains=words) | Q(text__icontains=words)
        )
        macros = macros.filter(Q(name__icontains=words) | Q(text__icontains=words))
    canned = canned.annotate(
        fit=_ranks(Q(shortcut__istartswith=words), Q(shortcut__icontains=words), Q(title__icontains=words))
    )
    macros = macros.annotate(fit=_ranks(Q(name__istartswith=words), Q(name__icontains=words)))
    return Found(
        list(canned.order_by("fit", "-uses", "shortcut")[:FOUND]),
        list(macros.order_by("fit", "-uses", "name")[: FOUND // 2]),
    )


def _ranks(*fits: Q) -> Case:
    cases = [When(fit, then=Value(number)) for number, fit in enumerate(fits)]
    return Case(*cases, default=Value(len(fits)), output_field=IntegerField())


def was_run(conversation_id: int, key: str) -> bool:
    """Whether a macro was carried out under this key before."""
    return MacroRun.objects.filter(conversation_id=conversation_id, key=key).exists()
