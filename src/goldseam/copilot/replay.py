"""Running a kept decision again: on its own facts, by its own policy pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from goldseam import __version__
from goldseam.copilot.engine import with_bodies
from goldseam.copilot.models import Decision
from goldseam.engine.assess import assess
from goldseam.engine.parse import parse_conversation
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
