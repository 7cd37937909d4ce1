"""What the customer needs solved, from the whole conversation with weight on what is still open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from goldseam.engine.reading import Alternative, Issue
from goldseam.engine.text.marks import SIGN
from goldseam.engine.text.ngrams import Head, TextModel, Vector, contributions, softmax

Places = NDArray[np.intp]
PRAISE = "praise"
SMALL_TALK = ("other", PRAISE)
OPENING = 0.5
FADE = 0.8
ABSTAIN_BELOW = 0.15
SECONDARY_ABOVE = 0.22
_ALTERNATIVES = 4
# What the question does not speak of keeps this chance.
_UNSAID = 0.001
_EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One customer message ready for the issue model: its features, their rows in the model, its calibrated
    class probabilities, and those of the agent's words right before it (None without any)."""

    text: str
    folded: str
    found: set[str]
    rows: list[int]
    chances: Vector
    prompt: Vector | None


def read_issue(turns: list[Turn], model: TextModel) -> Issue:
    """Pool the turns: each counts by how much it says about a problem, the opening ones most; a turn that
    says little leans on the agent's words before it."""
    head = model.heads["issue"]
    if not turns:
        return Issue("other", 1.0)
    rows = np.array([turn.chances for turn in turns])
    pooled, weights = _pool(turns, rows, head)
    order = (-pooled).argsort(kind="stable")[: _ALTERNATIVES + 1].tolist()
    shares = pooled.tolist()
    best = order[0]
    code, confidence = head.classes[best], shares[best]
    alternatives = [Alternative(head.classes[i], round(shares[i], 4)) for i in order]
    if confidence < ABSTAIN_BELOW:
        rest = shares[head.classes.index("other")]
        return Issue("other", round(max(rest, 1.0 - confidence - 0.5), 4), _without(alternatives, "other"))
    speaking = turns[int((weights * rows[:, best]).argmax())]
    return Issue(
        code,
        round(confidence, 4),
        _without(alternatives, code),
        _secondary(rows, head, shares, best),
        evidence_words(speaking, model, head, best),
    )


def _without(alternatives: list[Alternative], code: str) -> tuple[Alternative, ...]:
    return tuple(other for other in alternatives if other.code != code)[:_ALTERNATIVES]


def _pool(turns: list[Turn], rows: Vector, head: Head) -> tuple[Vector, Vector]:
    """The turns' probabilities, weighted. People say what they want when they begin; what follows mostly
    answers, haggles and urges, so each turn that says something counts `OPENING` of the one before. What
    lies far back still fades, for a talk may have moved on."""
    says = _says(rows, head)
    told = [min(1.0, said * 1.2) for said in says]
    before = [0.0, *accumulate(told)]
    weights = np.array(
        [
            (0.03 + said) * OPENING**earlier * FADE ** (before[-1] - own - earlier)
            for said, own, earlier in zip(says, told, before, strict=False)
        ],
        dtype=np.float32,
    )
    leaning = _in_context(turns, rows, head)
    pooled: Vector = np.add.reduce(weights[:, None] * leaning, axis=0) / np.add.reduce(weights)
    return pooled, weights


def _in_context(turns: list[Turn], rows: Vector, head: Head) -> Vector:
    """A short turn with a question before it is an answer: the probabilities of both are multiplied, those of
    the question as far as it says something about a problem ("how can I help" says nothing)."""
    places = [place for place, turn in enumerate(turns) if turn.prompt is not None]
    if not places:
        return rows
    prompts = np.array([turns[place].prompt for place in places], dtype=np.float32)
    powers = np.array(_says(prompts, head), dtype=np.float32)
    both = rows[places] * (prompts + np.float32(_UNSAID)) ** powers[:, None]
    leaning = rows.copy()
    leaning[places] = both / np.add.reduce(both, axis=1, keepdims=True)
    return leaning


def _says(rows: Vector, head: Head) -> list[float]:
    """How much each turn says about a problem: nothing for small talk, little when it could be anything."""
    talk, problems = _columns(head.classes)
    told = 1.0 - np.add.reduce(rows.take(talk, axis=1), axis=1)
    surest = np.maximum.reduce(rows.take(problems, axis=1), axis=1)
    return [share * sqrt(sure) for share, sure in zip(told.tolist(), surest.tolist(), strict=True)]


@lru_cache(maxsize=8)
def _columns(classes: tuple[str, ...]) -> tuple[Places, Places]:
    """The columns of small talk, and those of problems."""
    small = [code in SMALL_TALK for code in classes]
    return np.flatnonzero(small), np.flatnonzero(np.logical_not(small))


def _secondary(rows: Vector, head: Head, shares: list[float], best: int) -> tuple[str, ...]:
    """Further issues: likely over the whole talk, or the clear topic of one turn."""
    picks = [
        (share, code)
        for code, share, strongest in zip(
            head.classes, shares, np.maximum.reduce(rows, axis=0).tolist(), strict=True
        )
        if (share >= SECONDARY_ABOVE or strongest >= 0.6)
        and code not in SMALL_TALK
        and code != head.classes[best]
    ]
    return tuple(code for _, code in sorted(picks, reverse=True)[:3])


def evidence_words(turn: Turn, model: TextModel, head: Head, column: int) -> tuple[str, ...]:
    """The stretches of a message that speak most for a class."""
    spans: list[list[int]] = []
    for name, _ in contributions(model, head, column, turn.rows)[:24]:
        literal = name.strip()
        if name[0] in (SIGN, "^", "<") or name[-1] in ("$", ">") or len(literal) < 2 or len(spans) >= 8:
            continue
        start = turn.folded.find(literal)
        if start >= 0:
            spans.append([start, start + len(literal)])
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return tuple(turn.text[start:end] for start, end in merged[:_EVIDENCE])


def chances_of(raw: Vector, head: Head) -> Vector:
    """Calibrated class probabilities, from a row of model scores each."""
    return softmax((raw[:, head.start : head.stop] + head.bias) / np.float32(head.temperature))


def thanks_and_problem(chances: Vector, head: Head) -> tuple[list[float], list[float]]:
    """In each row the probability of thanks (nothing when a shop's own model does not know them) and of the
    surest problem."""
    _, problems = _columns(head.classes)
    surest: list[float] = np.maximum.reduce(chances.take(problems, axis=1), axis=1).tolist()
    if PRAISE not in head.classes:
        return [0.0] * len(surest), surest
    return chances[:, head.classes.index(PRAISE)].tolist(), surest
