"""The packaged reading tables, loaded once."""

from __future__ import annotations

import pytest

from goldseam.engine.text.tables import ReadingTables
from goldseam.workshop.load import load_reading


@pytest.fixture(scope="session")
def tables() -> ReadingTables:
    return load_reading()
