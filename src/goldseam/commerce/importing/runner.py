"""Runs an import: rows in, records out, in atomic batches.

A batch is one transaction, so whatever ends a run (an error, Ctrl-C, a power cut) leaves whole batches;
upserts are idempotent, so the same command again completes it. A bad row costs itself only: it is
reported and kept in the reject file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from goldseam.commerce.importing.build import build_record, context_of
from goldseam.commerce.importing.errors import BrokenRow, CutOff, FieldProblem
from goldseam.commerce.importing.group import Unit, expanded, grouped
from goldseam.commerce.importing.mapping import EntityMapping, Mapping, Source
from goldseam.commerce.importing.plan import Task, missing_columns, open_reader
from goldseam.commerce.importing.rejects import RejectFile, read_rejects
from goldseam.commerce.importing.report import Problem, Report
from goldseam.commerce.importing.rows import Piece

if TYPE_CHECKING:
    from goldseam.people.models import Shop

Advance = Callable[[Path, int], None]
"""Called with a file and how many of its bytes were read."""


@dataclass(slots=True)
class _Batch:
    """Records of one entity that wait for their transaction, with the units they came from."""

    mapping: EntityMapping
    records: list[Any] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)


class _DryRunOver(Exception):
    """Ends a dry run's transaction."""


class Importer:
    """One run of one mapping over files, into one shop."""

    def __init__(
        self, shop: Shop, mapping: Mapping, rejects: RejectFile | None, *, actor: str, advance: Advance
    ) -> None:
        self.report = Report()
        self._shop = shop
        self._mapping = mapping
        self._rejects = rejects
        self._actor = actor
        self._advance = advance

    def run(self, tasks: Sequence[Task]) -> Report:
        """Import everything. On Ctrl-C the report says so and counts what was stored."""
        try:
            for task in tasks:
                self._run_task(task)
        except KeyboardInterrupt:
            self.report.is_interrupted = True
        finally:
            if self._rejects is not None:
                self._rejects.close()
        return self.report

    def rehearse(self, tasks: Sequence[Task]) -> Report:
        """Everything `run` would do, in one transaction that is rolled back at the end."""
        try:
            with transaction.atomic():
                self.run(tasks)
                raise _DryRunOver
        except _DryRunOver:
            return self.report

    def _run_task(self, task: Task) -> None:
        if task.source is None:
            self._run_rejects(task.path)
            return
        source = task.source
        reader = open_reader(task.path, source, lambda done: self._advance(task.path, done))
        try:
            if reader.columns is not None:
                missing = missing_columns(source, reader.columns)
                if missing:
                    self.report.notes.append(f"{task.path.name} has no column {', '.join(missing)}.")
            _TaskRun(self, source, task.path.name).run(_units(reader, source))
        finally:
            reader.close()
        self._advance(task.path, task.path.stat().st_size)

    def _run_rejects(self, path: Path) -> None:
        """Rows of a former run, each under the source it came from."""
        runs: dict[str, _TaskRun] = {}
        nameless = Source("(rejects)", self._mapping.sources[0].options, (), None, None, False, None)
        for kept in read_rejects(path):
            name = kept[0] if isinstance(kept, tuple) else ""
            source = self._mapping.source(name)
            run = runs.setdefault(name, _TaskRun(self, source or nameless, path.name))
            if isinstance(kept, BrokenRow):
                run.take(kept)
            elif source is None:
                run.refuse(Unit(kept[1]), "", FieldProblem("source", name, "The mapping has no such source."))
            else:
                for unit in _units(kept[1], source):
                    run.take(unit)
        for run in runs.values():
            run.finish()
        self._advance(path, path.stat().st_size)

    def store(self, batch: _Batch, source: Source, run: _TaskRun) -> None:
        """Write a batch and count what it did."""
        entity = batch.mapping.entity
        records, units = batch.records, batch.units
        batch.records, batch.units = [], []
        if not records:
            return
        try:
            outcome = entity.store(self._shop, records, actor=self._actor)
        except Exception as error:
            error.add_note(
                f"While storing {entity.schema.name} records from rows {units[0].rows[0].number} to"
                f" {units[-1].rows[-1].number} of {run.file}; nothing of this batch was stored."
            )
            raise
        tally = self.report.tally(source.name, entity.schema.name)
        tally.created += outcome.created
        tally.changed += outcome.changed
        tally.unchanged += outcome.unchanged
        for refusal in outcome.refused:
            problem = FieldProblem(refusal.field, refusal.value, refusal.message)
            run.refuse(units[refusal.index], entity.schema.name, problem)
        if self._rejects is not None:
            self._rejects.flush()

    def keep(self, **reject: Any) -> None:
        """Put something into the reject file, if there is one."""
        if self._rejects is not None:
            self._rejects.add(**reject)


