"""Which pack is in force, and the gates to its versions: leads and admins of the shop only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core.errors import NotFound
from goldseam.core.unit import once
from goldseam.engine.decide.pack_check import check_pack
from goldseam.engine.decide.pack_terms import Finding
from goldseam.people.queries import Role, require_role, shops_of
from goldseam.policies.models import OPEN, KeptPack, PackVersion, PolicyPack, State, TryOut
from goldseam.workshop.load_terms import load_terms, shipped_pack, shipped_packs

if TYPE_CHECKING:
    from goldseam.people.models import Agent

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class PackRef:
    """The pack that decides in the place of `base`: a shop's version, or the shipped pack (no version)."""

    base: str
    label: str
    digest: str
    version_id: int | None = None


def digest_of(body: Mapping[str, Any]) -> str:
    """The SHA-256 of a pack in canonical form."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=8)
def shipped_ref(base: str) -> PackRef:
    """The pack that comes with the software."""
    body = shipped_pack(base)
    return PackRef(base, f"{body['name']}@{body['version']}", digest_of(body))


def packs_in_force(shop_id: int) -> tuple[PackRef, ...]:
    """One pack for each shipped one: the shop's published version, else the shipped pack itself. Read once in
    a unit of work."""
    return once(("packs", shop_id), lambda: _packs_in_force(shop_id))


def _packs_in_force(shop_id: int) -> tuple[PackRef, ...]:
    rows = PackVersion.objects.filter(pack__shop_id=shop_id, state=State.PUBLISHED)
    columns = rows.values_list("pack__base", "label", "digest", "pk")
    own = {base: PackRef(base, label, digest, pk) for base, label, digest, pk in columns}
    return tuple(own.get(base) or shipped_ref(base) for base in shipped_packs())


def body_of(ref: PackRef) -> dict[str, Any]:
    """The pack itself, in canonical form."""
    if ref.version_id is None:
        return shipped_pack(ref.base)
    body: dict[str, Any] = PackVersion.objects.values_list("body", flat=True).get(pk=ref.version_id)
    return body


def ref_of_label(shop_id: int, label: str, digest: str = "") -> tuple[PackRef, dict[str, Any]]:
    """The pack that stands beside an old decision, with its body; "not found" when it is kept nowhere.
    Several releases may have shipped one label: `digest` then tells which."""
    for base in shipped_packs():
        ref = shipped_ref(base)
        if ref.label == label and digest in ("", ref.digest):
            return ref, shipped_pack(base)
    same = {"label": label, "digest": digest} if digest else {"label": label}
    version = PackVersion.objects.select_related("pack").filter(pack__shop_id=shop_id, **same).last()
    if version is not None:
        return ref_of(version), version.body
    kept = KeptPack.objects.filter(**same).last()
    if kept is not None:
        return PackRef(label.rpartition("@")[0], label, kept.digest), kept.body
    raise NotFound(gettext_noop("The policy pack of this decision is not kept any more."))


def ref_of(version: PackVersion) -> PackRef:
    """A version as the engine's pack, whatever its state."""
    return PackRef(version.pack.base, version.label, version.digest, version.pk)


def access_version(agent: Agent, version_id: int) -> PackVersion:
    """The gate to a version: "not found" for strangers, "not allowed" below a lead."""
    version = (
        PackVersion.objects.select_related("pack__shop", "author", "approver", "based_on")
        .filter(pk=version_id, pack__shop__in=shops_of(agent))
        .first()
    )
    if version is None:
        raise NotFound(gettext_noop("There is no such version of a policy pack."))
    require_role(agent, version.pack.shop_id, Role.LEAD)
    return version


def access_tryout(agent: Agent, tryout_id: int) -> TryOut:
    """The gate to a try-out, the same as to its version."""
    tryout = TryOut.objects.select_related("version", "asked_by").filter(pk=tryout_id).first()
    if tryout is None:
        raise NotFound(gettext_noop("There is no such try-out."))
    tryout.version = access_version(agent, tryout.version_id)
    return tryout


def tryout_by_id(tryout_id: int) -> TryOut:
    """A try-out for the machinery that runs it."""
    return TryOut.objects.select_related("version__pack").get(pk=tryout_id)


def tryouts_of(version_id: int) -> list[TryOut]:
    """A version's try-outs, the newest first."""
    return list(TryOut.objects.select_related("asked_by").filter(version_id=version_id)[:10])


def known_base(base: str) -> str:
    """A shipped pack's name, else "not found"."""
    if base not in shipped_packs():
        raise NotFound(gettext_noop("There is no such policy pack."))
    return base


def versions_of(shop_id: int, base: str) -> list[PackVersion]:
    """A pack's versions, the newest first; discarded drafts are not shown."""
    rows = PackVersion.objects.select_related("author", "approver", "based_on", "pack")
    kept = rows.filter(pack__shop_id=shop_id, pack__base=base).exclude(state=State.DISCARDED)
    return list(kept[:MOST_SHOWN])


def open_version(pack: PolicyPack) -> PackVersion | None:
    """The version that is being written or waits for approval; there is one at most."""
    return PackVersion.objects.filter(pack=pack, state__in=OPEN).first()


def foundation_of(version: PackVersion) -> tuple[str, dict[str, Any]]:
    """What a version was started from: its label and body."""
    if version.based_on is not None:
        return version.based_on.label, version.based_on.body
    base = version.pack.base
    return shipped_ref(base).label, shipped_pack(base)


def in_force_beside(version: PackVersion) -> tuple[str, dict[str, Any]]:
    """The pack that this version would replace: its label and body."""
    current = PackVersion.objects.filter(pack_id=version.pack_id, state=State.PUBLISHED).first()
    if current is not None:
        return current.label, current.body
    base = version.pack.base
    return shipped_ref(base).label, shipped_pack(base)


def findings_of(body: Mapping[str, Any], on: date | None = None) -> list[Finding]:
    """What the check says of a pack on a day (today by default)."""
    return check_pack(dict(body), load_terms(), on or timezone.localdate())
