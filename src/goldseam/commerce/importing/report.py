"""What an import did, or would do."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

_INDEX = re.compile(r"\[\d+\]")
MAX_PROBLEMS = 20
MAX_ALIKE = 5


@dataclass(slots=True)
class Tally:
    """Counts of one entity of one source."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, which value, why."""

    file: str
    row: int
    field: str
    value: object
    reason: str


@dataclass(slots=True)
class Report:
    """The counts by source and entity, the first problems (few of each kind), how often each occurred."""

    rows: int = 0
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    kinds: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    is_interrupted: bool = False

    def tally(self, source: str, entity: str) -> Tally:
        """The counts of an entity of a source."""
        return self.tallies.setdefault((source, entity), Tally())

    def add_problem(self, source: str, problem: Problem) -> None:
        """Count a problem, and keep it when it is among the first."""
        kind = (source, _INDEX.sub("[]", problem.field), problem.reason)
        self.kinds[kind] += 1
        if len(self.problems) < MAX_PROBLEMS and self.kinds[kind] <= MAX_ALIKE:
            self.problems.append(problem)

    @property
    def refused(self) -> int:
        """How many rows or records were left out."""
        return self.kinds.total()
