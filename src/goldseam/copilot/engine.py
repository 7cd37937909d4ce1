"""The engine with its tables, loaded once per process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldseam.engine.assessment import Assessment
    from goldseam.engine.facts import Conversation
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
