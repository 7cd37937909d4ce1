"""Which file is read by which source of the mapping, in which order; and is everything needed there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from goldseam.commerce.importing.errors import ImportRefused
from goldseam.commerce.importing.fields import Field, Shape
from goldseam.commerce.importing.mapping import Mapping, Source
from goldseam.commerce.importing.read_delimited import DelimitedReader
from goldseam.commerce.importing.read_excel import ExcelReader
from goldseam.commerce.importing.read_json import JsonLinesReader, JsonReader
from goldseam.commerce.importing.rejects import is_reject_file
from goldseam.commerce.importing.rows import Progress, Reader

_ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xlsx",
    ".ods": "xlsx",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One reading of one file. Without a source it is a reject file, whose lines name their sources."""

    path: Path
    source: Source | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The readings, in order, and the files of the given folders that nothing reads."""

    tasks: tuple[Task, ...]
    unread: tuple[str, ...]


def plan_import(mapping: Mapping, paths: Sequence[Path]) -> Plan:
    """The readings in the order of the mapping's sources (so that a mapping can put customers before
    orders), reject files last. A file that was named and that no source wants is refused."""
    files = _files(paths)
    rejects = [path for path in files if is_reject_file(path)]
    tasks = [
        Task(path, source)
        for source in mapping.sources
        for path in files
        if path not in rejects and _is_for(source, path)
    ]
    read = {task.path for task in tasks} | set(rejects)
    unread = [path for path in files if path not in read]
    unwanted = [path.name for path in unread if path in paths]
    if unwanted or len(unread) == len(files):
        wanted = sorted({pattern for source in mapping.sources for pattern in source.options.files})
        raise ImportRefused(
            f"No source of the mapping {mapping.name} reads {', '.join(unwanted or map(str, paths))};"
            f" it reads {', '.join(wanted)}."
        )
    tasks += [Task(path, None) for path in rejects]
    return Plan(tuple(tasks), tuple(path.name for path in unread))


def _files(paths: Iterable[Path]) -> list[Path]:
    """The files, and those directly in the folders; without repeats."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update((inner, None) for inner in sorted(path.iterdir()) if inner.is_file())
        elif path.is_file():
            found[path] = None
        else:
            raise ImportRefused(f"There is no file {path}.")
    if not found:
        raise ImportRefused("There is no file to import.")
    return list(found)


def _is_for(source: Source, path: Path) -> bool:
    patterns = source.options.files
    return not patterns or any(fnmatch(path.name, pattern) for pattern in patterns)


def open_reader(path: Path, source: Source, progress: Progress) -> Reader:
    """The reader for a file; what the mapping needs and the header lacks is refused at once."""
    form = source.options.format or _ENDINGS.get(path.suffix.lower())
    if form is None:
        raise ImportRefused(
            f'{path.name}: the ending does not tell the format; give the source format = "csv" or another.'
        )
    reader: Reader
    if form == "json":
        reader = JsonReader(path, source.options, progress)
    elif form == "jsonl":
        reader = JsonLinesReader(path, source.options, progress)
    elif form == "xlsx":
        reader = ExcelReader(path, source.options, progress)
    else:
        reader = DelimitedReader(path, source.options, form, progress)
    if reader.columns is not None:
        try:
            _check_columns(path, source, reader.columns)
        except ImportRefused:
            reader.close()
            raise
    return reader


def _check_columns(path: Path, source: Source, columns: Sequence[str]) -> None:
    needs = [("group", source.group.columns)] if source.group is not None else []
    for mapping in source.entities:
        name = mapping.entity.schema.name
        needs += [
            (f"{name}.{field.name}", columns_of(field))
            for field in mapping.shape.fields
            if field.is_required or field.name in mapping.shape.schema.required
        ]
    for field, wanted in needs:
        if wanted and not wanted & set(columns):
            raise ImportRefused(
                f"{path.name}: {field} needs the column {_listed(wanted)}, which the file lacks"
                f"{_near(wanted, columns)}; it has: {', '.join(columns)[:500]}."
            )


def missing_columns(source: Source, columns: Sequence[str]) -> list[str]:
    """Columns that the mapping would read and the file does not have, so that their fields stay as they
    are. A field that can be read from another column is not counted."""
    present = set(columns)
    missing: set[str] = set()
    for mapping in source.entities:
        for field in _all_fields(mapping.shape):
            wanted = columns_of(field)
            if not wanted & present:
                missing |= wanted
    return sorted(missing)


def columns_of(field: Field) -> frozenset[str]:
    """The columns that a field reads."""
    if field.column is not None:
        return frozenset({field.column})
    names = field.expression.columns if field.expression is not None else frozenset()
    return frozenset(name for name in names if not name.startswith("_"))


def _all_fields(shape: Shape) -> Iterator[Field]:
    yield from shape.fields
    yield from shape.attributes
    for below in (shape.lists or {}).values():
        if below.each is None:
            yield from _all_fields(below.shape)


def _listed(names: Iterable[str]) -> str:
    return " or ".join(repr(name) for name in sorted(names))


def _near(wanted: Iterable[str], columns: Sequence[str]) -> str:
    folded = {column.casefold(): column for column in columns}
    for name in wanted:
        close = difflib.get_close_matches(name.casefold(), folded, 1)
        if close:
            return f" (is it {folded[close[0]]!r}?)"
    return ""
