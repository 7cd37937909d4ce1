"""`goldseam train`: a shop teaches the engine from labelled files or from its own closed conversations."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)
_WRONG = 2


class Task(StrEnum):
    """What is taught."""

    issue = "issue"
    mood = "mood"
    risk = "risk"
    remedies = "remedies"


@app.callback()
def group() -> None:
    """Teach the engine."""


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="Folder of the models, for `goldseam assess --models`.")],
    task: Annotated[Task | None, typer.Option(help="What to teach.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="JSON Lines of labelled conversations.", exists=True, dir_okay=False)
    ] = None,
    from_shop: Annotated[
        str, typer.Option(help="Short name of a shop: learn from its closed conversations and corrections.")
    ] = "",
    rollback: Annotated[bool, typer.Option(help="Bring back the models before the last training.")] = False,
) -> None:
    """Train a model; it is only taken when it beats the present one on the later fifth of the lines."""
    from goldseam.workshop.labelled import DataError
    from goldseam.workshop.models import ModelError
    from goldseam.workshop.train import rollback as bring_back
    from goldseam.workshop.train import train as train_task

    try:
        if rollback:
            sys.stdout.write(f"Serving again: {bring_back(out)}.\n")
            return
        if task is None or (data is None) == (not from_shop):
            typer.echo("goldseam train: --task and one of --data and --from-shop are needed", err=True)
            raise typer.Exit(_WRONG)
        with _labelled(task, data, from_shop) as lines:
            result = train_task(task.value, lines, out)
    except (DataError, ModelError) as error:
        typer.echo(f"goldseam train: {error}", err=True)
        raise typer.Exit(_WRONG) from None
    measure = result.report["deciding_measure"]
    old, new = result.report["old"][measure], result.report["new"][measure]
    outcome = "taken" if result.taken else "not taken: the present model stays"
    sys.stdout.write(f"{task.value}: {measure} {old:.3f} before, {new:.3f} now; {outcome}.\n")
    sys.stdout.write(f"Report card: {out / 'report.md'}\n")


@contextmanager
def _labelled(task: Task, data: Path | None, slug: str) -> Iterator[Path]:
    """The labelled lines to learn from: the file given, or a shop's own, gone again afterwards."""
    if data is not None:
        yield data
        return
    from goldseam.site.running import checked_environment, database, setup_django

    with TemporaryDirectory(prefix="goldseam-train-") as folder:
        path = Path(folder) / f"{slug}.jsonl"
        with database(checked_environment()):
            setup_django()
            write_lessons(slug, task.value, path)
        yield path


def write_lessons(slug: str, task: str, path: Path) -> int:
    """Write what a shop's closed conversations teach, one labelled line each; returns their number.

    Ends the command when there is no such shop or its conversations cannot teach the task."""
    import orjson

    from goldseam.copilot.teaching import TASKS, lessons
    from goldseam.people.queries import all_shops
    from goldseam.site.running import fail

    shop = all_shops().filter(slug=slug).first()
    if shop is None:
        known = ", ".join(all_shops().values_list("slug", flat=True)) or "none"
        fail(f"There is no shop {slug!r}; there are: {known}.", _WRONG)
    if task not in TASKS:
        fail(
            f"Closed conversations teach {', '.join(TASKS)}; for {task} give labelled lines by --data.",
            _WRONG,
        )
    count = 0
    with path.open("wb") as stream:
        for lesson in lessons(shop.pk, task):
            stream.write(orjson.dumps(lesson) + b"\n")
            count += 1
    return count
