"""The catalogues of the rooms, kept with Babel; GNU gettext is not needed.

    python tools/translations.py update    extract texts into <room>/locale/zh_Hans/LC_MESSAGES/django.po
    python tools/translations.py check     fail when a text is missing, empty, fuzzy, left over or mismatched
    python tools/translations.py compile   write the .mo files beside them (never committed)

Texts stand in English in Python (`_("…")`, `ngettext`, `pgettext`) and in templates (`{% translate %}`,
`{% blocktranslate trimmed %}`).
"""

from __future__ import annotations

import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "goldseam"
LOCALE = "zh_Hans"
HEADER = """\
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
KEYWORDS: dict[str, Any] = dict(DEFAULT_KEYWORDS) | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
_TAG = re.compile(r"</?\w+")


def rooms(source: Path) -> list[Path]:
    """The folders with a catalogue of their own: whatever is a Django app."""
    return sorted(path.parent for path in source.glob("**/apps.py"))


def catalogue_path(room: Path) -> Path:
    """Where a room's Chinese texts stand."""
    return room / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def extract(room: Path, source: Path) -> Catalog:
    """Every text of a room, with the files it stands in."""
    found = Catalog(locale=LOCALE)
    for path in sorted(room.rglob("*")):
        if "migrations" in path.parts or _belongs_to_inner(path, room):
            continue
        if path.suffix == ".py":
            text = path.read_text(encoding="utf-8")
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            text = _as_python(path)
        else:
            continue
        for messages, context in _messages(text):
            name = str(path.relative_to(source))
            found.add(_id(messages), locations=[(name, 0)], context=context, flags=_flags(messages))
    return found


def _belongs_to_inner(path: Path, room: Path) -> bool:
    """Whether a deeper folder that is an app of its own holds the file."""
    parents = path.relative_to(room).parents
    return any((room / parent / "apps.py").exists() for parent in parents if str(parent) != ".")


def _as_python(path: Path) -> str:
    """A template's texts as Python calls; indentation means nothing there."""
    blanked = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    return "\n".join(line.strip() for line in blanked.splitlines())


def _messages(text: str) -> Iterator[tuple[tuple[str, ...], str | None]]:
    stream = io.BytesIO(text.encode())
    for _line, function, arguments, _comments in extract_python(
        stream, list(KEYWORDS), [], {"encoding": "utf-8"}
    ):
        given = arguments if isinstance(arguments, tuple) else (arguments,)
        spec = KEYWORDS[function] or (1,)
        context: str | None = None
        chosen: list[str] = []
        for part in spec:
            position = part[0] if isinstance(part, tuple) else part
            value = given[position - 1] if len(given) >= position else None
            if not isinstance(value, str) or not value:
                break
            if isinstance(part, tuple):
                context = value
            else:
                chosen.append(value)
        else:
            yield tuple(chosen), context


def _id(messages: tuple[str, ...]) -> Any:
    return messages[0] if len(messages) == 1 else messages


def _flags(messages: tuple[str, ...]) -> set[str]:
    return {"python-format"} if any("%(" in text for text in messages) else set()


def load(path: Path) -> Catalog:
    """A catalogue from its file; an empty one when there is none."""
    if not path.exists():
        return Catalog(locale=LOCALE)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, abort_invalid=True)


def update(source: Path = SOURCE) -> None:
    """Bring every catalogue to the texts of its room; translations of texts that are gone go too."""
    for room in rooms(source):
        path, found = catalogue_path(room), extract(room, source)
        catalogue = load(path)
        catalogue.update(found, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if not [message for message in catalogue if message.id]:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        written = io.BytesIO()
        write_po(written, catalogue, width=100, omit_header=True, sort_output=True, include_lineno=False)
        path.write_text(HEADER + written.getvalue().decode().lstrip("\n"), encoding="utf-8")
        empty = sum(1 for message in catalogue if message.id and not _texts(message))
        sys.stdout.write(f"{path.relative_to(source)}: {len(catalogue)} texts, {empty} to translate\n")


def problems(source: Path = SOURCE) -> list[str]:
    """Everything that keeps the catalogues from being complete."""
    found = _differing(source)
    for room in rooms(source):
        wanted = {(message.id, message.context) for message in extract(room, source) if message.id}
        catalogue = load(catalogue_path(room))
        name = room.relative_to(source)
        there = {(message.id, message.context): message for message in catalogue if message.id}
        found += [
            f"{name}: missing {_label(key[0])!r}; run `make translations`" for key in wanted - there.keys()
        ]
        found += [
            f"{name}: left over {_label(key[0])!r}; run `make translations`" for key in there.keys() - wanted
        ]
        found += [f"{name}: obsolete {_label(message.id)!r}" for message in catalogue.obsolete.values()]
        for message in there.values():
            found += [f"{name}: {_label(message.id)!r}: {problem}" for problem in _mistakes(message)]
    return sorted(found)


def _differing(source: Path) -> list[str]:
    """Texts that rooms translate in different ways: one page reads all catalogues as one, so that only one of
    the translations is ever seen. What means different things needs a context."""
    ways: dict[tuple[Any, str | None], dict[str, str]] = {}
    for room in rooms(source):
        for message in load(catalogue_path(room)):
            if message.id and _texts(message):
                words = " / ".join(_texts(message))
                ways.setdefault((message.id, message.context), {})[words] = str(room.relative_to(source))
    return [
        f"{' and '.join(sorted(way.values()))}: {_label(key[0])!r} is said as {' and as '.join(sorted(way))}"
        for key, way in ways.items()
        if len(way) > 1
    ]


def _label(identifier: Any) -> str:
    return identifier if isinstance(identifier, str) else identifier[0]


def _texts(message: Message) -> list[str]:
    texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return [text for text in texts if text]


def _mistakes(message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "is fuzzy"
    texts = _texts(message)
    if not texts:
        yield "is not translated"
        return
    source = message.id if isinstance(message.id, str) else message.id[-1]
    for text in texts:
        if Counter(_PLACEHOLDER.findall(text)) != Counter(_PLACEHOLDER.findall(source)):
            yield f"has other placeholders in {text!r}"
        if Counter(_TAG.findall(text)) != Counter(_TAG.findall(source)):
            yield f"has other tags in {text!r}"
        if (text[0].isspace(), text[-1].isspace()) != (source[0].isspace(), source[-1].isspace()):
            yield f"begins or ends with other white space in {text!r}"


def compile_all(source: Path = SOURCE) -> None:
    """Write the .mo file of every catalogue that changed."""
    for room in rooms(source):
        path = catalogue_path(room)
        target = path.with_suffix(".mo")
        if not path.exists() or (target.exists() and target.stat().st_mtime >= path.stat().st_mtime):
            continue
        with target.open("wb") as file:
            write_mo(file, load(path))
        sys.stdout.write(f"{target.relative_to(source)}\n")


def main() -> None:
    """Do what the one argument says."""
    settings.configure(USE_I18N=True)
    django.setup()
    action = sys.argv[1] if len(sys.argv) == 2 else ""
    if action == "update":
        update()
        compile_all()
    elif action == "compile":
        compile_all()
    elif action == "check":
        found = problems()
        sys.stdout.write("".join(f"{line}\n" for line in found))
        sys.exit(1 if found else 0)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
