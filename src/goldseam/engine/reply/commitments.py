"""Finds what an outgoing text commits the shop to: the kind, the words, the due time, the amount."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from goldseam.engine.reply.clause_model import chances, clause_features
from goldseam.engine.reply.clauses import Clause, clauses
from goldseam.engine.reply.moments import amount, due
from goldseam.engine.reply_tables import ClaimWords, KindWords, PromiseWords

_LEAD_IN = 14
_NEXT_TO = 10
# The model calls a clause a commitment when "none" is less likely than `_BAR`, and of a kind when that is at
# least as likely as `_SURE`. A kind that the rules found is kept from `_KEEP` on where no other is more than
# twice as likely and sure, and from `_KEEP_AGAINST` on where the model sees no commitment.
_BAR, _SURE = 0.5, 0.3
_KEEP, _SHARE, _KEEP_AGAINST = 0.08, 0.5, 0.15
_LEAST = 4
_MONEY = ("refund", "compensation", "price_match")
_SUMS = ("plain", "multiple")


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise, admission or claim in a text. `span` is half-open in the text; `claim` names the fact that
    is said to be true already; `named` tells how the amount was said (see `moments.amount`). `guessed`: no
    pattern saw it, only the clause model, so it advises and never holds a reply back."""

    kind: str
    span: tuple[int, int]
    text: str
    due: datetime | None = None
    amount: float | None = None
    named: str = ""
    claim: str = ""
    guessed: bool = False


def find_commitments(
    text: str, now: datetime | None, total: float | None, words: PromiseWords
) -> tuple[Commitment, ...]:
    """All commitments of the text in order. `total` is the worth of the order spoken of."""
    found: list[Commitment] = []
    before: Clause | None = None
    for clause in clauses(text, words):
        if words.withdrawn.search(clause.text):
            found = [one for one in found if one.named == "plain" or not _just_said(one, before)]
        if words.reported.search(clause.text) or words.unreal.search(clause.text):
            before = clause
            continue
        here = by_rules(clause, before, now, total, words)
        found += _weighed(here, clause, before, now, total, words) if words.model is not None else here
        before = clause
    return tuple(_merged(sorted(_complete(found, text), key=lambda c: c.span), text))


def _just_said(one: Commitment, before: Clause | None) -> bool:
    """Whether a commitment stands in the clause before, or runs into it."""
    return before is not None and one.span[1] > before.start


def _merged(found: list[Commitment], text: str) -> list[Commitment]:
    """What the very next clause says again, without another time or amount, is the same promise."""
    merged: list[Commitment] = []
    for one in found:
        last = merged[-1] if merged else None
        if last is not None and _same(last, one):
            span = (last.span[0], max(last.span[1], one.span[1]))
            money = last if last.amount is not None or last.named else one
            merged[-1] = Commitment(
                kind=last.kind,
                span=span,
                text=text[span[0] : span[1]],
                due=last.due or one.due,
                amount=money.amount,
                named=money.named,
                claim=last.claim,
                guessed=last.guessed and one.guessed,
            )
        else:
            merged.append(one)
    return merged


def _same(last: Commitment, one: Commitment) -> bool:
    return (
        (one.kind, one.claim) == (last.kind, last.claim)
        and one.span[0] - last.span[1] <= _NEXT_TO
        and (one.due is None or last.due is None or one.due == last.due)
        and (one.amount is None or last.amount is None or one.amount == last.amount)
    )


def _weighed(
    here: list[Commitment],
    clause: Clause,
    before: Clause | None,
    now: datetime | None,
    total: float | None,
    words: PromiseWords,
) -> list[Commitment]:
    """What the rules found, corrected by the clause model: it drops what it takes for no promise or for one
    of another kind, and names the kind it is sure of where nothing is left. Claims of facts are left to the
    rules; what the rules found with a sum of money stays, for no wording may pass by a writer's authority."""
    if any(c.claim for c in here):
        return here
    said = clause_features(clause, before, [c.kind for c in here], words)
    kinds = chances(said, words.model)
    none = kinds.pop("none", 1.0)
    if not kinds:
        return here
    best = max(kinds, key=lambda kind: kinds[kind])
    sure = none < _BAR and kinds[best] >= _SURE and len(clause.text.strip()) >= _LEAST
    keep = max(_KEEP, _SHARE * kinds[best] * sure) if none < _BAR else _KEEP_AGAINST
    kept = [c for c in here if c.named in _SUMS or kinds.get(c.kind, 1.0) >= keep]
    if sure and not kept:
        kept.append(_whole(best, clause, before, now, total, words))
    return kept


def _whole(
    kind: str,
    clause: Clause,
    before: Clause | None,
    now: datetime | None,
    total: float | None,
    words: PromiseWords,
) -> Commitment:
    """A commitment that the whole clause makes, with the time and the money it names."""
    moment, _, lead = _when(clause, before, now, words)
    money, _, named = amount(clause.text, total, words) if kind in _MONEY else (None, None, "")
    joint = words.lead.match(clause.text)
    start = clause.start + (joint.end() if joint is not None else 0)
    start += len(clause.text[start - clause.start :]) - len(clause.text[start - clause.start :].lstrip())
    span = (min(start, lead), clause.start + len(clause.text))
    return Commitment(kind, span, "", moment, money, named, guessed=True)


