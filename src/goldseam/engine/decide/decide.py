"""From words and facts to one assessment."""

from __future__ import annotations

from goldseam import __version__
from goldseam.engine.assessment import Assessment, Versions
from goldseam.engine.decide.draft import draft
from goldseam.engine.decide.liability import liability
from goldseam.engine.decide.remedies import remedies
from goldseam.engine.decide.risk import risk
from goldseam.engine.decide.situation import situation
from goldseam.engine.decide.tables import DecidingTables
from goldseam.engine.decide.urgency import handover, priority
from goldseam.engine.facts import Conversation
from goldseam.engine.reading import Reading


def decide(conversation: Conversation, reading: Reading, tables: DecidingTables) -> Assessment:
    """Judge one conversation. The same arguments always give the same assessment."""
    view = situation(conversation, reading, tables)
    danger = risk(view, tables.risk)
    blame = liability(view, tables.liability)
    ranked = remedies(view, danger, blame, tables.remedies)
    urgency = priority(view, danger)
    return Assessment(
        id=conversation.id,
        language=reading.language,
        issue=reading.issue,
        emotion=reading.emotion,
        signals=reading.signals,
        entities=reading.entities,
        order=reading.order,
        liability=blame,
        risk=danger,
        priority=urgency,
        handover=handover(view, danger),
        remedies=ranked,
        draft=draft(view, ranked, urgency),
        model=Versions(engine=__version__, issue=reading.models, policy_pack=view.pack.label),
        requests=reading.requests,
    )
