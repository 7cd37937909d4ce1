"""What can be wrong with an import, from the mapping down to one value."""

from __future__ import annotations

from dataclasses import dataclass


class ImportRefused(Exception):
    """The import cannot begin, or a whole file cannot be read; the message names place and remedy."""


class MappingError(ImportRefused):
    """The mapping is wrong at `line` of `file`, at `key`."""

    def __init__(self, file: str, line: int, key: str, message: str) -> None:
        super().__init__(f"{file}:{line}: {key}: {message}" if key else f"{file}:{line}: {message}")
        self.line = line
        self.key = key
        self.message = message


class ValueProblem(ValueError):
    """One value cannot be what its field needs."""


class FieldProblem(Exception):
    """A value of a row is wrong: at which field, which value, why."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A piece of a file that is no row at all: where, why, and its beginning as it stands there."""

    number: int
    reason: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class CutOff:
    """The file breaks off or is damaged so that nothing after this place can be read."""

    number: int
    reason: str
