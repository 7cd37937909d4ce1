"""The data the engine reasons with, as arguments: lexicons and models for reading, policy and
weights for deciding. `goldseam.workshop.load.load_tables` reads them from disk and checks hashes."""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.engine.decide.tables import DecidingTables
from goldseam.engine.text.tables import ReadingTables


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything `assess` needs beside the facts."""

    reading: ReadingTables
    deciding: DecidingTables
