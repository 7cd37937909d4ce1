"""Reads and compiles what replies are checked with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from goldseam.engine.reply_tables import (
    ClaimWords,
    KindWords,
    PromiseWords,
    ReplyTables,
    ReplyWords,
    TimeWords,
    ToneWords,
)
from goldseam.engine.text.ngrams import TextModel
from goldseam.workshop.models import load_text_model, packaged_models, read_manifest
from goldseam.workshop.packaged import read_data

LANGUAGES = ("zh", "en")


def load_reply(*, with_model: bool = True) -> ReplyTables:
    """The tables for both languages; `with_model` only the trainer leaves away."""
    verdicts = read_data("reply/verdicts.json")
    models = {language: _model(f"reply-{language}") if with_model else None for language in LANGUAGES}
    return ReplyTables(
        version=verdicts["version"],
        words={
            language: _words(language, verdicts["words"][language], models[language])
            for language in LANGUAGES
        },
        remedies={kind: tuple(codes) for kind, codes in verdicts["remedies"].items()},
        only_named=frozenset(verdicts["only_named"]),
        verdicts=verdicts["verdicts"],
    )


def _model(name: str) -> TextModel | None:
    home = packaged_models()
    manifest = read_manifest(home)
    if f"{name}.json" not in manifest["files"]:  # not trained yet: the rules stand alone
        return None
    return load_text_model(home, manifest, name)


def _words(language: str, said: Mapping[str, Mapping[str, str]], model: TextModel | None) -> ReplyWords:
    tone = read_data(f"reply/tone.{language}.json")
    return ReplyWords(
        language=language,
        promises=_promises(read_data(f"reply/commitments.{language}.json"), model),
        tone=tuple(
            ToneWords(
                kind=entry["kind"],
                pattern=_compile(entry["pattern"]),
                why=entry["why"],
                rewrite=entry["rewrite"],
                unless=_optional(entry.get("unless")),
            )
            for entry in tone["tone"]
        ),
        acknowledges=_compile(tone["acknowledges"]),
        steps=_compile(tone["steps"]),
        lacks=tone["lacks"],
        why=said["why"],
        rewrite=said["rewrite"],
        names={remedy: _compile(pattern) for remedy, pattern in said["names"].items()},
        manner=_model(f"tone-{language}") if model is not None else None,
    )


def _promises(raw: Mapping[str, Any], model: TextModel | None) -> PromiseWords:
    plain = (
        "clause",
        "joint",
        "question",
        "offer",
        "negation",
        "customer",
        "past",
        "reported",
        "unreal",
        "withdrawn",
        "apart",
        "lead",
        "tail",
        "marker",
        "firm",
        "intent",
    )
    return PromiseWords(
        **{name: _compile(raw[name]) for name in (*plain, "full", "restock", "clock")},
        fields={name: _compile(pattern) for name, pattern in raw["fields"].items()},
        kinds=tuple(
            KindWords(k["kind"], _compile(k["action"]), k["needs"], _optional(k.get("unless")))
            for k in raw["kinds"]
        ),
        claims=tuple(
            ClaimWords(c["kind"], c["fact"], _compile(c["pattern"]), _optional(c.get("unless")))
            for c in raw["claims"]
        ),
        reach=int(raw["reach"]),
        amount=_all(raw["amount"]),
        share=_all(raw["share"]),
        multiple=_all(raw["multiple"]),
        digits=raw["digits"],
        units=raw["units"],
        weekdays=raw["weekdays"],
        months=raw["months"],
        times=tuple(TimeWords(_compile(t["pattern"]), t["unit"]) for t in raw["times"]),
        afternoon=tuple(raw["afternoon"]),
        half_minutes=raw["half_minutes"],
        signs=(raw["signs"][0], raw["signs"][1]),
        dense=bool(raw["dense"]),
        model=model,
    )


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _optional(pattern: str | None) -> re.Pattern[str] | None:
    return None if pattern is None else _compile(pattern)


def _all(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(_compile(pattern) for pattern in patterns)
