"""The policy packs in force, compiled once per version."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from goldseam.policies.queries import PackRef, body_of, packs_in_force, shipped_ref
from goldseam.workshop.load_deciding import read_pack

if TYPE_CHECKING:
    from goldseam.engine.decide.policy import PolicyPack, Rule

_IN_MEMORY = 64


class Packs:
    """A shop's packs in force at one moment: one short query."""

    def __init__(self, shop_id: int) -> None:
        self._refs = packs_in_force(shop_id)

    def pack_for(self, base: str, currency: str) -> PolicyPack:
        """The pack in the place of the shipped pack `base`; without one the first that knows the currency,
        else the first of all."""
        for ref in self._refs:
            if ref.base == base:
                return _compiled(ref)
        packs = [_compiled(ref) for ref in self._refs]
        return next((pack for pack in packs if currency in pack.currencies), packs[0])

    def base_of(self, label: str) -> str:
        """Which shipped pack stands behind a label such as "porcelain.default@3"; empty when none in force
        does."""
        return next((ref.base for ref in self._refs if ref.label == label), "")


def rule_for(pack: PolicyPack, rule_id: str, remedy: str) -> Rule | None:
    """The rule that spoke of the remedy, if the pack in force still holds it."""
    rule = pack.rule(rule_id) if rule_id else None
    return rule if rule is not None and remedy in rule.remedies else None


@lru_cache(maxsize=_IN_MEMORY)
def _compiled(ref: PackRef) -> PolicyPack:
    """A version that this release cannot read any more gives way to the shipped pack, as in every
    decision."""
    try:
        return read_pack(body_of(ref))
    except (KeyError, TypeError, ValueError):
        if ref.version_id is None:
            raise
        return read_pack(body_of(shipped_ref(ref.base)))
