"""A TOML file that is read with care: every error names the file's line, the key and what is allowed."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from goldseam.commerce.importing.errors import ImportRefused, MappingError

Path_ = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w.-]+)\s*=""")
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^.\s]+))\s*\.?""")
_MAX_BYTES = 1_000_000


class Table:
    """One table of the document; `take` reads a key, `finish` refuses the keys nobody took."""

    def __init__(self, document: Document, path: Path_, data: dict[str, Any]) -> None:
        self.document = document
        self.path = path
        self.data = data
        self._taken: set[str] = set()

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """The value of a key, checked to be of a kind; `default` when it is absent."""
        self._taken.add(key)
        if key not in self.data:
            return default
        value = self.data[key]
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and not {bool, object} & set(kinds)):
            names = " or ".join(_KIND_NAMES.get(k, k.__name__) for k in kinds)
            raise self.error(key, f"this must be {names}, not {value!r}.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        value = self.take(key, (str, list), [])
        listed = [value] if isinstance(value, str) else value
        if not all(isinstance(item, str) for item in listed):
            raise self.error(key, "this must be a list of texts.")
        return tuple(listed)

    def table(self, key: str) -> Table | None:
        """A table below this one."""
        value = self.take(key, dict)
        return None if value is None else Table(self.document, (*self.path, key), value)

    def finish(self, allowed: Iterable[str] = ()) -> None:
        """Refuse unknown keys, with the nearest known one."""
        known = self._taken | set(allowed)
        for key in self.data:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(sorted(known))}."
                raise self.error(key, f"unknown key; {hint}")

    def error(self, key: str, message: str) -> MappingError:
        """What is wrong with a key of this table."""
        path = (*self.path, key) if key else self.path
        dotted = ".".join(str(part) for part in path if not isinstance(part, int))
        return MappingError(self.document.name, self.document.line_of(path), dotted, message)


_KIND_NAMES = {str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}


class Document:
    """A TOML file with its text, so that keys can be found in it again."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._lines = text.splitlines()
        try:
            self.root = Table(self, (), tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            match = re.search(r"at line (\d+)", str(error))
            line = int(match.group(1)) if match else len(self._lines)
            raise MappingError(name, line, "", f"this is not TOML: {error}") from None

    @classmethod
    def read(cls, path: Path) -> Document:
        """The document in a file."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ImportRefused(f"The mapping {path} cannot be read: {error.strerror}.") from None
        if len(data) > _MAX_BYTES:
            raise ImportRefused(f"The mapping {path} is larger than {_MAX_BYTES} bytes; is it a mapping?")
        try:
            return cls(path.name, data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise ImportRefused(f"The mapping {path} is not UTF-8; save it as UTF-8.") from None

    def line_of(self, path: Path_) -> int:
        """The line where a path, or the longest known part of it, stands."""
        best, line = -1, 1
        for number, found in self._places():
            common = _common(found, path)
            if common > best and len(found) == common:
                best, line = common, number
        return line

    def _places(self) -> Iterable[tuple[int, Path_]]:
        counts: dict[Path_, int] = {}
        current: Path_ = ()
        for number, text in enumerate(self._lines, 1):
            header = _HEADER.match(text)
            if header:
                current = _header_path(header, counts)
                yield number, current
                continue
            key = _KEY.match(text)
            if key:
                yield number, (*current, *_parts(key.group(1)))


def _header_path(header: re.Match[str], counts: dict[Path_, int]) -> Path_:
    names = _parts(header.group(2))
    path: Path_ = ()
    for i, name in enumerate(names):
        path = (*path, name)
        is_last = i == len(names) - 1
        if is_last and header.group(1) == "[[":
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(dotted: str) -> list[str]:
    return ["".join(match.groups("")) for match in _PART.finditer(dotted)]


def _common(a: Path_, b: Path_) -> int:
    count = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        count += 1
    return count
