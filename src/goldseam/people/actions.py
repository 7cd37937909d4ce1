"""Writes about shops, people and tokens."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError, NotFound
from goldseam.core.events import emit
from goldseam.people.events import PersonLeft
from goldseam.people.models import Agent, ApiToken, Departure, Membership, Role, Shop, Team
from goldseam.people.queries import colleague, token_digest

_MAX_TOKEN_NAME = 120


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
    known = Membership.objects.select_for_update().filter(shop=shop, agent=agent).first()
    if known is not None:
        change_role(known, role, limit, actor=actor)
        return agent
    Membership.objects.create(shop=shop, agent=agent, role=role, limit=limit)
    Departure.objects.filter(shop=shop, agent=agent).delete()
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
    "articles:read",
    "articles:write",
    "assess",
    "approvals:read",
    "approvals:write",
    "ledger:read",
    "ledger:write",
    "webhooks:write",
    "changes:write",
)


@transaction.atomic
def issue_token(shop: Shop, name: str, scopes: Sequence[str], *, actor: str) -> tuple[ApiToken, str]:
    """A new key for a program. The secret is returned once and never stored."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise DomainError(f"Unknown scopes: {', '.join(unknown)}.", field="scopes")
    name = name.strip()
    if not 1 <= len(name) <= _MAX_TOKEN_NAME:
        raise DomainError(f"A token needs a name of at most {_MAX_TOKEN_NAME} characters.", field="name")
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


@transaction.atomic
def change_role(membership: Membership, role: Role, limit: Decimal, *, actor: str) -> None:
    """Change what a person may do in a shop. The last admin stays one, or nobody could let people in."""
    membership = _locked_membership(membership)
    if membership.role == Role.ADMIN and role != Role.ADMIN:
        _keep_an_admin(membership)
    before = {"role": membership.role, "limit": str(membership.limit)}
    after = {"role": str(role), "limit": str(limit)}
    if before == after:
        return
    membership.role, membership.limit = role, limit
    membership.save(update_fields=["role", "limit"])
    subject = f"agent-{membership.agent_id}"
    audit.record(membership.shop_id, actor, "person.changed", subject, before=before, after=after)


@transaction.atomic
def remove_person(membership: Membership, *, heir: Agent | None = None, actor: str) -> None:
    """The person no longer works for the shop: what they wrote stays, what they had open goes to `heir`, or
    to nobody, and the teams that they led have no lead."""
    membership = _locked_membership(membership)
    if membership.role == Role.ADMIN:
        _keep_an_admin(membership)
    if heir is not None:
        heir = colleague(membership.shop_id, heir.pk)
        if heir.pk == membership.agent_id:
            raise DomainError(gettext_noop("Choose somebody else to take over."), field="heir")
    place = {"shop_id": membership.shop_id, "agent_id": membership.agent_id}
    before = {"role": membership.role, "limit": str(membership.limit)}
    membership.delete()
    Departure.objects.create(**place, role=membership.role, limit=membership.limit)
    Team.objects.filter(shop_id=membership.shop_id, lead_id=membership.agent_id).update(lead=None)
    subject = f"agent-{membership.agent_id}"
    after = {"heir": heir.pk if heir else None}
    audit.record(membership.shop_id, actor, "person.removed", subject, before=before, after=after)
    emit(PersonLeft(membership.shop_id, membership.agent_id, heir.pk if heir else None, actor))


@transaction.atomic
def change_shop(shop: Shop, *, name: str, language: str, timezone: str, currency: str, actor: str) -> None:
    """A shop's name, language, time zone and currency; amounts that are stored keep their own currency."""
    row = Shop.objects.select_for_update().get(pk=shop.pk)
    wanted = {"name": name.strip(), "language": language, "timezone": timezone, "currency": currency.upper()}
    if not wanted["name"]:
        raise DomainError(gettext_noop("A shop needs a name."), field="name")
    before = {field: getattr(row, field) for field in wanted if getattr(row, field) != wanted[field]}
    if not before:
        return
    for field in before:
        setattr(row, field, wanted[field])
    row.save(update_fields=list(before))
    after = {field: wanted[field] for field in before}
    audit.record(row.pk, actor, "shop.changed", f"shop-{row.pk}", before=before, after=after)


def set_language(agent: Agent, language: str) -> None:
    """The language of the person's pages."""
    agent.language = language
    agent.save(update_fields=["language"])


@transaction.atomic
def accept_invitation(agent: Agent, password: str) -> None:
    """Somebody who was invited chooses their password; the link that brought them opens nothing any more."""
    agent.set_password(password)
    agent.save(update_fields=["password"])
    for shop_id in (
        Membership.objects.filter(agent=agent).order_by("shop_id").values_list("shop_id", flat=True)
    ):
        audit.record(shop_id, f"agent-{agent.pk}", "person.joined", f"agent-{agent.pk}")


def _locked_membership(membership: Membership) -> Membership:
    """All memberships of the shop are locked, so that two admins cannot remove each other at once."""
    rows = Membership.objects.select_for_update().filter(shop_id=membership.shop_id).order_by("id")
    for row in rows:
        if row.pk == membership.pk:
            return row
    raise NotFound(gettext_noop("There is no such person in this shop."))


def _keep_an_admin(membership: Membership) -> None:
    others = Membership.objects.filter(shop_id=membership.shop_id, role=Role.ADMIN).exclude(pk=membership.pk)
    if not others.filter(agent__is_active=True).exists():
        raise Conflict(gettext_noop("A shop needs at least one admin."))
