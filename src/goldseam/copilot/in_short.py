"""A conversation in short, for whoever takes over: need, done, open, next, each with its words."""

from __future__ import annotations

from goldseam.copilot.engine import tables_of
from goldseam.copilot.models import Decision
from goldseam.engine.assess import assess
from goldseam.engine.parse import parse_conversation
from goldseam.engine.wording.summary import Summary, summarise


def in_short(decision: Decision, shop_id: int) -> Summary:
    """The summary of a decision's facts, by the engine alone."""
    tables = tables_of(shop_id).tables
    facts = parse_conversation(decision.facts)
    return summarise(facts, assess(facts, tables), tables)
