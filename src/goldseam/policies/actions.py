"""Writes on policy packs: each takes the pack's lock, checks, does, and is audited.

Two people stand behind every version in force: whoever changed it, and somebody else who approved it. A
version that was in force before has both already, so going back to it takes one person and no time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError, NotAllowed, NotFound
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.engine.decide.pack_canon import canonical
from goldseam.engine.decide.pack_check import blocks
from goldseam.engine.decide.pack_diff import differences
from goldseam.engine.decide.pack_form import examine_form
from goldseam.engine.decide.pack_terms import ERROR, Finding
from goldseam.people.queries import Role, require_role
from goldseam.policies import events
from goldseam.policies.admin_needed import loosened_by, reason_for_admin
from goldseam.policies.models import KeptPack, PackVersion, PolicyPack, State
from goldseam.policies.queries import (
    digest_of,
    findings_of,
    foundation_of,
    known_base,
    open_version,
    shipped_ref,
)
from goldseam.workshop.load_terms import load_terms, shipped_pack, shipped_packs

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop

Body = dict[str, Any]


class BadPack(DomainError):
    """The change would leave something that is no pack; `findings` say where."""

    code = "bad_pack"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(gettext_noop("Some cells are not as they should be."))
        self.findings = findings


def keep_shipped_packs(using: str = "default") -> None:
    """Keep this release's packs for good; those that are kept already stay."""
    for base in shipped_packs():
        ref = shipped_ref(base)
        KeptPack.objects.using(using).get_or_create(
            label=ref.label, digest=ref.digest, defaults={"body": shipped_pack(base)}
        )


@transaction.atomic
def start_draft(shop: Shop, base: str, agent: Agent, *, source: PackVersion | None = None) -> PackVersion:
    """A new draft: of `source`, else of the version in force, else of the shipped pack. One may be open."""
    require_role(agent, shop.pk, Role.LEAD)
    pack, _ = PolicyPack.objects.get_or_create(shop=shop, base=known_base(base))
    pack = PolicyPack.objects.select_for_update().get(pk=pack.pk)
    if open_version(pack) is not None:
        raise Conflict(gettext_noop("There is an open draft already; go on with that one or discard it."))
    if source is None:
        source = PackVersion.objects.filter(pack=pack, state=State.PUBLISHED).first()
    elif source.pack_id != pack.pk:
        raise NotFound(gettext_noop("There is no such version of a policy pack."))
    last = PackVersion.objects.filter(pack=pack).order_by("-number").first()
    number = (last.number if last else 0) + 1
    body = dict(source.body if source else shipped_pack(base))
    body |= {"name": f"{shop.slug}.{base}", "version": number}
    draft = PackVersion.objects.create(
        pack=pack,
        number=number,
        label=f"{body['name']}@{number}",
        body=body,
        digest=digest_of(body),
        based_on=source,
        shipped="" if source else shipped_ref(base).label,
        author=agent,
        editors=[agent.pk],
    )
    _record(draft, agent, "policy.draft_started", after={"version": draft.label})
    return draft


def put_rule(
    version: PackVersion, agent: Agent, rule: Mapping[str, Any], *, revision: int, before: str = ""
) -> PackVersion:
    """Add a rule, or (with `before`, the id it has now) put it in the place of that one."""

    def change(body: Body) -> None:
        ids = [found["id"] for found in body["rules"]]
        if rule["id"] in ids and rule["id"] != before:
            raise BadPack([Finding("duplicate_id", ERROR, (rule["id"],), "id", {"value": rule["id"]})])
        if not before:
            body["rules"].append(dict(rule))
        elif before in ids:
            body["rules"][ids.index(before)] = dict(rule)
        else:
            raise NotFound(gettext_noop("There is no such rule in this draft."))

    return _change(version, agent, revision, change)


def switch_rule(version: PackVersion, agent: Agent, rule_id: str, *, revision: int, on: bool) -> PackVersion:
    """A disabled rule stays in the pack and says nothing."""

    def change(body: Body) -> None:
        rule = _rule_in(body, rule_id)
        rule.pop("disabled", None)
        if not on:
            rule["disabled"] = True

    return _change(version, agent, revision, change)


