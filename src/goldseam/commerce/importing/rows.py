"""What readers yield: rows of plain values, or the pieces that are no rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from goldseam.commerce.importing.errors import BrokenRow, CutOff


@dataclass(slots=True)
class Row:
    """One row: its line (or sheet row, or place in the file), its values, and the keys above it in
    nested maps."""

    number: int
    data: dict[str, Any]
    keys: dict[str, str] = field(default_factory=dict)


Piece = Row | BrokenRow | CutOff


class Reader(Protocol):
    """A file that is being read."""

    columns: tuple[str, ...] | None
    """The header, where the format has one."""

    def __iter__(self) -> Iterator[Piece]: ...

    def close(self) -> None:
        """Let go of the file."""


Progress = Callable[[int], None]
"""Called with the number of bytes read so far."""
