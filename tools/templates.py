"""A strict look at every template: it compiles, holds no inline script or style (the content policy would
refuse them), marks nothing safe by itself, and every text a person reads is translated.

    python tools/templates.py
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "goldseam"
_BLOCKS = re.compile(
    r"\{%-?\s*(blocktranslate|blocktrans|comment|verbatim)\b.*?\{%-?\s*end\1\s*-?%\}", re.DOTALL
)
_CLASSES = re.compile(r"\{%-?\s*block\s+\w*class\w*\s*-?%\}.*?\{%-?\s*endblock\b.*?%\}", re.DOTALL)
_TAGS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_FORBIDDEN = (
    (re.compile(r"\|\s*safe\b"), "`|safe` shows unchecked text as markup"),
    (re.compile(r"\{%\s*autoescape\s+off"), "autoescape must stay on"),
    (re.compile(r"\{%\s*trans\s"), "write {% translate %}"),
    (
        re.compile(
            r"\{%\s*blocktranslate\b(?![^%]*\btrimmed\b)[^%]*%\}(?:(?!\{%\s*endblocktranslate).)*?\n",
            re.DOTALL,
        ),
        "a text over several lines needs {% blocktranslate trimmed %}",
    ),
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_BRAND = re.compile(r"\b(Goldseam|English|API|JSON|CSV|URL|ID|SLA|Ctrl|Enter|Esc|Shift|Alt)\b")
_SPOKEN = frozenset({"title", "aria-label", "placeholder", "alt", "label"})
_SILENT = frozenset({"script", "style", "code", "kbd", "pre", "samp", "svg"})


class _Reader(HTMLParser):
    """Collects what is wrong with the HTML around the template's tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._silent: list[str] = []

    def _tell(self, text: str) -> None:
        self.found.append((self.getpos()[0], text))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "style" or (tag == "script" and "src" not in given):
            self._tell(f"<{tag}> inside a page; use a file")
        if tag in _SILENT:
            self._silent.append(tag)
        if given.get("target") == "_blank" and "noopener" not in (given.get("rel") or ""):
            self._tell('target="_blank" needs rel="noopener"')
        for name, value in attributes:
            self._attribute(name, value or "")

    def _attribute(self, name: str, value: str) -> None:
        if name == "style":
            self._tell("style=… is refused by the content policy; use a class")
        if name.startswith(("on", "hx-on")):
            self._tell(f"{name}=… is inline script; use a listener in a file")
        if value.strip().lower().startswith("javascript:"):
            self._tell("javascript: links are inline script")
        if name in _SPOKEN and _untranslated(value):
            self._tell(f"{name}={value.strip()!r} is not translated")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and _untranslated(data):
            self._tell(f"{' '.join(data.split())!r} is not translated")


def _untranslated(text: str) -> bool:
    return bool(_WORD.search(_BRAND.sub("", text)) or _HAN.search(text))


def _blank(match: re.Match[str]) -> str:
    """Same number of lines, nothing else: line numbers stay right."""
    return "\n" * match[0].count("\n") + " "


def problems_in(text: str) -> list[tuple[int, str]]:
    """Line and problem, for everything wrong in one template's text."""
    found = [
        (text.count("\n", 0, match.start()) + 1, problem)
        for pattern, problem in _FORBIDDEN
        for match in pattern.finditer(text)
    ]
    reader = _Reader()
    for pattern in (_BLOCKS, _CLASSES, _TAGS):
        text = pattern.sub(_blank, text)
    reader.feed(text)
    reader.close()
    return sorted(found + reader.found)


def _compile_problem(name: str) -> str | None:
    from django.template import TemplateSyntaxError
    from django.template.loader import get_template

    try:
        get_template(name)
    except TemplateSyntaxError as error:
        return f"does not compile: {error}"
    return None


def problems() -> Iterator[str]:
    """Everything wrong in the templates of all rooms; Django must be set up."""
    for path in sorted(SOURCE.glob("**/templates/**/*")):
        if path.suffix not in (".html", ".txt") or "data" in path.parts:
            continue
        parts = path.parts
        name = "/".join(parts[parts.index("templates") + 1 :])
        broken = _compile_problem(name)
        if broken:
            yield f"{path.relative_to(SOURCE)}: {broken}"
        if path.suffix == ".html":
            text = path.read_text(encoding="utf-8")
            yield from (
                f"{path.relative_to(SOURCE)}:{line}: {problem}" for line, problem in problems_in(text)
            )


def main() -> None:
    """Print the problems; exit code 1 when there are any."""
    import django

    with tempfile.TemporaryDirectory() as home:
        os.environ["GOLDSEAM_HOME"] = home
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldseam.site.settings")
        django.setup()
        found = list(problems())
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
