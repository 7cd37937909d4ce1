"""The clocks of a conversation: when they start, stand still, go on and end, and when they run out.

Three kinds: `first` runs from the customer's first words to the first answer; `next` from each later word of
the customer that waits for an answer to that answer; `resolution` from the first words until the case is
closed. All stand still while the case sleeps; `resolution` also while the customer is to answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from goldseam.engine.worktime.hours import Calendar, add, between

FIRST, NEXT, RESOLUTION = "first", "next", "resolution"
KINDS = (FIRST, NEXT, RESOLUTION)

ASKED, ANSWERED, SLEPT, WOKE, CLOSED, REOPENED = "asked", "answered", "slept", "woke", "closed", "reopened"
"""What moves clocks: the customer wrote or was answered, the case slept, woke, ended or began anew."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock. `runs` are the stretches in which it ran, the last one open (None) while it runs;
    `ended` says that nothing can move it any more, except that a closed case's `resolution` goes on when
    the case is reopened."""

    kind: str
    runs: tuple[tuple[datetime, datetime | None], ...]
    ended: bool = False

    @property
    def is_running(self) -> bool:
        """Whether it runs at this moment."""
        return not self.ended and bool(self.runs) and self.runs[-1][1] is None

    def pause(self, at: datetime) -> Clock:
        """It stands still from `at`."""
        if not self.is_running:
            return self
        start = self.runs[-1][0]
        return replace(self, runs=(*self.runs[:-1], (start, max(start, at))))

    def go_on(self, at: datetime) -> Clock:
        """It runs again from `at`."""
        if self.is_running or self.ended:
            return self
        latest = self.runs[-1][1] if self.runs else None
        return replace(self, runs=(*self.runs, (max(at, latest) if latest else at, None)))

    def end(self, at: datetime) -> Clock:
        """What it measured has happened."""
        return replace(self.pause(at), ended=True)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that moves clocks; `kind` is one of the words above."""

    kind: str
    at: datetime


def step(clocks: tuple[Clock, ...], happening: Happening) -> tuple[Clock, ...]:
    """The clocks after this happened. Ended ones stay, so that their outcome can be kept."""
    return _STEPS[happening.kind](clocks, happening.at)


def tell(happenings: Iterable[Happening]) -> tuple[Clock, ...]:
    """The clocks after a whole story."""
    clocks: tuple[Clock, ...] = ()
    for happening in happenings:
        clocks = step(clocks, happening)
    return clocks


def _asked(clocks: tuple[Clock, ...], at: datetime) -> tuple[Clock, ...]:
    known = {clock.kind for clock in clocks}
    clocks = _revived(clocks)
    clocks = tuple(clock.go_on(at) for clock in clocks)
    if RESOLUTION not in known:
        clocks = (*clocks, Clock(RESOLUTION, ((at, None),)))
    if FIRST not in known:
        return (*clocks, Clock(FIRST, ((at, None),)))
    if any(clock.kind in (FIRST, NEXT) and not clock.ended for clock in clocks):
        return clocks  # still waiting for the answer to earlier words
    return (*clocks, Clock(NEXT, ((at, None),)))


def _answered(clocks: tuple[Clock, ...], at: datetime) -> tuple[Clock, ...]:
    if all(clock.kind != FIRST for clock in clocks):
        clocks = (*clocks, Clock(FIRST, (), ended=True))  # the shop spoke first: no first answer is owed
    return tuple(
        clock.pause(at) if clock.kind == RESOLUTION or clock.ended else clock.end(at) for clock in clocks
    )


def _slept(clocks: tuple[Clock, ...], at: datetime) -> tuple[Clock, ...]:
    return tuple(clock.pause(at) for clock in clocks)


def _woke(clocks: tuple[Clock, ...], at: datetime) -> tuple[Clock, ...]:
    waiting = any(clock.kind != RESOLUTION and not clock.ended for clock in clocks)
    return tuple(clock.go_on(at) for clock in clocks) if waiting else clocks  # else the customer is to answer


def _closed(clocks: tuple[Clock, ...], at: datetime) -> tuple[Clock, ...]:
    return tuple(clock if clock.ended else clock.end(at) for clock in clocks)


def _reopened(clocks: tuple[Clock, ...], at: datetime) -> tuple[Clock, ...]:
    return tuple(clock.go_on(at) for clock in _revived(clocks))


def _revived(clocks: tuple[Clock, ...]) -> tuple[Clock, ...]:
    return tuple(
        replace(clock, ended=False) if clock.kind == RESOLUTION and clock.ended else clock for clock in clocks
    )


_STEPS = {
    ASKED: _asked,
    ANSWERED: _answered,
    SLEPT: _slept,
    WOKE: _woke,
    CLOSED: _closed,
    REOPENED: _reopened,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a clock stands: working time `used` up to a moment, when it warns and runs out as things are now
    (None while it stands still), and when it really ran out (None if it did not)."""

    used: timedelta
    warn_at: datetime | None
    due_at: datetime | None
    breached_at: datetime | None


def standing(
    calendar: Calendar, clock: Clock, target: timedelta, warn_share: float, now: datetime
) -> Standing:
    """How the clock stands at `now` when `target` is the working time it has, and the warning comes after
    `warn_share` (0…1) of it."""
    used, breached_at, due_at, warn_at = timedelta(), None, None, None
    for start, end in clock.runs:
        if breached_at is None:
            would = add(calendar, start, target - used)
            stop = now if end is None else end
            if would < stop or (end is None and would == stop):
                breached_at = would
            if end is None:
                due_at = would
                warn_at = add(calendar, start, target * warn_share - used)
        used += between(calendar, start, max(start, now if end is None else end))
    if breached_at is not None and clock.is_running:
        due_at = breached_at
    return Standing(used, warn_at, due_at, breached_at)
