"""`goldseam train`: a shop teaches the engine from its own labelled conversations."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


class Task(StrEnum):
    """What is taught."""

    issue = "issue"
    mood = "mood"
    risk = "risk"


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
        if task is None or data is None:
            typer.echo("goldseam train: --task and --data are needed (or --rollback)", err=True)
            raise typer.Exit(2)
        result = train_task(task.value, data, out)
    except (DataError, ModelError) as error:
        typer.echo(f"goldseam train: {error}", err=True)
        raise typer.Exit(2) from None
    measure = result.report["deciding_measure"]
    old, new = result.report["old"][measure], result.report["new"][measure]
    outcome = "taken" if result.taken else "not taken: the present model stays"
    sys.stdout.write(f"{task.value}: {measure} {old:.3f} before, {new:.3f} now; {outcome}.\n")
    sys.stdout.write(f"Report card: {out / 'report.md'}\n")
