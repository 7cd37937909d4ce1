"""The engine's commands: JSON Lines in, JSON Lines out, in order, one line for each, none dropped."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import orjson
import typer

from goldseam.engine.parse import InvalidConversation, parse_conversation

if TYPE_CHECKING:
    from goldseam.engine.tables import Tables

app = typer.Typer(add_completion=False)

_LONGEST_LINE = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_Answer = Callable[[Any], dict[str, Any]]

FileArgument = Annotated[
    Path | None, typer.Argument(help="JSON Lines file; standard input when left out or -.", metavar="[FILE]")
]


@app.command()
def assess(
    file: FileArgument = None,
    models: Annotated[
        Path | None,
        typer.Option(help="Folder of models made by `goldseam train`.", exists=True, file_okay=False),
    ] = None,
) -> None:
    """Assess conversations: what it is, how risky it is, who is answerable, what to do."""
    from goldseam.engine.assess import assess as assess_one

    tables = _tables(models)

    def answer(data: Any) -> dict[str, Any]:
        started = time.perf_counter()
        assessment = assess_one(parse_conversation(data), tables)
        return assessment.as_contract(round((time.perf_counter() - started) * 1000, 3))

    _run(file, answer)


@app.command("check-reply")
def check_reply(file: FileArgument = None) -> None:
    """Check outgoing texts: what they promise, whether that is allowed, and how they will sound."""
    from goldseam.engine.reply.check import check_reply as check_one
    from goldseam.engine.reply.request import parse_reply

    tables = _tables()

    def answer(data: Any) -> dict[str, Any]:
        started = time.perf_counter()
        checked = check_one(parse_reply(data), tables)
        return checked.as_contract(round((time.perf_counter() - started) * 1000, 3))

    _run(file, answer)


def _tables(models: Path | None = None) -> Tables:
    from goldseam.core.memory import settle
    from goldseam.workshop.load import load_tables
    from goldseam.workshop.models import ModelError

    try:
        tables = load_tables(models)
    except ModelError as error:
        typer.echo(f"goldseam: {error}", err=True)
        raise typer.Exit(2) from None
    settle()
    return tables


def _run(file: Path | None, answer: _Answer) -> None:
    """Answer every line of the file; exit 1 when one was bad, 2 when the file cannot be read."""
    failed = False
    out = sys.stdout.buffer
    try:
        with _opened(file) as source:
            for line in _lines(source):
                reply, good = _one(line, answer)
                failed = failed or not good
                out.write(orjson.dumps(reply) + b"\n")
                out.flush()
    except BrokenPipeError:
        # The reader went away (`| head`): nothing is left to tell it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    if failed:
        raise typer.Exit(1)


@contextmanager
def _opened(file: Path | None) -> Iterator[IO[bytes]]:
    if file is None or str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        source = file.open("rb")
    except OSError as error:
        typer.echo(f"goldseam: cannot read {file}: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    with source:
        yield source


def _lines(source: IO[bytes]) -> Iterator[bytes]:
    """The lines without a byte order mark. Blank lines at the end are none; a blank line between others is
    one, so that output lines keep standing beside input lines."""
    blanks = 0
    first = True
    while line := source.readline(_LONGEST_LINE):
        while not line.endswith(b"\n") and len(line) >= _LONGEST_LINE:
            rest = source.readline(_LONGEST_LINE)
            if not rest or rest.endswith(b"\n"):
                break
        if first:
            line = line.removeprefix(_BOM)
            first = False
        if not line.strip():
            blanks += 1
            continue
        yield from (b"" for _ in range(blanks))
        blanks = 0
        yield line


def _one(line: bytes, answer: _Answer) -> tuple[dict[str, Any], bool]:
    """The answer to one line and whether the line was good."""
    data: Any = None
    try:
        data, constant = _decoded(line)
        if constant:
            parse_conversation(data)  # Names the place when the value stands in a known key.
            raise _NotJson(f"is not valid JSON: {constant}", data)
        return answer(data), True
    except _NotJson as error:
        return _error(error.data, "", error.message), False
    except InvalidConversation as error:
        return _error(data, error.path, error.message), False
    except Exception as error:  # noqa: BLE001 - the outermost loop: one bad line must not stop the others
        traceback.print_exc(file=sys.stderr)
        return _error(data, "", f"could not be processed: {type(error).__name__}"), False


def _error(data: Any, path: str, message: str) -> dict[str, Any]:
    identifier = data.get("id") if isinstance(data, dict) else None
    if isinstance(identifier, bool) or not isinstance(identifier, str | int):
        identifier = None
    if isinstance(identifier, str):
        identifier = identifier[:200].encode("utf-8", "replace").decode()
    elif identifier is not None and abs(identifier) >= 1 << 53:
        identifier = str(identifier)[:200]
    return {"id": identifier, "error": {"path": path, "message": message}}


class _NotJson(Exception):
    """The line is no JSON. `data` is what could be made of it, to find the id."""

    def __init__(self, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


def _decoded(line: bytes) -> tuple[Any, str]:
    """The line as JSON, and the first constant in it that is none (NaN, Infinity). What the fast reader
    refuses is read again by the exact one, for a better message."""
    if len(line) >= _LONGEST_LINE:
        raise _NotJson(f"the line is longer than {_LONGEST_LINE // 1024 // 1024} MiB")
    try:
        return orjson.loads(line), ""
    except orjson.JSONDecodeError:
        pass
    if not line.strip():
        raise _NotJson("the line is empty")
    try:
        text = line.rstrip(b"\r\n").decode()
    except UnicodeDecodeError as error:
        data = _lenient(line.decode("utf-8", "replace"), [])
        raise _NotJson(f"byte {error.start + 1} of the line is not valid UTF-8", data) from None
    constants: list[str] = []
    try:
        data = json.loads(text, parse_constant=_collect(constants))
    except RecursionError:
        raise _NotJson("is nested too deeply") from None
    except ValueError as error:
        at = f" (column {error.pos + 1})" if isinstance(error, json.JSONDecodeError) else ""
        raise _NotJson(f"is not valid JSON{at}") from None
    return data, constants[0] if constants else ""


def _lenient(text: str, constants: list[str]) -> Any:
    try:
        return json.loads(text, parse_constant=_collect(constants))
    except (ValueError, RecursionError):
        return None


def _collect(constants: list[str]) -> Callable[[str], float]:
    def keep(name: str) -> float:
        constants.append(name)
        return float(name.replace("Infinity", "inf"))

    return keep
