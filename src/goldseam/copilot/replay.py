"""Running a kept decision again: on its own facts, by its own policy pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from goldseam import __version__
from goldseam.copilot.engine import with_bodies
from goldseam.copilot.models import CheckedReply, Decision
from goldseam.engine.assess import assess
from goldseam.engine.parse import parse_conversation
from goldseam.engine.reply.authority import Author, Given, Granted, Said
from goldseam.engine.reply.check import check_prepared, prepare
from goldseam.engine.reply.request import ReplyRequest
from goldseam.policies.queries import ref_of_label


@dataclass(frozen=True, slots=True)
class Replay:
    """What the engine says to a decision's facts today. `differs` names the parts that are not as they were;
    with `same_engine` (the release and models are those of the decision) there can be none."""

    assessment: dict[str, Any]
    differs: tuple[str, ...]
    same_engine: bool


def replay(decision: Decision) -> Replay:
    """Decide again by the pack that stands beside the decision; "not found" when that pack is not kept."""
    kept = decision.assessment
    label = kept["model"]["policy_pack"]
    ref, body = ref_of_label(decision.conversation.shop_id, label, str(decision.extra.get("pack_digest", "")))
    loaded = with_bodies(((ref, body),))
    again = assess(parse_conversation(decision.facts), loaded.tables).as_contract(kept["elapsed_ms"])
    differs = tuple(part for part in kept if again.get(part) != kept[part])
    same = kept["model"]["engine"] == __version__ and kept["model"]["issue"] == again["model"]["issue"]
    return Replay(again, differs, same)


def replay_reply(row: CheckedReply) -> Replay:
    """Check a sent reply again: on its own facts, as its own writer, by the pack that stands beside it."""
    kept = row.result
    ref, body = ref_of_label(row.conversation.shop_id, row.pack, row.digest)
    loaded = with_bodies(((ref, body),))
    case = prepare(parse_conversation(row.facts), loaded.tables)
    request = ReplyRequest(kept["id"], row.text, _author(row.author))
    again = check_prepared(request, case, loaded.tables, row.remedy).as_contract(kept["elapsed_ms"])
    differs = tuple(part for part in kept if again.get(part) != kept[part])
    return Replay(again, differs, row.extra.get("engine") == __version__)


def _author(kept: dict[str, Any]) -> Author:
    return Author(
        role=kept["role"],
        limit=kept["limit"],
        own=kept["own"],
        given=Given(**kept["given"]),
        granted=tuple(Granted(**one) for one in kept["granted"]),
        said=tuple(Said(**one) for one in kept["said"]),
    )
