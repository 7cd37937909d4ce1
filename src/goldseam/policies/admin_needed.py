"""Which changes of a pack are an admin's to approve: more authority, and less that is forbidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from goldseam.engine.decide.pack_bans import loosened
from goldseam.engine.decide.pack_diff import ABSENT, ADDED, differences
from goldseam.engine.decide.pack_terms import LADDER
from goldseam.people.queries import Role, memberships_in
from goldseam.policies.models import PackVersion
from goldseam.policies.queries import in_force_beside
from goldseam.workshop.load_terms import load_terms, shipped_pack

AUTHORITY, BANS = "authority", "bans"


def reason_for_admin(version: PackVersion) -> str:
    """Why only an admin may approve this version: it raises `authority`, or loosens `bans`; else empty.

    One of the two people who stand behind looser bans is an admin: the approver, unless nobody but admins
    had a hand in the version."""
    if raises_authority(version):
        return AUTHORITY
    if not loosened_bans(version):
        return ""
    admins = {m.agent_id for m in memberships_in(version.pack.shop_id) if m.role == Role.ADMIN}
    return "" if admins.issuperset(version.editors) else BANS


def loosened_bans(version: PackVersion) -> tuple[str, ...]:
    """The rules in force that forbid, and that this version would remove or loosen."""
    return loosened(in_force_beside(version)[1], version.body, load_terms(), timezone.localdate())


def loosened_by(in_force: PackVersion | None, base: str, target: PackVersion | None) -> tuple[str, ...]:
    """The same for going back from the version in force to a former one, or (without a target) to the shipped
    pack."""
    if in_force is None:
        return ()
    body = target.body if target else shipped_pack(base)
    return loosened(in_force.body, body, load_terms(), timezone.localdate())


def raises_authority(version: PackVersion) -> bool:
    """Whether a version gives more authority than the one in force: to a role, or to an agent or bot under a
    rule beyond what a lead may grant."""
    old, new = in_force_beside(version)[1], version.body
    lead = new["authority"]["lead"]["per_case"]
    for change in differences(old, new):
        table, _, role = change.cell.partition(".")
        if not change.rule and table in ("authority", "default_role"):
            return True
        grants: Mapping[str, Any] = {}
        if change.kind == ADDED:
            grants = change.after.get("grants", {})
        elif table == "grants":
            grants = {role: change.after}
        if any(_more(limit, lead) for name, limit in grants.items() if name in LADDER[:2]):
            return True
    return False


def _more(limit: Any, than: float | None) -> bool:
    return limit is not ABSENT and than is not None and (limit is None or limit > than)
