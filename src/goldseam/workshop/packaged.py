"""The engine's own data files, as they come with the package."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import orjson


def read_data(name: str) -> Any:
    """One JSON data file of the engine, by its path below `engine/data`."""
    return orjson.loads(files("goldseam.engine").joinpath("data", *name.split("/")).read_bytes())