def remove_rule(version: PackVersion, agent: Agent, rule_id: str, *, revision: int) -> PackVersion:
    """Take a rule out of the draft."""
    return _change(version, agent, revision, lambda body: body["rules"].remove(_rule_in(body, rule_id)))


def put_head(version: PackVersion, agent: Agent, head: Mapping[str, Any], *, revision: int) -> PackVersion:
    """Change what stands above the rules: authority, classes of goods, times."""
    return _change(version, agent, revision, lambda body: body.update(head))


def put_body(version: PackVersion, agent: Agent, new: Mapping[str, Any], *, revision: int) -> PackVersion:
    """Put a whole pack (from a file) in the place of the draft's."""

    def change(body: Body) -> None:
        body.update({key: value for key, value in new.items() if key not in ("name", "version")})

    return _change(version, agent, revision, change)


@transaction.atomic
def _change(version: PackVersion, agent: Agent, revision: int, change: Callable[[Body], None]) -> PackVersion:
    draft = _locked(version, agent, State.DRAFT)
    if draft.revision != revision:
        raise Conflict(gettext_noop("A colleague has changed this draft meanwhile. Look at it again."))
    body = canonical(draft.body)
    old = canonical(draft.body)
    change(body)
    found = [f for f in examine_form(body, load_terms()) if f.severity == ERROR]
    if found:
        raise BadPack(found)
    draft.body = canonical(body)
    draft.digest = digest_of(draft.body)
    changes = differences(old, draft.body)
    if changes:
        draft.revision += 1
        draft.editors = sorted({*draft.editors, agent.pk})
        draft.save(update_fields=["body", "digest", "revision", "editors", "changed_at"])
        cells = [f"{c.rule}.{c.cell}".strip(".") or c.kind for c in changes]
        _record(draft, agent, "policy.changed", after={"changes": len(cells), "cells": ", ".join(cells[:12])})
    return draft


@transaction.atomic
def submit(version: PackVersion, agent: Agent, *, note: str = "") -> PackVersion:
    """Hand the draft in for approval; nothing can be changed from then on."""
    draft = _locked(version, agent, State.DRAFT)
    if blocks(findings_of(draft.body)):
        raise DomainError(gettext_noop("The check has found errors; repair them before you hand it in."))
    if not differences(foundation_of(draft)[1], draft.body):
        raise DomainError(gettext_noop("Nothing has been changed yet."))
    draft.state, draft.submitted_at, draft.note = State.SUBMITTED, timezone.now(), note[:300]
    draft.editors = sorted({*draft.editors, agent.pk})
    draft.save(update_fields=["state", "submitted_at", "note", "editors", "changed_at"])
    _record(draft, agent, "policy.submitted", after={"note": draft.note})
    return draft


@transaction.atomic
def take_back(version: PackVersion, agent: Agent, *, reason: str = "") -> PackVersion:
    """Back to a draft: withdrawn by an author, or returned by whoever was to approve it."""
    draft = _locked(version, agent, State.SUBMITTED)
    draft.state, draft.submitted_at = State.DRAFT, None
    draft.save(update_fields=["state", "submitted_at", "changed_at"])
    _record(draft, agent, "policy.returned", after={"reason": reason[:300]})
    return draft


@transaction.atomic
def discard(version: PackVersion, agent: Agent) -> None:
    """Give the draft up; its number is not used again."""
    draft = _locked(version, agent, State.DRAFT)
    draft.state = State.DISCARDED
    draft.save(update_fields=["state", "changed_at"])
    _record(draft, agent, "policy.discarded")


