"""Reads articles and questions from JSON Lines, and names every line that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson

from goldseam.engine.search.index import SearchArticle

_LONGEST_ID = 200
_LONGEST_TEXT = 100_000
_LONGEST_QUESTION = 5_000
_Read = TypeVar("_Read")


class SearchDataError(Exception):
    """A file cannot be read at all; the message names it."""


class _Invalid(Exception):
    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path, self.message = path, message


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was left out: where it stands and what is wrong with it."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path + ': ' if self.path else ''}{self.message}"


@dataclass(frozen=True, slots=True)
class Query:
    """A question with the ids of the articles that answer it; none when nothing does."""

    line: int
    text: str
    relevant: tuple[str, ...]


def read_articles(path: Path) -> tuple[list[SearchArticle], list[BadLine]]:
    """The usable articles in order, and the lines left out. Raises SearchDataError."""
    seen: dict[str, int] = {}

    def article(data: dict[str, Any], number: int) -> SearchArticle:
        name = _id(data.get("id"), "id")
        if name in seen:
            raise _Invalid("id", f"{name!r} stands on line {seen[name]} already")
        title = _text(data.get("title", ""), "title", _LONGEST_TEXT)
        text = _text(data.get("text", ""), "text", _LONGEST_TEXT)
        if not title.strip() and not text.strip():
            raise _Invalid("text", "is missing, and so is the title")
        questions = _list(data.get("questions", []), "questions")
        asked = [_text(one, f"questions[{i}]", _LONGEST_QUESTION) for i, one in enumerate(questions)]
        seen[name] = number
        return SearchArticle(name, title, text, tuple(one for one in asked if one.strip()))

    return _read(path, article)


def read_queries(path: Path, known: set[str]) -> tuple[list[Query], list[BadLine]]:
    """The usable questions in order, and the lines left out; `known` are the articles' ids."""

    def query(data: dict[str, Any], number: int) -> Query:
        text = _text(data.get("query"), "query", _LONGEST_QUESTION)
        if not text.strip():
            raise _Invalid("query", "is empty")
        if "relevant" not in data:
            raise _Invalid("relevant", "is missing")
        listed = _list(data["relevant"], "relevant")
        relevant = [_id(one, f"relevant[{i}]") for i, one in enumerate(listed)]
        for i, name in enumerate(relevant):
            if name not in known:
                raise _Invalid(f"relevant[{i}]", f"no article has the id {name!r}")
        return Query(number, text, tuple(dict.fromkeys(relevant)))

    return _read(path, query)


def _read(path: Path, read_one: Callable[[dict[str, Any], int], _Read]) -> tuple[list[_Read], list[BadLine]]:
    good: list[_Read] = []
    bad: list[BadLine] = []
    for number, line in _lines(path):
        try:
            good.append(read_one(_object(line), number))
        except _Invalid as error:
            bad.append(BadLine(str(path), number, error.path, error.message))
    return good, bad


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if content.strip():
                    yield number, content
    except OSError as error:
        raise SearchDataError(f"cannot read {path}: {error.strerror or error}") from error


def _object(line: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _Invalid("", f"is not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise _Invalid("", "must be an object")
    return data


def _id(value: Any, path: str) -> str:
    if value is None:
        raise _Invalid(path, "is missing")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_ID:
        raise _Invalid(path, f"must be a text of 1 to {_LONGEST_ID} characters")
    return value


def _text(value: Any, path: str, longest: int) -> str:
    if value is None:
        raise _Invalid(path, "is missing")
    if not isinstance(value, str):
        raise _Invalid(path, "must be a text")
    if len(value) > longest:
        raise _Invalid(path, f"is longer than {longest} characters")
    return value


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise _Invalid(path, "must be a list")
    return value
