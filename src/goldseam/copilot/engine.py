"""The engine with its tables, loaded once per process; the policy packs are the shop's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import structlog
from django.utils.translation import get_language

from goldseam.engine.decide.retelling import Retelling
from goldseam.policies.queries import PackRef, body_of, packs_in_force, shipped_ref

if TYPE_CHECKING:
    from goldseam.engine.assessment import Assessment
    from goldseam.engine.decide.policy import PolicyPack
    from goldseam.engine.facts import Conversation
    from goldseam.engine.reply.check import ReplyCheck
    from goldseam.engine.reply.request import ReplyRequest
    from goldseam.engine.tables import Tables

_SHOPS_IN_MEMORY = 64


@cache
def tables() -> Tables:
    """The shipped lexicons, models and policy packs; read when first needed, so that commands which do
    not assess start at once."""
    from goldseam.workshop.load import load_tables

    return load_tables()


@dataclass(frozen=True, slots=True)
class ShopTables:
    """The tables with a shop's packs, and the digest of each pack by its label."""

    tables: Tables
    digests: Mapping[str, str]


def evidence_in_words(language: str) -> Callable[[str], str]:
    """How evidence that was found in this language is said to the reader of the present page."""
    texts = tables().deciding.texts
    reader = (get_language() or "")[:2]
    told, wanted = texts.get(language, texts["en"]), texts.get(reader, texts["en"])
    return str if told is wanted else _retelling(told.language, wanted.language)


@cache
def _retelling(told: str, wanted: str) -> Retelling:
    texts = tables().deciding.texts
    return Retelling(texts[told], texts[wanted])


def tables_of(shop_id: int | None) -> ShopTables:
    """The tables by which a shop decides now (one short query); without a shop the shipped ones."""
    refs = packs_in_force(shop_id) if shop_id is not None else ()
    return _with_packs(refs)


@lru_cache(maxsize=_SHOPS_IN_MEMORY)
def _with_packs(refs: tuple[PackRef, ...]) -> ShopTables:
    shipped = tables()
    if all(ref.version_id is None for ref in refs):
        return ShopTables(shipped, {ref.label: ref.digest for ref in refs})
    return with_bodies(tuple((ref, body_of(ref)) for ref in refs))


def with_bodies(packs: tuple[tuple[PackRef, Mapping[str, Any]], ...]) -> ShopTables:
    """The tables with these packs. One that this release cannot read any more is told in the log and gives
    way to the shipped one, for a shop without decisions would be worse off."""
    shipped = tables()
    found = tuple(_compiled(ref, body) for ref, body in packs)
    deciding = replace(shipped.deciding, packs=tuple(pack for _, pack in found))
    return ShopTables(replace(shipped, deciding=deciding), {ref.label: ref.digest for ref, _ in found})


def _compiled(ref: PackRef, body: Mapping[str, Any]) -> tuple[PackRef, PolicyPack]:
    from goldseam.workshop.load_deciding import read_pack
    from goldseam.workshop.load_terms import shipped_pack

    try:
        return ref, read_pack(body)
    except (KeyError, TypeError, ValueError) as error:
        if ref.version_id is None:
            raise
        structlog.get_logger().error("policy.unreadable", pack=ref.label, error=str(error))
        return shipped_ref(ref.base), read_pack(shipped_pack(ref.base))


def assess_facts(conversation: Conversation, shop_id: int | None = None) -> Assessment:
    """One conversation through the engine, by a shop's own packs."""
    from goldseam.engine.assess import assess

    return assess(conversation, tables_of(shop_id).tables)


def draft_for_remedy(conversation: Conversation, remedy: str, shop_id: int | None = None) -> str | None:
    """The engine's draft as if `remedy` stood first; None when it is not among the allowed ones."""
    from goldseam.engine.decide.draft import draft
    from goldseam.engine.decide.liability import liability
    from goldseam.engine.decide.remedies import remedies
    from goldseam.engine.decide.risk import risk
    from goldseam.engine.decide.situation import situation
    from goldseam.engine.decide.urgency import priority
    from goldseam.engine.text.read import read

    loaded = tables_of(shop_id).tables
    deciding = loaded.deciding
    view = situation(conversation, read(conversation, loaded.reading), deciding)
    danger = risk(view, deciding.risk)
    ranked = remedies(view, danger, liability(view, deciding.liability), deciding.remedies)
    chosen = tuple(found for found in ranked if found.code == remedy)
    return draft(view, chosen, priority(view, danger)).text if chosen else None


def check_text(reply: ReplyRequest, shop_id: int | None = None) -> ReplyCheck:
    """One outgoing text through the engine, by a shop's own packs."""
    from goldseam.engine.reply.check import check_reply

    return check_reply(reply, tables_of(shop_id).tables)
