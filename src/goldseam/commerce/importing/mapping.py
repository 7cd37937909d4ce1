"""Mapping files: which file means what. Read completely and checked before any data is touched."""

from __future__ import annotations

import codecs
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from goldseam.commerce.importing import values
from goldseam.commerce.importing.compile import Compiler, expression_at
from goldseam.commerce.importing.document import Document, Table
from goldseam.commerce.importing.errors import ImportRefused, MappingError, ValueProblem
from goldseam.commerce.importing.expressions import Expression
from goldseam.commerce.importing.fields import Conversion, Shape
from goldseam.commerce.importing.functions import MappingFunctions
from goldseam.commerce.importing.schema import Entity

SHIPPED = Path(__file__).resolve().parent.parent / "mappings"
FORMATS = ("csv", "tsv", "json", "jsonl", "xlsx")

Format = Literal["csv", "tsv", "json", "jsonl", "xlsx"]


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How a source's files are written. None means: found out from the file."""

    files: tuple[str, ...] = ()
    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    sheet: str | None = None
    columns: tuple[str, ...] = ()
    skip: int = 0
    is_ragged: bool = False
    path: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityMapping:
    """What a source's rows tell of one entity."""

    entity: Entity
    shape: Shape
    when: Expression | None
    is_once: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """Times for rows that have none: row n happened `seconds` · n after `start`."""

    start: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one kind and what their rows mean."""

    name: str
    options: FileOptions
    entities: tuple[EntityMapping, ...]
    rows: Expression | None
    group: Expression | None
    clears: bool
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file."""

    name: str
    title: str
    sources: tuple[Source, ...]

    def source(self, name: str) -> Source | None:
        """The source with this name."""
        return next((source for source in self.sources if source.name == name), None)


