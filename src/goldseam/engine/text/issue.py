"""What the customer needs solved, from the whole conversation with weight on what is still open."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from goldseam.engine.reading import Alternative, Issue
from goldseam.engine.text.marks import SIGN
from goldseam.engine.text.ngrams import Head, TextModel, Vector, contributions, softmax

SMALL_TALK = ("other", "praise")
NDArrayBool = np.ndarray[tuple[int], np.dtype[np.bool_]]
OPENING = 0.5
FADE = 0.8
ABSTAIN_BELOW = 0.15
SECONDARY_ABOVE = 0.22
_ALTERNATIVES = 4
_EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One customer message ready for the issue model: its features and its calibrated class
    probabilities, and those of the agent's words right before it (None without any)."""

    text: str
    folded: str
    found: set[str]
    chances: Vector
    prompt: Vector | None


def read_issue(turns: list[Turn], model: TextModel) -> Issue:
    """Pool the turns: each counts by how much it says about a problem, the opening ones most; a turn that
    says little leans on the agent's words before it."""
    head = model.heads["issue"]
    if not turns:
        return Issue("other", 1.0)
    talk = np.array([code in SMALL_TALK for code in head.classes])
    pooled, weights = _pool(turns, talk)
    order = np.argsort(-pooled, kind="stable")
    best = int(order[0])
    code, confidence = head.classes[best], float(pooled[best])
    alternatives = [
        Alternative(head.classes[i], round(float(pooled[i]), 4)) for i in order[: _ALTERNATIVES + 1]
    ]
    if confidence < ABSTAIN_BELOW:
        rest = float(pooled[head.classes.index("other")])
        return Issue("other", round(max(rest, 1.0 - confidence - 0.5), 4), _without(alternatives, "other"))
    speaking = turns[int(np.argmax(weights * np.array([turn.chances[best] for turn in turns])))]
    return Issue(
        code,
        round(confidence, 4),
        _without(alternatives, code),
        _secondary(turns, head, pooled, best, talk),
        evidence_words(speaking, model, head, best),
    )


def _without(alternatives: list[Alternative], code: str) -> tuple[Alternative, ...]:
    return tuple(other for other in alternatives if other.code != code)[:_ALTERNATIVES]


def _pool(turns: list[Turn], talk: NDArrayBool) -> tuple[Vector, Vector]:
    """The turns' probabilities, weighted. People say what they want when they begin; what follows mostly
    answers, haggles and urges, so each turn that says something counts `OPENING` of the one before. What
    lies far back still fades, for a talk may have moved on."""
    says = np.array([_says(turn, talk) for turn in turns])
    rows = np.array([turn.chances for turn in turns], dtype=np.float32)
    for place, turn in enumerate(turns):
        if turn.prompt is not None and says[place] < 0.4:
            rows[place] = 0.7 * turn.chances + 0.3 * turn.prompt
    told = np.minimum(1.0, says * 1.2)
    before = np.cumsum(told) - told
    after = told.sum() - told - before
    weights: Vector = ((0.03 + says) * OPENING**before * FADE**after).astype(np.float32)
    pooled: Vector = (weights[:, None] * rows).sum(axis=0) / weights.sum()
    return pooled, weights


def _says(turn: Turn, talk: NDArrayBool) -> float:
    """How much a turn says about a problem: nothing for small talk, little when it could be anything."""
    return float(1.0 - turn.chances[talk].sum()) * sqrt(float(turn.chances[~talk].max()))


def _secondary(
    turns: list[Turn], head: Head, pooled: Vector, best: int, talk: NDArrayBool
) -> tuple[str, ...]:
    """Further issues: likely over the whole talk, or the clear topic of one turn."""
    strongest = np.max(np.array([turn.chances for turn in turns]), axis=0)
    picks = [
        (float(pooled[i]), code)
        for i, code in enumerate(head.classes)
        if i != best and not talk[i] and (pooled[i] >= SECONDARY_ABOVE or strongest[i] >= 0.6)
    ]
    return tuple(code for _, code in sorted(picks, reverse=True)[:3])


def evidence_words(turn: Turn, model: TextModel, head: Head, column: int) -> tuple[str, ...]:
    """The stretches of a message that speak most for a class."""
    spans: list[list[int]] = []
    for name, _ in contributions(model, head, column, turn.found)[:24]:
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
    """Calibrated class probabilities."""
    return softmax((raw[head.start : head.stop] + head.bias) / np.float32(head.temperature))
