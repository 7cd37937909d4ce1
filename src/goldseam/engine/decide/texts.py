"""Evidence and drafts are said in the customer's language, from templates that are data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_LONGEST_QUOTE = 24


@dataclass(frozen=True, slots=True)
class Texts:
    """All words of one language. `phrases`: key → template with {holes}; `names`: kind → code → word;
    `drafts`: the parts replies are put together from (see `draft.py`)."""

    language: str
    phrases: Mapping[str, str]
    names: Mapping[str, Mapping[str, str]]
    drafts: Mapping[str, Any]

    def say(self, key: str, **values: object) -> str:
        """The phrase with its holes filled; customer text in a value is never read as a template."""
        return self.phrases[key].format_map(values)

    def name(self, kind: str, code: str) -> str:
        """The display name of a code of some kind, or the code itself."""
        return self.names.get(kind, {}).get(code, code)

    def span(self, hours: float) -> str:
        """A duration in words: hours below three days, days above."""
        if hours < 1:
            return self.say("minutes", n=max(1, round(hours * 60)))
        if hours < 72:
            return self.say("hours", n=round(hours))
        return self.say("days", n=round(hours / 24))

    def day(self, moment: datetime, now: datetime | None = None) -> str:
        """A day as people say it, in the zone of `now`; with the hour when the moment has one to tell."""
        local = moment.astimezone(now.tzinfo) if now is not None and now.tzinfo else moment
        month = self.names.get("month", {}).get(str(local.month), str(local.month))
        return self.say("day", month=month, day=local.day)

    def money(self, amount: float, currency: str) -> str:
        """An amount with its currency, without needless zeros."""
        number = f"{amount:.2f}".rstrip("0").rstrip(".")
        template = self.names.get("currency", {}).get(currency, self.phrases["money"])
        return template.format(amount=number, currency=currency)


def quote(text: str) -> str:
    """Customer words short enough to stand inside a sentence."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_QUOTE else flat[: _LONGEST_QUOTE - 1] + "…"
