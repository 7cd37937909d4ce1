"""Who may do what, and the gates that say so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.contrib.auth.tokens import default_token_generator
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_noop

from goldseam.core.errors import NotAllowed, NotFound
from goldseam.people.models import Agent, ApiToken, Departure, Membership, Presence, Shop, Team
from goldseam.people.models import Role as Role  # others name roles through here

_RANK = {Role.AGENT: 0, Role.LEAD: 1, Role.ADMIN: 2}


def shops_of(agent: Agent) -> QuerySet[Shop]:
    """The shops a person works for, by name."""
    return Shop.objects.filter(memberships__agent=agent).order_by("name", "id")


def all_shops() -> QuerySet[Shop]:
    """Every shop, by short name: for commands on the server, which no sign-in guards."""
    return Shop.objects.order_by("slug")


def access_shop(agent: Agent, shop_id: int) -> Shop:
    """The gate: the shop if this person works for it, else "not found"."""
    shop = shops_of(agent).filter(pk=shop_id).first()
    if shop is None:
        raise NotFound(gettext_noop("There is no such shop, or you do not work for it."))
    return shop


def membership_in(agent: Agent, shop_id: int) -> Membership:
    """A person's membership of a shop, else "not found"."""
    mine = Membership.objects.select_related("shop").filter(agent=agent, shop_id=shop_id)
    membership = mine.first()
    if membership is None:
        raise NotFound(gettext_noop("There is no such shop, or you do not work for it."))
    return membership


def memberships_of(agent: Agent) -> list[Membership]:
    """All memberships of a person with their shops, by the shop's name."""
    mine = Membership.objects.select_related("shop").filter(agent=agent)
    return list(mine.order_by("shop__name", "shop_id"))


def require_role(agent: Agent, shop_id: int, role: Role) -> Membership:
    """The membership if its role reaches `role`; strangers get "not found", the others "not allowed"."""
    membership = membership_in(agent, shop_id)
    if _RANK[Role(membership.role)] < _RANK[role]:
        raise NotAllowed(f"This needs the role {Role(role).label}.")
    return membership


def agents_of(shop_id: int) -> QuerySet[Agent]:
    """The active people of a shop, by name."""
    return Agent.objects.filter(memberships__shop_id=shop_id, is_active=True).order_by("name", "id")


def colleague(shop_id: int, agent_id: int) -> Agent:
    """An active person of the shop, else "not found"."""
    found = agents_of(shop_id).filter(pk=agent_id).first()
    if found is None:
        raise NotFound(gettext_noop("This person does not work for the shop."))
    return found


def token_digest(secret: str) -> str:
    """How a token is looked up; the secret has 256 random bits, so a plain hash suffices."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_token(secret: str) -> ApiToken | None:
    """The live token with this secret, with its shop."""
    return (
        ApiToken.objects.select_related("shop").filter(digest=token_digest(secret), revoked_at=None).first()
    )


def memberships_in(shop_id: int) -> list[Membership]:
    """Everybody who works for a shop, by name."""
    here = Membership.objects.select_related("agent").filter(shop_id=shop_id)
    return list(here.order_by("agent__name", "id"))


def departures_from(shop_id: int) -> list[Departure]:
    """Those who no longer work for a shop, the latest to leave first; 200 at most."""
    gone = Departure.objects.select_related("agent").filter(shop_id=shop_id)
    return list(gone.order_by("-left_at", "-id")[:200])


def departure_from(shop_id: int, departure_id: int) -> Departure:
    """Somebody who left this shop, else "not found"."""
    gone = Departure.objects.select_related("agent", "shop").filter(shop_id=shop_id, pk=departure_id).first()
    if gone is None:
        raise NotFound(gettext_noop("There is no such person in this shop."))
    return gone


def membership_of_shop(shop_id: int, membership_id: int) -> Membership:
    """A membership of this shop, else "not found"."""
    membership = (
        Membership.objects.select_related("agent", "shop").filter(shop_id=shop_id, pk=membership_id).first()
    )
    if membership is None:
        raise NotFound(gettext_noop("There is no such person in this shop."))
    return membership


def tokens_of(shop_id: int) -> list[ApiToken]:
    """A shop's keys, the newest first, the revoked ones last."""
    return list(
        ApiToken.objects.filter(shop_id=shop_id).order_by(F("revoked_at").asc(nulls_first=True), "-id")[:200]
    )


def token_of_shop(shop_id: int, token_id: int) -> ApiToken:
    """A key of this shop, else "not found"."""
    token = ApiToken.objects.filter(shop_id=shop_id, pk=token_id).first()
    if token is None:
        raise NotFound(gettext_noop("There is no such token."))
    return token


def available_agents(shop_id: int) -> QuerySet[Agent]:
    """The active people of a shop to whom new work may come now, by name; whose absence ended counts."""
    back = Q(presence=Presence.AVAILABLE) | Q(away_until__lte=timezone.now())
    return agents_of(shop_id).filter(back)


def is_available(agent: Agent) -> bool:
    """Whether new work may come to this person now (an absence ends by itself at its time)."""
    if agent.presence == Presence.AVAILABLE:
        return True
    return agent.away_until is not None and agent.away_until <= timezone.now()


def teams_of(shop_id: int) -> QuerySet[Team]:
    """The teams of a shop with their leads, by name."""
    return Team.objects.filter(shop_id=shop_id).select_related("lead").order_by("name", "id")


def teams_of_member(agent: Agent, shop_id: int) -> QuerySet[Team]:
    """The teams of a shop that a person belongs to or leads, by name."""
    belongs = Q(members__agent=agent) | Q(lead=agent)
    return teams_of(shop_id).filter(belongs).distinct()


def members_of(team_id: int) -> QuerySet[Agent]:
    """The active people of a team, by name. The lead counts only when they are a member too."""
    return Agent.objects.filter(memberships__teams=team_id, is_active=True).order_by("name", "id")


def people_of_teams(shop_id: int, team_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """The ids of the active people of a shop's teams, by team; one query."""
    pairs = (
        Team.objects.filter(shop_id=shop_id, pk__in=set(team_ids), members__agent__is_active=True)
        .order_by("pk", "members__agent")
        .values_list("pk", "members__agent")
    )
    found: dict[int, tuple[int, ...]] = {}
    for team, agent in pairs:
        found[team] = (*found.get(team, ()), agent)
    return found


def team_of_shop(shop_id: int, team_id: int) -> Team:
    """A team of this shop, else "not found"."""
    team = teams_of(shop_id).filter(pk=team_id).first()
    if team is None:
        raise NotFound(gettext_noop("There is no such team."))
    return team


def invited(code: str, token: str) -> Agent | None:
    """The person whose invitation this is, as long as they have no password and the link is fresh."""
    try:
        number = int(urlsafe_base64_decode(code).decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return None
    if not 0 < number < 2**63:
        return None
    agent = Agent.objects.filter(pk=number, is_active=True).first()
    waits = agent is not None and not agent.has_usable_password()
    return agent if waits and default_token_generator.check_token(agent, token) else None


def invitation_of(agent: Agent) -> tuple[str, str] | None:
    """The two parts of the link by which somebody without a password chooses one; None for all others."""
    if agent.has_usable_password():
        return None
    code = urlsafe_base64_encode(str(agent.pk).encode("ascii"))
    return code, default_token_generator.make_token(agent)
