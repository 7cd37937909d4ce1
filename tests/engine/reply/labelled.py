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
from goldseam.workshop.reply_lines import LabelledReply, parse_labelled

HOME = Path(__file__).parent
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=timezone(timedelta(hours=8)))


def read_labelled(name: str) -> list[LabelledReply]:
    """The labelled replies of a file beside this one."""
    return list(parse_labelled((HOME / name).read_text(encoding="utf-8"), name))


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


def score_commitments(replies: list[LabelledReply], language: str, *, with_model: bool = True) -> Score:
    """Compare what is found with what was labelled."""
    words = load_reply(with_model=with_model).words[language].promises
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