@transaction.atomic
def publish(version: PackVersion, agent: Agent) -> PackVersion:
    """Approve a submitted version and put it in force. Never by anybody who had a hand in it; where
    `reason_for_admin` finds one, only by an admin; what the check forbids cannot be approved by anybody."""
    draft = _locked(version, agent, State.SUBMITTED)
    if agent.pk in draft.editors:
        raise NotAllowed(gettext_noop("Somebody who did not work on this version has to approve it."))
    if reason_for_admin(draft):
        require_role(agent, draft.pack.shop_id, Role.ADMIN)
    if digest_of(draft.body) != draft.digest or blocks(findings_of(draft.body)):
        raise Conflict(gettext_noop("The check has found errors; return the version to its author."))
    before = _retire_current(draft.pack)
    now = timezone.now()
    draft.state, draft.approver, draft.published_at = State.PUBLISHED, agent, now
    draft.save(update_fields=["state", "approver", "published_at", "changed_at"])
    _record(draft, agent, "policy.published", before={"version": before}, after={"version": draft.label})
    emit(events.PackPublished(draft.pack.shop_id, draft.pk, draft.label))
    return draft


@transaction.atomic
def roll_back(shop: Shop, base: str, agent: Agent, *, target: PackVersion | None) -> str:
    """Put a former version in force again, or (without a target) the shipped pack; only an admin may where
    less is forbidden then. Returns its label."""
    require_role(agent, shop.pk, Role.LEAD)
    pack = PolicyPack.objects.select_for_update().filter(shop=shop, base=base).first()
    if pack is None:
        raise Conflict(gettext_noop("The shipped pack is in force already."))
    if target is not None:
        target = PackVersion.objects.filter(pack=pack, pk=target.pk, state=State.RETIRED).first()
        if target is None:
            raise Conflict(gettext_noop("Only a version that was in force before can come back."))
        if blocks(findings_of(target.body)):
            raise Conflict(gettext_noop("This version has errors by today's check; start a draft from it."))
    in_force = PackVersion.objects.filter(pack=pack, state=State.PUBLISHED).first()
    if loosened_by(in_force, base, target):
        require_role(agent, shop.pk, Role.ADMIN)
    before = _retire_current(pack)
    if target is None and not before:
        raise Conflict(gettext_noop("The shipped pack is in force already."))
    if target is not None:
        target.state, target.published_at, target.retired_at = State.PUBLISHED, timezone.now(), None
        target.save(update_fields=["state", "published_at", "retired_at", "changed_at"])
    label = target.label if target else shipped_ref(base).label
    audit.record(
        shop.pk,
        f"agent-{agent.pk}",
        "policy.rolled_back",
        f"policy-{base}",
        before={"version": before},
        after={"version": label},
    )
    announce(shop.pk, "policies")
    emit(events.PackPublished(shop.pk, target.pk if target else None, label))
    return label


def _locked(version: PackVersion, agent: Agent, state: State) -> PackVersion:
    """The version as it is now, its pack locked; only in this state."""
    pack = PolicyPack.objects.select_for_update().get(pk=version.pack_id)
    require_role(agent, pack.shop_id, Role.LEAD)
    fresh = PackVersion.objects.select_related("pack__shop", "based_on").get(pk=version.pk)
    if fresh.state != state:
        wanted = {
            State.DRAFT: gettext_noop("This version is not a draft any more."),
            State.SUBMITTED: gettext_noop("This version does not wait for approval any more."),
        }
        raise Conflict(wanted[state])
    return fresh


def _retire_current(pack: PolicyPack) -> str:
    current = PackVersion.objects.filter(pack=pack, state=State.PUBLISHED).first()
    if current is None:
        return ""
    current.state, current.retired_at = State.RETIRED, timezone.now()
    current.save(update_fields=["state", "retired_at", "changed_at"])
    return current.label


def _rule_in(body: Body, rule_id: str) -> dict[str, Any]:
    for rule in body["rules"]:
        if rule["id"] == rule_id:
            return rule  # type: ignore[no-any-return]
    raise NotFound(gettext_noop("There is no such rule in this draft."))


def _record(version: PackVersion, agent: Agent, verb: str, **values: Any) -> None:
    shop_id = version.pack.shop_id
    audit.record(shop_id, f"agent-{agent.pk}", verb, f"policy-version-{version.pk}", **values)
    announce(shop_id, "policies", f"policy-version-{version.pk}")
