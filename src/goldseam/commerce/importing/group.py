"""From rows to units: what becomes one record. A unit is one row, or the neighbouring rows of one key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from goldseam.commerce.importing import values
from goldseam.commerce.importing.errors import BrokenRow, CutOff, ValueProblem
from goldseam.commerce.importing.expressions import Expression
from goldseam.commerce.importing.rows import Piece, Row

MAX_ROWS = 10_000
"""Rows that one key may have."""


@dataclass(slots=True)
class Unit:
    """The rows of one record, and why they cannot be one, if so."""

    rows: list[Row]
    fault: str = ""
    kept: list[Row] = field(default_factory=list)
    """What a reject file keeps instead of `rows`, where rows were made out of these."""


def expanded(pieces: Iterable[Piece], rows: Expression | None) -> Iterator[Unit | BrokenRow | CutOff]:
    """One unit per row; with the source's `rows` expression one per element of its result, which sees
    the row it came from as `_parent`."""
    for piece in pieces:
        if not isinstance(piece, Row):
            yield piece
        elif rows is None:
            yield Unit([piece])
        else:
            yield from _children(piece, rows)


def _children(row: Row, rows: Expression) -> Iterator[Unit]:
    try:
        found = rows({**row.data, "_keys": row.keys, "_number": row.number})
    except ValueProblem as problem:
        yield Unit([row], fault=str(problem))
        return
    for element in found if isinstance(found, list) else [] if found is None else [found]:
        data = dict(element) if isinstance(element, dict) else {"_value": element}
        data["_parent"] = row.data
        yield Unit([Row(row.number, data, row.keys)], kept=[row])


def grouped(
    units: Iterable[Unit | BrokenRow | CutOff], key: Expression
) -> Iterator[Unit | BrokenRow | CutOff]:
    """Neighbouring rows of one key as one unit. Memory stays flat: of past keys only hashes are kept,
    so a key that comes again later is refused, for its rows are not together."""
    seen: set[int] = set()
    open_key: str | None = None
    unit: Unit | None = None
    broken: int | None = None
    for piece in units:
        if not isinstance(piece, Unit):
            broken = piece.number
            yield piece
            continue
        name, fault = _key(piece, key)
        if unit is not None and not fault and name == open_key:
            _append(unit, piece, broken)
            broken = None
            continue
        if unit is not None:
            yield unit
        unit, open_key, broken = piece, name, None
        if fault:
            unit.fault, open_key = fault, None
        elif hash(name) in seen:
            unit.fault = f"The rows of {name!r} do not stand together; sort the file by the group's column."
        else:
            seen.add(hash(name))
    if unit is not None:
        yield unit


def _append(unit: Unit, piece: Unit, broken: int | None) -> None:
    if broken is not None and not unit.fault:
        unit.fault = f"Row {broken}, between this record's rows, cannot be read."
    if len(unit.rows) >= MAX_ROWS:
        unit.fault = unit.fault or f"More than {MAX_ROWS} rows have the same group key."
        return
    unit.rows.extend(piece.rows)
    unit.kept.extend(piece.kept)


def _key(unit: Unit, key: Expression) -> tuple[str, str]:
    if unit.fault:
        return "", unit.fault
    row = unit.rows[0]
    try:
        name = values.to_text(key({**row.data, "_keys": row.keys, "_number": row.number}))
    except ValueProblem as problem:
        return "", str(problem)
    return (name, "") if name else ("", "The group's key is empty.")
