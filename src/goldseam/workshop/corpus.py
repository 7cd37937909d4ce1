"""The starter corpus: labelled messages in our own words, one theme per text file.

    # comment
    = issue[+issue…] | label intensity | signals or - | writer | family
    > role: text          (turns before the next message, for that message only)
    a message with {some|alternatives|} @@ +code -code =issue[+issue…]

A header holds for all messages up to the next one; marks after `@@` add signals to a message or drop them, or
say that it is about another issue.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

from goldseam.engine.text.matcher import expand

ISSUES = (
    "logistics.not_shipped",
    "logistics.delay",
    "logistics.lost",
    "logistics.false_delivery",
    "logistics.damaged",
    "logistics.courier_service",
    "logistics.tracking",
    "product.defect",
    "product.not_as_described",
    "product.wrong_item",
    "product.missing",
    "product.size_fit",
    "product.expired",
    "product.safety",
    "product.counterfeit",
    "product.how_to",
    "order.cancel",
    "order.change",
    "refund.return",
    "refund.exchange",
    "refund.progress",
    "refund.rejected",
    "refund.freight",
    "price.protection",
    "promo.dispute",
    "payment.issue",
    "invoice",
    "warranty.repair",
    "service.attitude",
    "account.privacy",
    "praise",
    "other",
)
LABELS = ("calm", "anxious", "disappointed", "angry", "distressed", "grateful")
SIGNALS = (
    "regulator",
    "platform",
    "legal",
    "media",
    "bad_review",
    "chargeback",
    "repeat_contact",
    "churn",
    "vulnerable",
    "injury",
    "self_harm",
    "threat_to_staff",
    "abuse",
    "fraud_suspect",
)
_MARKS = " @@ "
ROLES = ("customer", "agent", "bot", "system")


class CorpusError(ValueError):
    """A corpus file breaks its format; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message with the turns before it. `origin` is "language/file:line"."""

    text: str
    issues: tuple[str, ...]
    label: str
    intensity: int
    signals: tuple[str, ...]
    writer: str
    family: str
    language: str
    origin: str
    before: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Block:
    issues: tuple[str, ...]
    label: str
    intensity: int
    signals: tuple[str, ...]
    writer: str
    family: str
    before: list[tuple[str, str]] = field(default_factory=list)


def _fail(origin: str, message: str) -> CorpusError:
    return CorpusError(f"corpus/{origin}: {message}")


def _issues(codes: str, origin: str) -> tuple[str, ...]:
    issues = tuple(code.strip() for code in codes.split("+"))
    for code in issues:
        if code not in ISSUES:
            raise _fail(origin, f"unknown issue {code!r}")
    return issues


def _header(line: str, origin: str) -> _Block:
    fields = [part.strip() for part in line[1:].split("|")]
    if len(fields) != 5:
        raise _fail(origin, f"a header has five fields, this one has {len(fields)}")
    issues = _issues(fields[0], origin)
    mood = fields[1].split()
    signals = () if fields[2] in ("-", "") else tuple(code.strip() for code in fields[2].split(","))
    if len(mood) != 2 or mood[0] not in LABELS or mood[1] not in ("0", "1", "2", "3"):
        raise _fail(origin, f"mood {fields[1]!r} is not one of {', '.join(LABELS)} with 0–3")
    for code in signals:
        if code not in SIGNALS:
            raise _fail(origin, f"unknown signal {code!r}")
    if not fields[3] or not fields[4]:
        raise _fail(origin, "writer and family must not be empty")
    return _Block(issues, mood[0], int(mood[1]), signals, fields[3], fields[4])


def _turn(line: str, origin: str) -> tuple[str, str]:
    role, _, text = line[1:].partition(":")
    if role.strip() not in ROLES or not text.strip():
        raise _fail(origin, "a turn before is written '> role: text' with a known role")
    return role.strip(), text.strip()


def _marked(line: str, block: _Block, origin: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A message without its marks, its issues and its signals after them."""
    text, _, marks = line.partition(_MARKS)
    issues, own = block.issues, list(block.signals)
    for mark in marks.split():
        sign, code = mark[0], mark[1:]
        if sign == "=":
            issues = _issues(code, origin)
            continue
        if code not in SIGNALS or sign not in "+-" or (sign == "+") == (code in own):
            raise _fail(origin, f"the mark {mark!r} adds or takes away nothing")
        own = [*own, code] if sign == "+" else [other for other in own if other != code]
    return text, issues, tuple(own)


def variants(line: str, limit: int) -> list[str]:
    """Up to `limit` readings of a line with alternatives, spread over all of them; always the same."""
    every = expand(line)
    if len(every) <= limit:
        return every
    ranked = sorted(every, key=lambda text: hashlib.sha256(text.encode()).digest())
    return ranked[:limit]


def parse(text: str, name: str, language: str, limit: int = 3) -> Iterator[Example]:
    """The examples of one file. Raises CorpusError with file and line on any break of the format."""
    block: _Block | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line, origin = raw.strip(), f"{language}/{name}:{number}"
        if not line or line.startswith("#"):
            continue
        if line.startswith("="):
            block = _header(line, origin)
            continue
        if block is None:
            raise _fail(origin, "a message stands before the first header")
        if line.startswith(">"):
            block.before.append(_turn(line, origin))
            continue
        line, issues, signals = _marked(line, block, origin)
        try:
            texts = variants(line, limit)
        except ValueError as error:
            raise _fail(origin, str(error)) from error
        before, block.before = tuple(block.before), []
        for message in texts:
            yield Example(
                message.strip(),
                issues,
                block.label,
                block.intensity,
                signals,
                block.writer,
                block.family,
                language,
                origin,
                before,
            )


def _files() -> Iterable[tuple[str, Traversable]]:
    root = files("goldseam.engine") / "data" / "corpus"
    for language in ("zh", "en"):
        folder = root / language
        if folder.is_dir():
            for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
                if file.name.endswith(".txt"):
                    yield language, file


def load_corpus(limit: int = 3) -> list[Example]:
    """The whole packaged corpus, each line with at most `limit` of its alternatives."""
    return [
        example
        for language, file in _files()
        for example in parse(file.read_text(encoding="utf-8"), file.name, language, limit)
    ]


def held_out_writers(examples: Iterable[Example], share: int = 5) -> frozenset[str]:
    """Every `share`-th writer of each language (by name), kept for testing."""
    names: dict[str, set[str]] = {}
    for example in examples:
        names.setdefault(example.language, set()).add(example.writer)
    return frozenset(
        writer
        for group in names.values()
        for place, writer in enumerate(sorted(group))
        if place % share == share - 2
    )


def split(examples: list[Example], test_writers: frozenset[str]) -> tuple[list[Example], list[Example]]:
    """Training and test examples that share neither a writer nor a template family: a family that a
    test writer touches belongs to the test side, and other writers' lines of it are left out."""
    families = {(e.language, e.family) for e in examples if e.writer in test_writers}
    test = [e for e in examples if e.writer in test_writers]
    train = [e for e in examples if e.writer not in test_writers and (e.language, e.family) not in families]
    return train, test
