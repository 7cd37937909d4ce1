"""Writes about shops, people and tokens."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from goldseam.core import audit
from goldseam.core.errors import DomainError
from goldseam.people.models import Agent, ApiToken, Membership, Role, Shop
from goldseam.people.queries import token_digest


@transaction.atomic
def create_shop(slug: str, name: str, *, actor: str, **fields: str) -> Shop:
    """A new, empty shop; idempotent by `slug` (an existing one is returned as it is)."""
    shop, created = Shop.objects.get_or_create(slug=slug, defaults={"name": name, **fields})
    if created:
        audit.record(shop.pk, actor, "shop.created", f"shop-{shop.pk}", after={"slug": slug, "name": name})
    return shop


@transaction.atomic
def add_person(
    shop: Shop, email: str, name: str, password: str | None, *, role: Role, limit: Decimal, actor: str
) -> Agent:
    """Let a person work for a shop; a known e-mail address keeps its name and password."""
    agent = Agent.objects.filter(email=email.strip().lower()).first()
    if agent is None:
        agent = Agent.objects.create_user(email, password, name)
    Membership.objects.update_or_create(shop=shop, agent=agent, defaults={"role": role, "limit": limit})
    audit.record(
        shop.pk, actor, "person.added", f"agent-{agent.pk}", after={"role": str(role), "limit": str(limit)}
    )
    return agent


SCOPES = (
    "customers:write",
    "products:write",
    "orders:read",
    "orders:write",
    "conversations:read",
    "conversations:write",
    "assess",
    "webhooks:write",
)


@transaction.atomic
def issue_token(shop: Shop, name: str, scopes: Sequence[str], *, actor: str) -> tuple[ApiToken, str]:
    """A new key for a program. The secret is returned once and never stored."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise DomainError(f"Unknown scopes: {', '.join(unknown)}.", field="scopes")
    secret = "gs_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        shop=shop, name=name, prefix=secret[:9], digest=token_digest(secret), scopes=list(scopes)
    )
    audit.record(shop.pk, actor, "token.issued", f"token-{token.pk}", after={"scopes": list(scopes)})
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: str) -> None:
    """From now on the key opens nothing; repeating it changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record(token.shop_id, actor, "token.revoked", f"token-{token.pk}")


def note_token_use(token: ApiToken) -> None:
    """Remember, once a minute at most, that the token is in use."""
    now = timezone.now()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
