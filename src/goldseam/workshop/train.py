"""`goldseam train`: a shop teaches the engine; the new model is taken only when it beats the old one.

The later fifth of the labelled conversations is held out. Old and new are measured on it as the product
would answer; when the new one wins it is fitted again on everything and written with hashes. What it
replaces is kept, so that one command brings it back.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from goldseam.engine.decide.tables import RemedyModel
from goldseam.engine.tables import Tables
from goldseam.engine.text.ngrams import TextModel
from goldseam.engine.text.tables import OutlookModel
from goldseam.workshop.files import write_atomic
from goldseam.workshop.labelled import BadLine, DataError, Labelled, read_labelled
from goldseam.workshop.load import load_tables
from goldseam.workshop.models import (
    MANIFEST,
    outlook_files,
    read_manifest,
    remedy_files,
    save,
    text_model_files,
)
from goldseam.workshop.report import as_markdown, report_card
from goldseam.workshop.train_issue import fit_issue, fit_mood
from goldseam.workshop.train_remedies import fit_remedies, tried
from goldseam.workshop.train_risk import fit_risk, prepare

LEAST = 30
HELD_OUT = 0.2
HISTORY = "history"
Model = TextModel | OutlookModel | RemedyModel
PART = {"issue": "issue", "mood": "mood", "risk": "outlook", "remedies": "remedies"}


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of it: whether the new model was taken, and the report that was written."""

    task: str
    taken: bool
    report: Mapping[str, Any]


def train(task: str, data: Path, out: Path, *, now: datetime | None = None) -> Trained:
    """Train one task from a labelled file into the folder `out` (created when absent).

    Writes report.json and report.md always, the model only when it beats the one in `out` (or the
    shipped one) on the held-out part. Raises DataError on unusable data, ModelError when `out` holds
    damaged models.
    """
    items, bad = read_labelled(data, task)
    if len(items) < LEAST:
        raise DataError(f"{data} holds {len(items)} usable labelled lines; at least {LEAST} are needed")
    out.mkdir(parents=True, exist_ok=True)
    version = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    present = out if (out / MANIFEST).is_file() else None
    old = load_tables(present)
    cut = int(len(items) * (1 - HELD_OUT))
    fit = _fitter(task, items, old, version)
    fresh = with_model(old, task, fit(cut))
    report = report_card(task, items[:cut], items[cut:], old, fresh)
    taken = bool(report["taken"])
    if taken:
        _store(out, task, fit(len(items)), version, len(items))
    elif present is None:
        save(out, {}, {"note": "no training was taken yet; the models that come with the product serve"})
    _write_report(out, {"task": task, "version": version, **report}, bad, data)
    return Trained(task, taken, report)


def _fitter(task: str, items: Sequence[Labelled], whole: Tables, version: str) -> Callable[[int], Model]:
    """A function that fits on the first n items."""
    tables = whole.reading
    if task == "remedies":
        seen = tried(items, whole)
        return lambda count: fit_remedies(seen[:count], version)
    if task == "issue":
        return lambda count: fit_issue(items[:count], tables, version)
    if task == "mood":
        return lambda count: fit_mood(items[:count], tables, version)
    prepared = prepare(items, tables)
    return lambda count: fit_risk(prepared, np.arange(count), version)


def with_model(tables: Tables, task: str, model: Model) -> Tables:
    """The same tables with one model replaced."""
    reading = tables.reading
    if isinstance(model, RemedyModel):
        remedies = replace(tables.deciding.remedies, learned=model)
        return replace(tables, deciding=replace(tables.deciding, remedies=remedies))
    if isinstance(model, OutlookModel):
        reading = replace(reading, outlook=model)
    elif task == "issue":
        reading = replace(reading, issue=model)
    else:
        reading = replace(reading, mood=model)
    return Tables(reading=reading, deciding=tables.deciding)


def model_files(task: str, model: Model) -> dict[str, Mapping[str, bytes]]:
    """The files of a model by part name."""
    part = PART[task]
    if isinstance(model, RemedyModel):
        return {part: remedy_files(model)}
    if isinstance(model, OutlookModel):
        blocks = {f"{part}-{name}": text_model_files(block) for name, block in model.blocks}
        return {part: outlook_files(model), **blocks}
    return {part: text_model_files(model)}


def _store(out: Path, task: str, model: Model, version: str, count: int) -> None:
    kept: dict[str, str] = {}
    notes: dict[str, Any] = {}
    if (out / MANIFEST).is_file():
        manifest = read_manifest(out)
        _remember(out, manifest)
        part = PART[task]
        kept = {
            name: digest
            for name, digest in manifest["files"].items()
            if not name.startswith((f"{part}.", f"{part}-"))
        }
        notes = {key: value for key, value in manifest.items() if key not in ("format", "files")}
    notes[task] = {"version": version, "conversations": count}
    save(out, model_files(task, model), notes, kept)


def _remember(out: Path, manifest: Mapping[str, Any]) -> None:
    """Copy the present models into the next free place of the history."""
    places = [int(entry.name) for entry in (out / HISTORY).glob("*") if entry.name.isdigit()]
    place = out / HISTORY / f"{max(places, default=0) + 1:04d}"
    place.mkdir(parents=True)
    for name in manifest["files"]:
        shutil.copy2(out / name, place / name)
    shutil.copy2(out / MANIFEST, place / MANIFEST)


def rollback(out: Path) -> str:
    """Bring back the models before the last training and say which. Without any, the folder's models
    are put aside so that the shipped ones serve again. Raises ModelError when `out` holds no models."""
    manifest = read_manifest(out)
    places = sorted(entry for entry in (out / HISTORY).glob("*") if entry.name.isdigit())
    undone = out / "undone"
    shutil.rmtree(undone, ignore_errors=True)
    undone.mkdir()
    for name in (*manifest["files"], MANIFEST):
        shutil.copy2(out / name, undone / name)
    if not places:
        save(out, {}, {"note": "rolled back to the models that come with the product"})
        return "the models that come with the product"
    earlier = read_manifest(places[-1])
    for name in earlier["files"]:
        write_atomic(out / name, (places[-1] / name).read_bytes())
    write_atomic(out / MANIFEST, (places[-1] / MANIFEST).read_bytes())
    shutil.rmtree(places[-1])
    return f"the models numbered {places[-1].name}"


def _write_report(out: Path, report: dict[str, Any], bad: Sequence[BadLine], data: Path) -> None:
    report["data"] = data.name
    report["bad_lines"] = len(bad)
    report["first_bad_lines"] = [{"line": b.line, "path": b.path, "message": b.message} for b in bad[:20]]
    content = json.dumps(report, ensure_ascii=False, indent=1)
    write_atomic(out / "report.json", content.encode("utf-8"))
    write_atomic(out / "report.md", as_markdown(report).encode("utf-8"))
