"""Labelled replies: whole ones with the words of their promises, and clause wordings with alternatives.

text | kind=words | kind=words        (labelled.*.txt)
[kind] opens a block of clauses       (lines.*.txt; {a|b} alternatives, T a time, M a sum, <…> the promise)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from goldseam.workshop.corpus import variants
from goldseam.workshop.packaged import read_data

KINDS = (
    "ship_by",
    "deliver_by",
    "refund",
    "compensation",
    "replace",
    "reship",
    "pickup",
    "repair",
    "call_back",
    "price_match",
    "admission",
    "guarantee",
    "other",
)
MANNERS = ("blame", "denial", "command", "cold", "template", "sarcasm", "absolute")
SEEN = "# patterns saw these"
_BLOCK = re.compile(r"\[(\w+)\]")
_STOP = re.compile(r"^ |[,.!?;。，！？；](?=.*\w)")
_PROMISE = re.compile(r"<(.*?)>")
_TIME = re.compile(r"(?<![A-Za-z'’])T(?![A-Za-z'’-])")
_MONEY = re.compile(r"(?<![A-Za-z])M(?![A-Za-z])")


class ReplyLineError(ValueError):
    """A labelled reply breaks its format; the message names the place."""


@dataclass(frozen=True, slots=True)
class LabelledReply:
    """One reply with kind and half-open place of each promise. `origin` groups the readings of one line;
    `fresh` is false where the word patterns were made with the reply in view."""

    text: str
    wanted: tuple[tuple[str, int, int], ...]
    origin: str
    fresh: bool = True


def parse_labelled(content: str, name: str) -> Iterator[LabelledReply]:
    """Whole replies. Raises ReplyLineError when labelled words do not stand in the text."""
    fresh = SEEN not in content
    for number, line in enumerate(content.splitlines(), 1):
        fresh = fresh or line.strip() == SEEN
        if not line.strip() or line.startswith("#"):
            continue
        text, *labels = (part.strip() for part in line.split(" | "))
        wanted = []
        for label in labels:
            kind, _, words = label.partition("=")
            start = text.find(words)
            if start < 0 or kind not in KINDS:
                raise ReplyLineError(f"{name}:{number}: {label!r} does not fit {text!r}")
            wanted.append((kind, start, start + len(words)))
        yield LabelledReply(text, tuple(wanted), f"{name}:{number}", fresh)


def parse_lines(content: str, name: str, language: str, limit: int = 14) -> Iterator[LabelledReply]:
    """Clause wordings, each line with up to `limit` of its alternatives. Without <…> the words after the last
    stop are the promise. Raises ReplyLineError on an unknown kind."""
    kind = ""
    for number, raw in enumerate(content.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        block = _BLOCK.fullmatch(line)
        if block is not None:
            kind = block[1]
            if kind not in (*KINDS, *MANNERS, "none"):
                raise ReplyLineError(f"{name}:{number}: unknown kind {kind!r}")
            continue
        for place, reading in enumerate(variants(line, limit)):
            text = _filled(reading, language, number + place)
            yield _reply(text, kind, f"{name}:{number}")


@cache
def _stand_ins() -> Any:
    """Times and sums to be put where a line leaves them open."""
    return read_data("reply/stand_ins.json")


def _filled(text: str, language: str, place: int) -> str:
    stand_ins = _stand_ins()[language]
    times, sums = stand_ins["times"], stand_ins["sums"]
    return _MONEY.sub(sums[place % len(sums)], _TIME.sub(times[place % len(times)], text))


def _reply(text: str, kind: str, origin: str) -> LabelledReply:
    marked = _PROMISE.search(text)
    if marked is not None:
        text = text[: marked.start()] + marked[1] + text[marked.end() :]
        return LabelledReply(text, ((kind, marked.start(), marked.end() - 2),), origin)
    if kind == "none":
        return LabelledReply(text, (), origin)
    start = max(stop.end() for stop in _STOP.finditer(" " + text)) - 1
    return LabelledReply(text, ((kind, start, len(text)),), origin)


def load_manners(language: str) -> list[LabelledReply]:
    """Wordings by how they will sound; promises are none of them, but for those that promise too much."""
    home = files("goldseam.engine") / "data" / "reply"
    hurting, plain = f"tone_lines.{language}.txt", f"lines.{language}.txt"
    promises = parse_lines((home / plain).read_text(encoding="utf-8"), plain, language, 1)
    return [
        *parse_lines((home / hurting).read_text(encoding="utf-8"), hurting, language),
        *(
            LabelledReply(one.text, (), one.origin)
            for one in promises
            if all(kind != "guarantee" for kind, _, _ in one.wanted)
        ),
    ]


def load_replies(language: str) -> list[LabelledReply]:
    """All packaged labelled replies and wordings of a language."""
    home = files("goldseam.engine") / "data" / "reply"
    labelled, lines = f"labelled.{language}.txt", f"lines.{language}.txt"
    return [
        *parse_labelled((home / labelled).read_text(encoding="utf-8"), labelled),
        *parse_lines((home / lines).read_text(encoding="utf-8"), lines, language),
    ]