def shipped_mappings() -> dict[str, Path]:
    """The mappings that come with the product, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def find_mapping(name: str) -> Path:
    """A mapping by path, or a shipped one by name."""
    path = Path(name)
    if path.is_file():
        return path
    shipped = shipped_mappings()
    if name in shipped:
        return shipped[name]
    raise ImportRefused(f"There is no mapping {name!r}: no such file, and shipped are {', '.join(shipped)}.")


def load_mapping(path: Path, entities: MappingType[str, Entity], zone: tzinfo) -> Mapping:
    """The checked mapping in a file; `zone` is where its moments are when neither they nor the mapping
    say. Raises `MappingError` with line and key."""
    document = Document.read(path)
    root = document.root
    title = root.take("title", str, path.stem)
    zone = _zone(root, zone)
    dates = root.texts("dates")
    maps = _maps(root)
    sources = root.take("source", list, [])
    if not sources or not all(isinstance(source, dict) for source in sources):
        raise root.error("source", "a mapping needs at least one [[source]].")
    loader = _SourceLoader(entities, zone, dates, maps)
    loaded = tuple(
        loader.load(Table(document, ("source", number), data), number) for number, data in enumerate(sources)
    )
    names = [source.name for source in loaded]
    for number, name in enumerate(names):
        if name in names[:number]:
            table = Table(document, ("source", number), sources[number])
            raise table.error("name", f"two sources are called {name!r}.")
    root.finish()
    return Mapping(name=path.stem, title=title, sources=loaded)


def _zone(table: Table, default: tzinfo) -> tzinfo:
    name = table.take("timezone", str)
    if name is None:
        return default
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        raise table.error("timezone", f"there is no time zone {name!r}; for example Asia/Shanghai.") from None


def _maps(root: Table) -> dict[str, dict[str, Any]]:
    maps = root.table("maps")
    if maps is None:
        return {}
    return {name: maps.take(name, dict) for name in maps.data}


class _SourceLoader:
    def __init__(
        self,
        entities: MappingType[str, Entity],
        zone: tzinfo,
        dates: tuple[str, ...],
        maps: dict[str, dict[str, Any]],
    ) -> None:
        self._entities = entities
        self._zone = zone
        self._dates = dates
        self._maps = maps

    def load(self, table: Table, number: int) -> Source:
        zone = _zone(table, self._zone)
        conversion = Conversion(
            zone=zone,
            dates=table.texts("dates") or self._dates,
            decimal_comma=self._choice(table, "decimal", (".", ",")) == ",",
        )
        functions = MappingFunctions(zone, self._maps, conversion.dates)
        compiler = Compiler(functions, conversion, self._maps)
        options = _options(table)
        name = table.take("name", str, f"source {number + 1}")
        source = Source(
            name=name,
            options=options,
            rows=expression_at(table, "rows", functions),
            group=expression_at(table, "group", functions),
            clears=self._choice(table, "empty", ("leave", "clear")) == "clear",
            clock=self._clock(table, zone),
            entities=self._entity_mappings(table, compiler),
        )
        table.finish(self._entities)
        return source

    def _entity_mappings(self, table: Table, compiler: Compiler) -> tuple[EntityMapping, ...]:
        found = []
        is_grouped = "group" in table.data
        for key in table.data:
            below = table.table(key) if key in self._entities else None
            if below is None:
                continue
            entity = self._entities[key]
            when = expression_at(below, "when", compiler.functions)
            once = below.take("once", bool, False)
            shape = compiler.shape(below, entity.schema, is_grouped=is_grouped)
            found.append(EntityMapping(entity, shape, when, once))
        if not found:
            raise table.error("", f"a source needs a table for one of: {', '.join(self._entities)}.")
        return tuple(found)

    def _choice(self, table: Table, key: str, allowed: tuple[str, ...]) -> str:
        value = cast(str, table.take(key, str, allowed[0]))
        if value not in allowed:
            raise table.error(key, f"{value!r} is not allowed; allowed: {', '.join(map(repr, allowed))}.")
        return value

    def _clock(self, table: Table, zone: tzinfo) -> Clock | None:
        clock = table.table("clock")
        if clock is None:
            return None
        raw = clock.data.get("start")
        clock.take("start", object)
        try:
            start = values.to_moment(raw, self._dates, zone)
        except ValueProblem as problem:
            raise clock.error("start", str(problem)) from None
        if start is None:
            raise clock.error("start", "a clock needs a start, such as 2026-01-01T09:00:00.")
        seconds = clock.take("seconds", (int, float), 30)
        if not 0 < seconds <= 86_400:
            raise clock.error("seconds", "this must be above 0 and at most 86400.")
        clock.finish()
        return Clock(start, float(seconds))


def _options(table: Table) -> FileOptions:
    form = table.take("format", str)
    if form is not None and form not in FORMATS:
        raise table.error("format", f"{form!r} is unknown; known: {', '.join(FORMATS)}.")
    encoding = table.take("encoding", str)
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise table.error("encoding", f"{encoding!r} is unknown; for example utf-8, gb18030.") from None
    for key in ("delimiter", "quote"):
        value = table.take(key, str)
        if (value is not None and len(value) > 1) or (key == "delimiter" and value == ""):
            raise table.error(key, "this must be one character.")
    skip = table.take("skip", int, 0)
    if skip < 0:
        raise table.error("skip", "this must be 0 or more.")
    path = table.take("path", str, "")
    return FileOptions(
        files=table.texts("files"),
        format=cast("Format | None", form),
        encoding=encoding,
        delimiter=table.take("delimiter", str),
        quote=table.take("quote", str),
        sheet=table.take("sheet", str),
        columns=table.texts("columns"),
        skip=skip,
        is_ragged=table.take("ragged", bool, False),
        path=tuple(part for part in path.split(".") if part),
        levels=table.texts("levels"),
    )


__all__ = ["Mapping", "MappingError", "Source", "find_mapping", "load_mapping", "shipped_mappings"]
