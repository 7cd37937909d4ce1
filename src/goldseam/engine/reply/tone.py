"""Reads a reply as the customer will: blame, denial, coldness, commands; and what is missing in it.

After nonviolent communication: an observation without judgement, the feeling and need acknowledged, a clear
request or next step. Findings are advice with a wording, never a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.engine.decide.situation import Situation
from goldseam.engine.reply.clause_model import chances, manner_features
from goldseam.engine.reply.clauses import Clause, clauses
from goldseam.engine.reply.commitments import Commitment
from goldseam.engine.reply_tables import ReplyWords

_MOST = 12
_SHORT = 6
_SURE = 0.45
_READ, _WINDOW = 6_000, 600
_CALM_ISSUES = frozenset(
    {"praise", "other", "product.how_to", "logistics.tracking", "invoice", "order.change"}
)


@dataclass(frozen=True, slots=True)
class ToneFinding:
    """Words that may hurt, or something missing (span [0, 0]), with the reason and another wording."""

    kind: str
    span: tuple[int, int]
    why: str
    rewrite: str


def tone(
    text: str, commitments: tuple[Commitment, ...], view: Situation | None, words: ReplyWords
) -> tuple[ToneFinding, ...]:
    """All findings, in order of place; what is missing stands first."""
    found: list[ToneFinding] = []
    for start in range(0, min(len(text), _READ), _WINDOW):
        found += _in_window(text[start : start + _WINDOW], start, words)
    found += _by_manner(text[:_READ], found, words)
    found += _missing(text, commitments, view, words)
    return tuple(sorted(found, key=lambda f: f.span)[:_MOST])


def _in_window(text: str, start: int, words: ReplyWords) -> list[ToneFinding]:
    """What one stretch of the text shows; the kinds stand in the order in which they win a place."""
    found: list[ToneFinding] = []
    taken: list[tuple[int, int]] = []
    for entry in words.tone:
        if entry.unless is not None and entry.unless.search(text):
            continue
        for match in entry.pattern.finditer(text):
            if match.end() > match.start() and all(match.end() <= a or match.start() >= b for a, b in taken):
                taken.append(match.span())
                place = (start + match.start(), start + match.end())
                found.append(ToneFinding(entry.kind, place, entry.why, entry.rewrite))
    return found


def _by_manner(text: str, found: list[ToneFinding], words: ReplyWords) -> list[ToneFinding]:
    """Clauses without a known hurtful wording that the model is sure will hurt."""
    entries = {entry.kind: entry for entry in words.tone}
    more: list[ToneFinding] = []
    before: Clause | None = None
    for clause in clauses(text, words.promises):
        start, end = clause.start, clause.start + len(clause.text.rstrip())
        start += len(clause.text) - len(clause.text.lstrip())
        kinds = chances(manner_features(clause, before), words.manner)
        before = clause
        kind = max(kinds, key=lambda name: kinds[name], default="none")
        known = any(f.span[0] < end and start < f.span[1] for f in found)
        if known or kind == "none" or end - start < _SHORT - 1 or kinds[kind] < _SURE:
            continue
        entry = entries[kind]
        if entry.unless is None or not entry.unless.search(text):
            more.append(ToneFinding(kind, (start, end), entry.why, entry.rewrite))
    return more


def _missing(
    text: str, commitments: tuple[Commitment, ...], view: Situation | None, words: ReplyWords
) -> list[ToneFinding]:
    if len(text.strip()) < _SHORT:
        return []
    found = []
    acknowledged = words.acknowledges.search(text[:_READ]) is not None
    if view is not None and not acknowledged and _hurt(view):
        found.append("no_acknowledgement")
    moves = bool([c for c in commitments if c.kind not in ("admission", "guarantee") and not c.claim])
    moves = moves or words.steps.search(text[:_READ]) is not None
    owed = _open(view) if view is not None else acknowledged
    if not moves and owed:
        found.append("no_next_step")
    return [
        ToneFinding(kind, (0, 0), words.lacks[kind]["why"], words.lacks[kind]["rewrite"]) for kind in found
    ]


def _hurt(view: Situation) -> bool:
    """The customer has lost something or is upset, and this is the first answer to it."""
    if view.issue in ("praise", "other") or view.reading.emotion.label == "grateful":
        return False
    if any(not t.customer and "apology" in t.acts for t in view.talk.turns):
        return False
    return view.reading.emotion.intensity >= 1 or (
        view.issue not in _CALM_ISSUES and view.issue.startswith(("logistics.", "product.", "service."))
    )


def _open(view: Situation) -> bool:
    """Something is still to be done: the customer has neither thanked nor agreed at the end."""
    if view.issue == "praise" or view.reading.emotion.label == "grateful":
        return False
    closed = any(view.talk.last_customer(act) for act in ("thanks", "agrees", "solved"))
    return not closed and (view.issue != "other" or view.talk.customer_turns > 1)
