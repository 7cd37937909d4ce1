"""Reads the labelled replies and counts hits: a found commitment is right when the kind is the labelled one
and its span overlaps the labelled words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from goldseam.engine.reply.commitments import find_commitments
from goldseam.engine.reply.tone import tone
from goldseam.workshop.load_reply import load_reply

HOME = Path(__file__).parent
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=timezone(timedelta(hours=8)))


@dataclass(frozen=True)
class Labelled:
    """One reply with the kinds and places of what it promises."""

    text: str
    wanted: tuple[tuple[str, int, int], ...]


def read_labelled(name: str) -> list[Labelled]:
    """The labelled replies of a file; raises ValueError when labelled words do not stand in the text."""
    found = []
    for line in (HOME / name).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        text, *labels = (part.strip() for part in line.split(" | "))
        wanted = []
        for label in labels:
            kind, _, words = label.partition("=")
            start = text.find(words)
            if start < 0:
                raise ValueError(f"{name}: {words!r} does not stand in {text!r}")
            wanted.append((kind, start, start + len(words)))
        found.append(Labelled(text, tuple(wanted)))
    return found


@dataclass
class Score:
    """Hits, misses and false finds, with their words for the eye."""

    hits: int
    missed: list[str]
    false: list[str]
    kinds: Counter[str]

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + len(self.false))

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + len(self.missed))


def score_commitments(replies: list[Labelled], language: str) -> Score:
    """Compare what is found with what was labelled."""
    words = load_reply().words[language].promises
    result = Score(0, [], [], Counter())
    for reply in replies:
        left = list(reply.wanted)
        for found in find_commitments(reply.text, NOW, 129.0, words):
            match = next(
                (w for w in left if w[0] == found.kind and w[1] < found.span[1] and found.span[0] < w[2]),
                None,
            )
            if match is None:
                result.false.append(f"{found.kind}={found.text} in {reply.text}")
            else:
                left.remove(match)
                result.hits += 1
                result.kinds[found.kind] += 1
        result.missed += [f"{kind}={reply.text[a:b]} in {reply.text}" for kind, a, b in left]
    return result


def read_tone(name: str) -> list[tuple[str, frozenset[str]]]:
    """Replies with the kinds of hurtful wording that a reader marked in them."""
    lines = (HOME / name).read_text(encoding="utf-8").splitlines()
    parts = [
        [p.strip() for p in line.split(" | ")] for line in lines if line.strip() and not line.startswith("#")
    ]
    return [(text, frozenset(kinds)) for text, *kinds in parts]


def score_tone(replies: list[tuple[str, frozenset[str]]], language: str) -> Score:
    """Compare the kinds found in each reply with those marked; what is missing in it is not judged."""
    words = load_reply().words[language]
    result = Score(0, [], [], Counter())
    for text, wanted in replies:
        found = {t.kind for t in tone(text, (), None, words)} - {"no_acknowledgement", "no_next_step"}
        result.hits += len(found & wanted)
        result.missed += [f"{kind} in {text}" for kind in sorted(wanted - found)]
        result.false += [f"{kind} in {text}" for kind in sorted(found - wanted)]
        result.kinds.update(found & wanted)
    return result
