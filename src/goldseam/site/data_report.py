"""How the import command shows its progress and what it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from goldseam.commerce.importing.values import shown

if TYPE_CHECKING:
    from goldseam.commerce.importing.plan import Task
    from goldseam.commerce.importing.report import Report
    from goldseam.commerce.importing.runner import Advance

_COUNTS = ("created", "changed", "unchanged", "skipped", "refused")
_MAX_KINDS = 20


@contextmanager
def progress_of(tasks: Sequence[Task]) -> Iterator[Advance]:
    """A bar over the bytes of all files, on standard error, where that is a terminal."""
    sizes = [task.path.stat().st_size for task in tasks]
    before: dict[Path, int] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=max(1, sum(sizes)))

        def advance(path: Path, done: int) -> None:
            last = before.get(path, 0)
            before[path] = 0 if done >= path.stat().st_size else done
            progress.update(bar, description=escape(path.name), advance=max(0, done - last))

        yield advance


def print_report(report: Report, rejects: Path | None, *, dry_run: bool) -> None:
    """Counts, the first problems, and how often each kind occurred."""
    console = Console(soft_wrap=True)
    if report.tallies:
        console.print(_counts(report, dry_run=dry_run))
    for note in report.notes:
        console.print(f"note: {escape(note)}")
    if report.problems:
        console.print(_problems(report))
        console.print(_kinds(report))
    if rejects is not None:
        console.print(f"Kept for repair, to be imported again with the same mapping: {escape(str(rejects))}")
    if report.is_interrupted:
        console.print("Interrupted. What is counted above is stored; the same command completes it.")
    if dry_run:
        console.print("This was a dry run: nothing was stored.")


def _counts(report: Report, *, dry_run: bool) -> Table:
    table = Table(title="Would be" if dry_run else None)
    for name in ("source", "entity"):
        table.add_column(name)
    for name in _COUNTS:
        table.add_column(name, justify="right")
    for (source, entity), tally in report.tallies.items():
        table.add_row(escape(source), entity, *(str(getattr(tally, name)) for name in _COUNTS))
    return table


def _problems(report: Report) -> Table:
    table = Table(title=f"First {len(report.problems)} of {report.refused} problems")
    for name in ("file", "row", "field", "value", "reason"):
        table.add_column(name, overflow="fold")
    for problem in report.problems:
        value = "" if problem.value is None else shown(problem.value)
        cells = (problem.file, str(problem.row), problem.field, value, shown(problem.reason, 300))
        table.add_row(*map(escape, cells))
    return table


def _kinds(report: Report) -> Table:
    table = Table(title="How often")
    table.add_column("count", justify="right")
    for name in ("source", "field", "reason"):
        table.add_column(name, overflow="fold")
    for (source, field, reason), count in report.kinds.most_common(_MAX_KINDS):
        table.add_row(str(count), *map(escape, (source, field, shown(reason, 200))))
    return table
