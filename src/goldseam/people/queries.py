"""Who may do what, and the gates that say so."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet

from goldseam.core.errors import NotAllowed, NotFound
from goldseam.people.models import Agent, ApiToken, Membership, Role, Shop

_RANK = {Role.AGENT: 0, Role.LEAD: 1, Role.ADMIN: 2}


def shops_of(agent: Agent) -> QuerySet[Shop]:
    """The shops a person works for, by name."""
    return Shop.objects.filter(memberships__agent=agent).order_by("name", "id")


def access_shop(agent: Agent, shop_id: int) -> Shop:
    """The gate: the shop if this person works for it, else "not found"."""
    shop = shops_of(agent).filter(pk=shop_id).first()
    if shop is None:
        raise NotFound("There is no such shop, or you do not work for it.")
    return shop


def membership_in(agent: Agent, shop_id: int) -> Membership:
    """A person's membership of a shop, else "not found"."""
    membership = Membership.objects.select_related("shop").filter(agent=agent, shop_id=shop_id).first()
    if membership is None:
        raise NotFound("There is no such shop, or you do not work for it.")
    return membership


def require_role(agent: Agent, shop_id: int, role: Role) -> Membership:
    """The membership if its role reaches `role`; strangers get "not found", the others "not allowed"."""
    membership = membership_in(agent, shop_id)
    if _RANK[Role(membership.role)] < _RANK[role]:
        raise NotAllowed(f"This needs the role {Role(role).label}.")
    return membership


def agents_of(shop_id: int) -> QuerySet[Agent]:
    """The active people of a shop, by name."""
    return Agent.objects.filter(memberships__shop_id=shop_id, is_active=True).order_by("name", "id")


def token_digest(secret: str) -> str:
    """How a token is looked up; the secret has 256 random bits, so a plain hash suffices."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_token(secret: str) -> ApiToken | None:
    """The live token with this secret, with its shop."""
    return (
        ApiToken.objects.select_related("shop").filter(digest=token_digest(secret), revoked_at=None).first()
    )