def _when(
    clause: Clause, before: Clause | None, now: datetime | None, words: PromiseWords
) -> tuple[datetime | None, tuple[int, int] | None, int]:
    """When a clause falls due, where the words stand in it ((0, 0): in the short clause before), and where
    the promise begins in the text."""
    moment, place = due(clause.text, now, words)
    if place is None and before is not None and len(before.text.strip()) <= _LEAD_IN:
        earlier, where = due(before.text, now, words)
        if where is not None and not _acts(before.text, words):
            return earlier, (0, 0), before.start + where[0]
    return moment, place, clause.start


def by_rules(
    clause: Clause, before: Clause | None, now: datetime | None, total: float | None, words: PromiseWords
) -> list[Commitment]:
    """The commitments that the word patterns find in one clause; their texts are filled in later."""
    text = clause.text
    claim = _claim(clause, text, words)
    if claim is not None:
        return [claim]
    if _is_question(clause, text, words) or words.customer.search(text):
        return []
    moment, place, lead = _when(clause, before, now, words)
    money, money_place, named = amount(text, total, words)
    intent = f"{before.text} {text}" if clause.joined and before is not None else text
    found: list[Commitment] = []
    for kind, match in _actions(text, words):
        if not _meant(kind, intent, place is not None, money_place is not None, words):
            continue
        if _denied(text, match, words):
            continue
        owns_money = kind.kind in _MONEY
        found.append(
            Commitment(
                kind=kind.kind,
                span=_span(
                    clause, text, kind, match, place, money_place if owns_money else None, lead, words
                ),
                text="",
                due=moment,
                amount=money if owns_money else None,
                named=named if owns_money else "",
            )
        )
    return found


def _acts(text: str, words: PromiseWords) -> bool:
    return next(_actions(text, words), None) is not None


def _actions(text: str, words: PromiseWords) -> Iterator[tuple[KindWords, re.Match[str]]]:
    """Action words that do not overlap; the kinds stand in the order in which they win a place. A promise of
    a concrete kind swallows a bare guarantee in the same clause."""
    taken: list[tuple[int, int]] = []
    concrete = False
    for kind in words.kinds:
        if kind.kind in ("guarantee", "other") and concrete:
            continue
        match = kind.action.search(_without(text, kind))
        if match and all(match.end() <= a or match.start() >= b for a, b in taken):
            taken.append(match.span())
            concrete = True
            yield kind, match


def _meant(kind: KindWords, text: str, timed: bool, priced: bool, words: PromiseWords) -> bool:
    if kind.needs == "nothing":
        return True
    if kind.needs == "intent":
        return words.intent.search(text) is not None
    if kind.needs == "time_or_firm":
        return timed or words.firm.search(text) is not None
    if kind.needs == "marker_or_time" and timed:
        return True
    if kind.needs == "marker_or_amount" and priced:
        return True
    return words.marker.search(text) is not None


def _without(text: str, kind: KindWords) -> str:
    """The clause with blanks where words stand that look like the action and are not."""
    if kind.unless is None:
        return text
    return kind.unless.sub(lambda m: " " * (m.end() - m.start()), text)


def _denied(text: str, match: re.Match[str], words: PromiseWords) -> bool:
    """A denial stands shortly before the action, in the same breath."""
    return any(
        n.start() < match.start()
        and match.start() - n.end() <= words.reach
        and words.apart.search(text[n.end() : match.start()]) is None
        for n in words.negation.finditer(text)
    )


def _is_question(clause: Clause, text: str, words: PromiseWords) -> bool:
    if words.offer.search(text):
        return False
    return clause.asks or words.question.search(text) is not None


def _claim(clause: Clause, text: str, words: PromiseWords) -> Commitment | None:
    for claim in words.claims:
        match = _claimed(claim, text)
        if match is not None:
            start = clause.start + match.start()
            return Commitment(claim.kind, (start, clause.start + match.end()), "", claim=claim.fact)
    return None


def _claimed(claim: ClaimWords, text: str) -> re.Match[str] | None:
    if claim.unless is not None and claim.unless.search(text):
        return None
    return claim.pattern.search(text)


def _span(
    clause: Clause,
    text: str,
    kind: KindWords,
    match: re.Match[str],
    time_place: tuple[int, int] | None,
    money_place: tuple[int, int] | None,
    lead: int,
    words: PromiseWords,
) -> tuple[int, int]:
    """From the first to the last word that belongs to the promise: time, intent, action, amount."""
    starts, ends = [match.start()], [match.end(), *(m.end() for m in kind.action.finditer(text, match.end()))]
    for place in (time_place, money_place):
        if place is not None and place != (0, 0):
            starts.append(place[0])
            ends.append(place[1])
    markers = [m for m in words.marker.finditer(text) if m.start() <= match.start()]
    if markers:
        starts.append(markers[0].start())
    end = max(ends)
    tail = words.tail.match(text, end) if money_place is not None else None
    joint = words.lead.match(text, min(starts))
    first = joint.end() if joint is not None and joint.end() <= match.start() else min(starts)
    begin = lead if lead < clause.start else clause.start + first
    return begin, clause.start + (tail.end() if tail is not None else end)


def _complete(found: list[Commitment], text: str) -> Iterator[Commitment]:
    for one in found:
        start, end = one.span
        while end > start and text[end - 1].isspace():
            end -= 1
        yield replace(one, span=(start, end), text=text[start:end])
