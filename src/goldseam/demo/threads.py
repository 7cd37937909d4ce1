"""Conversations of the demo shop: scripts filled with the facts of orders whose story they fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice
from random import Random

from goldseam.conversations.records import ConversationRecord, MessageRecord
from goldseam.demo.catalogue import world
from goldseam.demo.dialogues import Script, scripts, spoken
from goldseam.demo.orders import Purchase

_DAY = timedelta(days=1)


class Threads:
    """Makes closed and open conversations. Every script is used before any is used again, so that each
    issue and mood occurs; an order is talked about once as long as others are left."""

    def __init__(self, chance: Random, bought: Sequence[Purchase], now: datetime) -> None:
        self._chance, self._now = chance, now
        self._orders = {
            language: self._by_story([p for p in bought if p.person.english == (language == "en")])
            for language in ("zh", "en")
        }
        self._turn = {
            language: cycle(chance.sample(scripts(language), len(scripts(language))))
            for language in ("zh", "en")
        }
        self._used: Counter[str] = Counter()
        self._number = 0

    def closed(self, count: int) -> Iterator[ConversationRecord]:
        """`count` conversations of the last 90 days that have ended."""
        for _ in range(count):
            language = self._language()
            script = next(self._turn[language])
            yield self._record(script, self._purchase(script, language), is_open=False)

    def open(self, count: int) -> Iterator[ConversationRecord]:
        """`count` conversations that wait for an answer, most since minutes, some since hours."""
        for script, language in self.open_scripts(count):
            yield self._record(script, self._purchase(script, language), is_open=True)

    def open_scripts(self, count: int) -> Iterator[tuple[Script, str]]:
        """What the open conversations are about: one issue after the other, so that none is missing."""
        issues = cycle(sorted({script.issue for script in scripts("zh")}))
        for issue in islice(issues, count):
            language = self._language()
            yield self._chance.choice([s for s in scripts(language) if s.issue == issue]), language

    def _language(self) -> str:
        return "en" if self._chance.random() < 0.07 else "zh"

    def _purchase(self, script: Script, language: str) -> Purchase:
        """An order that the script's words fit, one that was not talked about where there is any."""
        fitting = [p for story in sorted(script.stories) for p in self._orders[language].get(story, ())]
        fitting = [p for p in fitting if script.speaks_of(p.good.sku)] or fitting
        if script.needs_parcel():
            fitting = [p for p in fitting if p.tracking_no] or fitting
        candidates = self._chance.sample(fitting, min(8, len(fitting)))
        purchase = min(candidates, key=self._talked_about)
        self._used.update((purchase.record.external_id, purchase.person.record.external_id))
        return purchase

    def _talked_about(self, purchase: Purchase) -> tuple[int, int]:
        """How often the order, and its customer, came up already."""
        return self._used[purchase.record.external_id], self._used[purchase.person.record.external_id]

    def _record(self, script: Script, purchase: Purchase, *, is_open: bool) -> ConversationRecord:
        self._number += 1
        begin = self._open_begin() if is_open else self._closed_begin(purchase)
        lines = spoken(script, self._chance, self._facts(purchase, begin))
        if is_open:
            lines = self._cut(lines)
        messages = tuple(self._timed(lines, begin, is_open))
        order_known = self._chance.random() < 0.5
        return ConversationRecord(
            external_id=f"demo-{self._number:05d}",
            messages=messages,
            customer=purchase.person.record.external_id,
            order=purchase.record.external_id if order_known else "",
            channel=self._chance.choice(("webchat", "webchat", "wecom", "email")),
            status="open" if is_open else "closed",
            created_at=messages[0].at,
            closed_at=None if is_open else (messages[-1].at or begin) + timedelta(minutes=5),
            outcome="" if is_open else self._outcome(script),
            remedy="" if is_open else script.remedy,
        )

    def _cut(self, lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Up to one of the customer's turns, so that somebody waits."""
        turns = [i for i, (role, _) in enumerate(lines) if role == "customer"]
        return lines[: self._chance.choice(turns) + 1]

    def _timed(self, lines: list[tuple[str, str]], begin: datetime, is_open: bool) -> Iterator[MessageRecord]:
        """Minutes between turns; an open conversation ends at its beginning's moment, counted back."""
        gaps = [timedelta(seconds=self._chance.randint(25, 420)) for _ in lines]
        at = begin - sum(gaps, timedelta()) if is_open else begin
        for (role, text), gap in zip(lines, gaps, strict=True):
            at += gap
            is_note = role == "note"
            yield MessageRecord(role="agent" if is_note else role, text=text, at=at, is_note=is_note)

    def _closed_begin(self, purchase: Purchase) -> datetime:
        """Some time after the order last moved, within the last 90 days, in the day's hours."""
        earliest = max(purchase.moved_at, self._now - 90 * _DAY)
        latest = self._now - _DAY
        share = self._chance.betavariate(1, 4)
        at = earliest + (latest - earliest) * share if earliest < latest else latest
        return at.replace(
            hour=self._chance.choice((1, 2, 3, 5, 6, 7, 8, 11, 12, 13, 14)), minute=self._chance.randrange(60)
        )

    def _open_begin(self) -> datetime:
        minutes = self._chance.choice((2, 3, 5, 6, 8, 9, 12, 14, 18, 22, 28, 35, 45, 55, 80, 130, 240, 600))
        return self._now - timedelta(minutes=minutes, seconds=self._chance.randrange(60))

    def _facts(self, purchase: Purchase, at: datetime) -> dict[str, str]:
        good, english, placed = purchase.good, purchase.person.english, purchase.placed_at
        voices = world()["voices"]
        days = max(1, (min(at, self._now) - purchase.moved_at).days)
        amount = f"{purchase.total:.2f}".rstrip("0").rstrip(".")
        return {
            "item": good.short_en if english else good.short,
            "order": purchase.record.external_id,
            "tail": purchase.record.external_id[-4:],
            "tracking": purchase.tracking_no,
            "carrier": purchase.carrier,
            "hub": purchase.hub,
            "days": str(days),
            "amount": amount,
            "name": purchase.person.salutation,
            "agent": voices[-1] if english else self._chance.choice(voices[:-1]),
            "date": f"{placed:%d %B}" if english else world()["day"].format(placed.month, placed.day),
        }

    def _outcome(self, script: Script) -> str:
        names, weights = zip(*script.outcomes, strict=True)
        return str(self._chance.choices(names, weights)[0])

    @staticmethod
    def _by_story(bought: Sequence[Purchase]) -> dict[str, list[Purchase]]:
        stories: dict[str, list[Purchase]] = {}
        for purchase in bought:
            stories.setdefault(purchase.story, []).append(purchase)
        return stories
