"""The engine with its tables, loaded once per process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldseam.engine.assessment import Assessment
    from goldseam.engine.facts import Conversation
    from goldseam.engine.reply.check import ReplyCheck
    from goldseam.engine.reply.request import ReplyRequest
    from goldseam.engine.tables import Tables


@cache
def tables() -> Tables:
    """The shipped lexicons, models and policy pack; read when first needed, so that commands which do
    not assess start at once."""
    from goldseam.workshop.load import load_tables

    return load_tables()


def assess_facts(conversation: Conversation) -> Assessment:
    """One conversation through the engine."""
    from goldseam.engine.assess import assess

    return assess(conversation, tables())


def draft_for_remedy(conversation: Conversation, remedy: str) -> str | None:
    """The engine's draft as if `remedy` stood first; None when it is not among the allowed ones."""
    from goldseam.engine.decide.draft import draft
    from goldseam.engine.decide.liability import liability
    from goldseam.engine.decide.remedies import remedies
    from goldseam.engine.decide.risk import risk
    from goldseam.engine.decide.situation import situation
    from goldseam.engine.decide.urgency import priority
    from goldseam.engine.text.read import read

    deciding = tables().deciding
    view = situation(conversation, read(conversation, tables().reading), deciding)
    danger = risk(view, deciding.risk)
    ranked = remedies(view, danger, liability(view, deciding.liability), deciding.remedies)
    chosen = tuple(found for found in ranked if found.code == remedy)
    return draft(view, chosen, priority(view, danger)).text if chosen else None


def check_text(reply: ReplyRequest) -> ReplyCheck:
    """One outgoing text through the engine."""
    from goldseam.engine.reply.check import check_reply

    return check_reply(reply, tables())