def _units(pieces: Iterable[Piece], source: Source) -> Iterable[Unit | BrokenRow | CutOff]:
    units = expanded(pieces, source.rows)
    return units if source.group is None else grouped(units, source.group)


class _TaskRun:
    """One file under one source."""

    def __init__(self, importer: Importer, source: Source, file: str) -> None:
        self.file = file
        self._importer = importer
        self._report = importer.report
        self._source = source
        self._batches = [_Batch(mapping) for mapping in source.entities]

    def run(self, units: Iterable[Unit | BrokenRow | CutOff]) -> None:
        for unit in units:
            self.take(unit)
        self.finish()

    def take(self, unit: Unit | BrokenRow | CutOff) -> None:
        """Build the unit's records; store what makes a batch full."""
        self._report.rows += len(unit.rows) if isinstance(unit, Unit) else 1
        if not isinstance(unit, Unit):
            self._refuse_broken(unit)
            return
        if unit.fault:
            self.refuse(unit, "", FieldProblem("", None, unit.fault))
            return
        source = self._source
        context = context_of(unit.rows, source.clock, is_grouped=source.group is not None)
        for batch in self._batches:
            self._take_record(batch, unit, context)

    def _take_record(self, batch: _Batch, unit: Unit, context: dict[str, Any]) -> None:
        name = batch.mapping.entity.schema.name
        try:
            record = build_record(batch.mapping, context, clears=self._source.clears)
        except FieldProblem as problem:
            self.refuse(unit, name, problem)
            return
        if record is None or (batch.mapping.is_once and hash(record.external_id) in batch.seen):
            self._report.tally(self._source.name, name).skipped += 1
            return
        if batch.mapping.is_once:
            batch.seen.add(hash(record.external_id))
        batch.records.append(record)
        batch.units.append(unit)
        if len(batch.records) >= batch.mapping.entity.batch:
            self.finish()

    def finish(self) -> None:
        """Store what waits, in the mapping's order: a buyer before the orders that name them."""
        for batch in self._batches:
            self._importer.store(batch, self._source, self)

    def refuse(self, unit: Unit, entity: str, problem: FieldProblem) -> None:
        """Count, report and keep a unit that cannot go in."""
        rows = unit.kept or unit.rows
        place = ".".join(part for part in (entity, problem.field) if part)
        found = Problem(self.file, rows[0].number, place, problem.value, problem.reason)
        self._report.add_problem(self._source.name, found)
        if entity:
            self._report.tally(self._source.name, entity).refused += 1
        self._importer.keep(
            source=self._source.name,
            file=self.file,
            entity=entity,
            field=problem.field,
            value=problem.value,
            reason=problem.reason,
            rows=rows,
        )

    def _refuse_broken(self, piece: BrokenRow | CutOff) -> None:
        self._report.add_problem(self._source.name, Problem(self.file, piece.number, "", None, piece.reason))
        self._importer.keep(
            source=self._source.name,
            file=self.file,
            entity="",
            field="",
            value=None,
            reason=piece.reason,
            raw=piece.raw if isinstance(piece, BrokenRow) else None,
            number=piece.number,
        )
