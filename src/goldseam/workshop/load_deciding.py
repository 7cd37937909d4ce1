"""Reads the deciding half's data files from the package, checks them and compiles them once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from goldseam.engine.decide.parcel import ScanWords
from goldseam.engine.decide.policy import PolicyPack, compile_pack
from goldseam.engine.decide.tables import DecidingTables, LiabilityWeights, RemedyWeights, RiskWeights
from goldseam.engine.decide.talk import Acts
from goldseam.engine.decide.texts import Texts
from goldseam.workshop.load_reply import load_reply
from goldseam.workshop.packaged import read_data

PACKS = ("default", "default-en")
LANGUAGES = ("zh", "en")
_HAN = re.compile("[\u4e00-\u9fff]")
_WORD = re.compile("[a-z]{3}")


def remedy_weights(raw: Mapping[str, Any]) -> RemedyWeights:
    """Compile the remedies' prior beliefs."""
    return RemedyWeights(
        version=raw["version"],
        works=raw["works"],
        prior_strength=float(raw["prior_strength"]),
        cost=raw["cost"],
        money_cost=float(raw["money_cost"]),
        asked=float(raw["asked"]),
        states={code: frozenset(states) for code, states in raw["states"].items()},
        states_special={
            code: {state: frozenset(flags) for state, flags in special.items()}
            for code, special in raw["states_special"].items()
        },
        gives_away=frozenset(raw["gives_away"]),
        money=frozenset(raw["money"]),
        most=int(raw["most"]),
    )


def risk_weights(raw: Mapping[str, Any]) -> RiskWeights:
    """Compile the risk model; also what a shop's own trained weights are read with."""
    levels = raw["levels"]
    return RiskWeights(
        version=raw["version"],
        intercept=float(raw["intercept"]),
        weights=raw["weights"],
        issues=raw["issues"],
        signals=raw["signals"],
        levels=(levels["medium"], levels["high"], levels["critical"]),
    )


def read_pack(raw: Mapping[str, Any]) -> PolicyPack:
    """Compile a policy pack against the taxonomy's codes."""
    weights = read_data("weights/remedies.json")
    issues = frozenset(read_data("weights/risk.json")["issues"])
    return compile_pack(raw, issues, frozenset(weights["states"]))


@lru_cache(maxsize=1)
def load_deciding() -> DecidingTables:
    """Everything `decide` needs, from the files that come with the package. Frozen, so shared."""
    liability = read_data("weights/liability.json")
    scans = read_data("weights/scans.json")
    talk = read_data("weights/talk.json")
    return DecidingTables(
        packs=tuple(read_pack(read_data(f"policies/{name}.json")) for name in PACKS),
        risk=risk_weights(read_data("weights/risk.json")),
        liability=LiabilityWeights(
            version=liability["version"],
            issues=liability["issues"],
            evidence=liability["evidence"],
            unclear=float(liability["unclear"]),
        ),
        remedies=remedy_weights(read_data("weights/remedies.json")),
        scans=scan_words(scans["kinds"]),
        customer_acts=act_words(talk["customer"]),
        agent_acts=act_words(talk["agent"]),
        texts={language: _texts(language) for language in LANGUAGES},
        reply=load_reply(),
    )


def scan_words(kinds: Mapping[str, Mapping[str, Sequence[str]]]) -> ScanWords:
    """Compile how carrier scans are told apart."""
    statuses = {status for entry in kinds.values() for status in entry["status"]}
    return ScanWords(
        by_status={
            status: frozenset(kind for kind, entry in kinds.items() if status in entry["status"])
            for status in statuses
        },
        by_words=tuple((kind, tuple(w.lower() for w in entry["words"])) for kind, entry in kinds.items()),
        left_elsewhere=re.compile("|".join(re.escape(w.lower()) for w in kinds["left_elsewhere"]["words"])),
    )


def act_words(raw: Mapping[str, Sequence[str]]) -> Acts:
    """Compile the acts of one side. A pattern with Han signs is for Chinese turns, one with Latin words for
    the others, one with neither for both."""
    return Acts(han=_patterns(raw, _HAN, _WORD), latin=_patterns(raw, _WORD, _HAN))


def _patterns(
    raw: Mapping[str, Sequence[str]], wanted: re.Pattern[str], other: re.Pattern[str]
) -> dict[str, re.Pattern[str]]:
    chosen = {
        name: [part for part in parts if wanted.search(part) or not other.search(part)]
        for name, parts in raw.items()
    }
    return {name: re.compile("|".join(parts), re.IGNORECASE) for name, parts in chosen.items() if parts}


def _texts(language: str) -> Texts:
    phrases = read_data(f"templates/phrases.{language}.json")
    drafts = read_data(f"templates/drafts.{language}.json")
    return Texts(language=language, phrases=phrases["phrases"], names=phrases["names"], drafts=drafts)
