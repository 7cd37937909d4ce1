"""The bot's words as data: what customers may mean by a turn, and what it says itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ConfirmWords:
    """The vocabulary of a clear yes and a clear no, longest words first; `named` are words that name the
    change itself, by its kind."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    filler: tuple[str, ...]
    named: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class DetailWords:
    """How addresses, phones and invoice titles are recognised."""

    address_mark: re.Pattern[str]
    address: re.Pattern[str]
    address_latin: re.Pattern[str]
    phone: re.Pattern[str]
    personal: re.Pattern[str]
    company: re.Pattern[str]
    lead_in: re.Pattern[str]
    tax: re.Pattern[str]
    only_address: re.Pattern[str]
    other_change: re.Pattern[str]
    polite: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Sayings:
    """What the bot says in one language: key → template with {holes}; `names` holds words for codes."""

    language: str
    lines: Mapping[str, str]
    names: Mapping[str, Mapping[str, str]]

    def say(self, key: str, **values: object) -> str:
        """The line with its holes filled; a value is never read as a template."""
        return self.lines[key].format_map(values)

    def name(self, kind: str, code: str) -> str:
        """The word for a code, or the code itself."""
        return self.names.get(kind, {}).get(code, code)


@dataclass(frozen=True, slots=True)
class BotTables:
    """All of it, with a version that is kept beside each decision. `ends` are the words by which a customer
    ends a subject (solved, thanks), with those that may stand between them."""

    version: str
    acts: Mapping[str, re.Pattern[str]]
    confirm: ConfirmWords
    ends: Mapping[str, tuple[str, ...]]
    details: DetailWords
    sayings: Mapping[str, Sayings]

    def speak(self, language: str, locale: str) -> Sayings:
        """The sayings of a customer's language; for others those of the shop's."""
        if language in self.sayings:
            return self.sayings[language]
        return self.sayings["zh" if locale.lower().startswith("zh") else "en"]


def compile_words(raw: Mapping[str, Any], sayings: Mapping[str, Sayings]) -> BotTables:
    """The tables from their decoded files."""
    confirm, details = raw["confirm"], raw["details"]
    return BotTables(
        version=raw["version"],
        acts={name: _any(parts) for name, parts in raw["acts"].items()},
        confirm=ConfirmWords(
            yes=_longest(confirm["yes"]),
            no=_longest(confirm["no"]),
            filler=_longest(confirm["filler"]),
            named={kind: _longest(words) for kind, words in confirm["named"].items()},
        ),
        ends={kind: _longest(words) for kind, words in raw["ends"].items()},
        details=DetailWords(
            **{name: _any([part] if isinstance(part, str) else part) for name, part in details.items()}
        ),
        sayings=sayings,
    )


def _any(parts: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


def _longest(words: list[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=len, reverse=True))
