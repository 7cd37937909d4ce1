"""Labelled conversations from a JSON Lines file, as the contract describes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from goldseam.engine.facts import Conversation
from goldseam.engine.parse import InvalidConversation, parse_conversation
from goldseam.workshop.packaged import read_data

TASKS = ("issue", "mood", "risk", "remedies")
_KEYS = {"issue": "issue", "mood": "intensity", "risk": "risk", "remedies": "satisfied"}
_RANGES = {"mood": (0.0, 3.0), "risk": (0.0, 1.0), "remedies": (0.0, 1.0)}
_MAX_CODE = 80


class DataError(ValueError):
    """The labelled file cannot be used; the message names the file, the line and the remedy."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One conversation with its label: an issue code, a number for mood and risk, or a remedy's code with how
    satisfied the customer ended (0…1)."""

    conversation: Conversation
    code: str
    value: float
    line: int


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was left out, and why."""

    line: int
    path: str
    message: str


def read_labelled(path: Path, task: str) -> tuple[list[Labelled], list[BadLine]]:
    """All usable lines in order of time, and those left out.

    The order is that of the last message's moment when every conversation has one, else that of the
    lines. Raises DataError when the file cannot be read or no line can be used.
    """
    if task not in TASKS:
        raise DataError(f"unknown task {task!r}; choose one of {', '.join(TASKS)}")
    good: list[Labelled] = []
    bad: list[BadLine] = []
    for number, line in _lines(path):
        try:
            good.append(_labelled(line, number, task))
        except InvalidConversation as error:
            bad.append(BadLine(number, error.path, error.message))
    if not good:
        first = f"; line {bad[0].line}: {bad[0].path}: {bad[0].message}" if bad else ""
        raise DataError(f"{path} holds no usable labelled line{first}")
    moments = [_last_moment(item.conversation) for item in good]
    if all(moment is not None for moment in moments):
        order = sorted(range(len(good)), key=lambda place: (moments[place], place))
        good = [good[place] for place in order]
    return good, bad


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error


def _labelled(line: bytes, number: int, task: str) -> Labelled:
    try:
        data = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise InvalidConversation("", f"not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise InvalidConversation("", "must be an object with conversation and label")
    if "conversation" not in data:
        raise InvalidConversation("conversation", "is missing")
    try:
        conversation = parse_conversation(data["conversation"])
    except InvalidConversation as error:
        inner = f"conversation.{error.path}" if error.path else "conversation"
        raise InvalidConversation(inner, error.message) from error
    code, value = _label(data.get("label"), task)
    return Labelled(conversation, code, value, number)


def _label(label: Any, task: str) -> tuple[str, float]:
    key = _KEYS[task]
    if not isinstance(label, dict) or key not in label:
        raise InvalidConversation(f"label.{key}", "is missing")
    value = label[key]
    if task == "issue":
        if not isinstance(value, str) or not value.strip() or len(value) > _MAX_CODE:
            raise InvalidConversation("label.issue", f"must be a code of at most {_MAX_CODE} characters")
        return value.strip(), 0.0
    low, high = _RANGES[task]
    truth = task == "remedies" and isinstance(value, bool)
    if not truth and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InvalidConversation(f"label.{key}", f"must be a number from {low:g} to {high:g}")
    if not low <= value <= high:
        raise InvalidConversation(f"label.{key}", f"must be a number from {low:g} to {high:g}")
    return (_remedy(label) if task == "remedies" else ""), float(value)


def _remedy(label: dict[str, Any]) -> str:
    code, known = label.get("remedy"), read_data("weights/remedies.json")["states"]
    if code not in known:
        raise InvalidConversation("label.remedy", f"must be one of {', '.join(sorted(known))}")
    return str(code)


def _last_moment(conversation: Conversation) -> float | None:
    moments = [message.at.timestamp() for message in conversation.messages if message.at is not None]
    return moments[-1] if moments else None
