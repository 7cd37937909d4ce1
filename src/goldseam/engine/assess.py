"""The heart of the product: one conversation with its facts in, one assessment out."""

from __future__ import annotations

from goldseam.engine.assessment import Assessment
from goldseam.engine.decide.decide import decide
from goldseam.engine.facts import Conversation
from goldseam.engine.tables import Tables
from goldseam.engine.text.read import read


def assess(conversation: Conversation, tables: Tables) -> Assessment:
    """Read the words, then decide what follows from them and from the facts."""
    reading = read(conversation, tables.reading)
    return decide(conversation, reading, tables.deciding)
