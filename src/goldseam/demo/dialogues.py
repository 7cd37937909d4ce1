"""Conversations of the demo shop, from scripts.

A script file holds blocks:

    = logistics.delay | stalled,late | expedite | satisfied 6, accepted 3, unsatisfied 1
    C: {|hello, }my {item} has not moved for {days} days
    A: Hello {name}, I am {agent}. The parcel reached {hub} {days} days ago and has not been seen since.
    C: when will it come then

The header names the issue, the stories of an order that it fits (`-`: any), the remedy that solved it
(`-`: none) and how often it ended how; an optional fifth part names the goods that the words fit, by the
beginning of their article number (`K, M703`). `C:` is the customer, `A:` the agent, `B:` the bot, `N:` a
private note, `S:` the system.
`{a|b|}` is one of the alternatives; {item} {order} {tail} {tracking} {carrier} {hub} {days} {amount} {name}
{agent} {date} are filled from the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

from goldseam.demo.orders import STORIES

ROLES = {"C": "customer", "A": "agent", "B": "bot", "N": "note", "S": "system"}
SLOTS = ("item", "order", "tail", "tracking", "carrier", "hub", "days", "amount", "name", "agent", "date")
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_SLOT = re.compile(r"\{(\w+)\}")


class BrokenScript(ValueError):
    """A script file is not what it should be; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Script:
    """One conversation to be filled with an order's facts."""

    issue: str
    stories: frozenset[str]
    remedy: str
    outcomes: tuple[tuple[str, int], ...]
    lines: tuple[tuple[str, str], ...]
    goods: tuple[str, ...] = ()

    def speaks_of(self, sku: str) -> bool:
        """Whether the words fit the article (any, if the script names none)."""
        return not self.goods or sku.partition("-")[2].startswith(self.goods)

    def needs_parcel(self) -> bool:
        """Whether the words speak of a parcel."""
        return any(slot in text for _, text in self.lines for slot in ("{tracking}", "{hub}", "{carrier}"))


@cache
def scripts(language: str) -> tuple[Script, ...]:
    """All scripts of a language ("zh" or "en"), checked."""
    folder = files(__package__) / "data" / "dialogues" / language
    found = [
        script
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".txt")
        for script in _parse(entry.name, entry.read_text("utf-8"))
    ]
    return tuple(found)


def spoken(script: Script, chance: Random, facts: Mapping[str, str]) -> list[tuple[str, str]]:
    """The script's lines as (role, text), alternatives chosen and slots filled."""
    lines = []
    for role, text in script.lines:
        chosen = _CHOICE.sub(lambda match: chance.choice(match.group(1).split("|")), text)
        lines.append((ROLES[role], _SLOT.sub(lambda match: facts[match.group(1)], chosen)))
    return lines


def _parse(name: str, content: str) -> Iterator[Script]:
    header: list[str] | None = None
    lines: list[tuple[str, str]] = []
    for number, raw in enumerate(content.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        place = f"{name}:{number}"
        if line.startswith("="):
            if header:
                yield _script(place, header, lines)
            header, lines = [part.strip() for part in line[1:].split("|")], []
            continue
        lines.append(_line(place, line))
    if header:
        yield _script(f"{name}: last block", header, lines)


def _line(place: str, line: str) -> tuple[str, str]:
    role, separator, text = line.partition(": ")
    if not separator or role not in ROLES or not text.strip():
        raise BrokenScript(f"{place}: a line begins with one of {', '.join(ROLES)} and a colon")
    unknown = [slot for slot in _SLOT.findall(_CHOICE.sub("", text)) if slot not in SLOTS]
    if unknown:
        raise BrokenScript(f"{place}: unknown slot {unknown[0]!r}; known: {', '.join(SLOTS)}")
    return role, text.strip()


def _script(place: str, header: list[str], lines: list[tuple[str, str]]) -> Script:
    if len(header) not in (4, 5):
        raise BrokenScript(f"{place}: a header has issue | stories | remedy | outcomes, then perhaps goods")
    issue, stories, remedy, outcomes = header[:4]
    goods = tuple(part.strip() for part in header[4].split(",")) if header[4:] else ()
    chosen = frozenset(STORIES) if stories == "-" else frozenset(s.strip() for s in stories.split(","))
    if not chosen <= STORIES.keys():
        raise BrokenScript(f"{place}: unknown story {sorted(chosen - STORIES.keys())[0]!r}")
    if not lines or lines[0][0] not in ("C", "S"):
        raise BrokenScript(f"{place}: the customer speaks first")
    ends = tuple((part.split()[0], int(part.split()[1])) for part in outcomes.split(","))
    return Script(issue, chosen, "" if remedy == "-" else remedy, ends, tuple(lines), goods)
