"""Loads everything the engine reasons with: packaged lexicons and models, or a shop's own models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from goldseam.engine.decide.tables import DecidingTables
from goldseam.engine.tables import Tables
from goldseam.engine.text.ngrams import TextModel
from goldseam.engine.text.tables import OutlookModel, ReadingTables
from goldseam.workshop import lexicons
from goldseam.workshop.load_deciding import load_deciding
from goldseam.workshop.models import (
    load_outlook,
    load_remedies,
    load_text_model,
    packaged_models,
    read_manifest,
)


def build_reading(
    issue: TextModel, mood: TextModel, danger: TextModel, outlook: OutlookModel
) -> ReadingTables:
    """Reading tables from the packaged lexicons and the given models."""
    raw = lexicons.read_lexicons()
    folding = lexicons.build_folding(raw["fold"])
    return ReadingTables(
        version=f"lexicon {lexicons.lexicon_version(raw)}, issue {issue.version}, mood {mood.version}",
        folding=folding,
        plain=lexicons.build_plain(raw["plain"], folding),
        lexicon=lexicons.build_matcher(raw, folding),
        negation=lexicons.build_negation(raw["negation"], folding),
        signal_bars=lexicons.build_bars(raw["signals"]),
        settled_by_thanks=lexicons.build_settled(raw["signals"]),
        unsaid=lexicons.build_unsaid(raw["signals"]),
        asked=lexicons.build_asked(raw["signals"]),
        numbers=lexicons.build_numbers(raw["numbers"], folding),
        dates=lexicons.build_dates(raw["dates"], folding),
        goods=lexicons.build_goods(raw["order_words"], folding),
        issue=issue,
        mood=mood,
        danger=danger,
        outlook=outlook,
    )


def load_reading(models: Path | None = None) -> ReadingTables:
    """The reading half; parts that the shop's folder holds replace the packaged ones.

    Raises ModelError when a file is absent, damaged or does not have the hash of its manifest.
    """
    home = packaged_models()
    manifest = read_manifest(home)
    shipped = load_text_model(home, manifest, "reader")
    tables = build_reading(shipped, shipped, shipped, load_outlook(home, manifest))
    if models is None:
        return tables
    own = read_manifest(models)
    if "issue.json" in own["files"]:
        tables = replace(tables, issue=load_text_model(models, own, "issue"))
    if "mood.json" in own["files"]:
        tables = replace(tables, mood=load_text_model(models, own, "mood"))
    if "outlook.json" in own["files"]:
        tables = replace(tables, outlook=load_outlook(models, own))
    return replace(tables, version=_version(tables))


def _version(tables: ReadingTables) -> str:
    lexicon, issue, mood = tables.version.partition(",")[0], tables.issue.version, tables.mood.version
    return f"{lexicon}, issue {issue}, mood {mood}, outlook {tables.outlook.version}"


def load_tables(models: Path | None = None) -> Tables:
    """All tables of the engine; `models` is a folder written by `goldseam train`."""
    return Tables(reading=load_reading(models), deciding=_with_remedies(load_deciding(), models))


def _with_remedies(tables: DecidingTables, models: Path | None) -> DecidingTables:
    """The same tables with what the shop's closed conversations taught about remedies."""
    own = read_manifest(models) if models is not None else None
    if models is None or own is None or "remedies.json" not in own["files"]:
        return tables
    return replace(tables, remedies=replace(tables.remedies, learned=load_remedies(models, own)))
