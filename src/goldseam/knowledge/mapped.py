"""Product sheets and articles from a shop's own files: what a mapping of `goldseam import` may fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from goldseam.commerce.actions import Outcome, Refusal
from goldseam.commerce.importing.schema import Entity, FieldSchema, Schema, texts
from goldseam.core.errors import DomainError
from goldseam.knowledge.actions import import_articles
from goldseam.knowledge.records import build_record
from goldseam.knowledge.sheet_actions import save_sheet
from goldseam.knowledge.sheets import LIKELIHOODS, SENSES

if TYPE_CHECKING:
    from goldseam.people.models import Shop


@dataclass(frozen=True, slots=True)
class SheetRecord:
    """A sheet as a file tells it; lists hold plain mappings, `skus`, `words` and a fault's `questions` are
    texts with a bar between."""

    external_id: str
    title: str = ""
    language: str = "zh"
    skus: str = ""
    words: str = ""
    care: str = ""
    fits: str = ""
    parts: Sequence[Mapping[str, Any]] = field(default=())
    faults: Sequence[Mapping[str, Any]] = field(default=())
    promises: Sequence[Mapping[str, Any]] = field(default=())


@dataclass(frozen=True, slots=True)
class MappedArticle:
    """An article as a file tells it."""

    external_id: str
    title: str = ""
    body: str = ""
    kind: str = ""
    language: str = ""
    questions: str = ""
    skus: str = ""


def store_sheets(shop: Shop, records: Sequence[SheetRecord], *, actor: str) -> Outcome:
    """Write each sheet that is right; the others are refused with the place in the document."""
    return _stored(
        records, lambda record: save_sheet(shop, record.external_id, _sheet(record), actor=actor)[0:2]
    )


def store_articles(shop: Shop, records: Sequence[MappedArticle], *, actor: str) -> Outcome:
    """Write each article that is right."""

    def store(record: MappedArticle) -> tuple[Any, bool]:
        values = asdict(record) | {"id": record.external_id}
        done = import_articles(shop, [build_record(values)], actor=actor)
        return done, bool(done.created or done.changed)

    return _stored(records, store)


def _stored(records: Sequence[Any], store: Callable[[Any], tuple[Any, bool]]) -> Outcome:
    changed = unchanged = 0
    refused: list[Refusal] = []
    for index, record in enumerate(records):
        try:
            _row, is_changed = store(record)
        except DomainError as error:
            refused.append(Refusal(index, error.field or "", error.message, None))
            continue
        changed += is_changed
        unchanged += not is_changed
    return Outcome(changed=changed, unchanged=unchanged, refused=tuple(refused))


def _sheet(record: SheetRecord) -> dict[str, Any]:
    values = asdict(record)
    values.pop("external_id")
    for name in ("skus", "words"):
        values[name] = _split(values[name])
    values["faults"] = [
        {
            **fault,
            "questions": _split(str(fault.get("questions") or "")),
            "stop_using": _yes(fault.get("stop_using")),
        }
        for fault in record.faults
    ]
    return values


def _split(text: str) -> list[str]:
    return [part.strip() for part in (text or "").split("|") if part.strip()]


def _yes(value: object) -> bool:
    return str(value or "").strip().lower() in ("1", "true", "yes", "y")


def _mapping(**values: Any) -> dict[str, Any]:
    return values


_CAUSE = Schema(
    name="causes",
    fields={**texts("cause", "check", "fix", "spare_part"), "likelihood": FieldSchema("code", LIKELIHOODS)},
    build=_mapping,
    required=frozenset({"cause"}),
)
_FAULT = Schema(
    name="faults",
    fields={
        **texts("symptom", "code", "part", "normal", "stop_using", "stop_why", "questions"),
        "sense": FieldSchema("code", SENSES),
    },
    build=_mapping,
    required=frozenset({"symptom"}),
    lists={"causes": _CAUSE},
)
_PART = Schema(
    name="parts", fields=texts("name", "purpose", "principle"), build=_mapping, required=frozenset({"name"})
)
_PROMISE = Schema(
    name="promises", fields=texts("claim", "place"), build=_mapping, required=frozenset({"claim"})
)
SHEET = Schema(
    name="product_sheet",
    fields=texts("external_id", "title", "language", "skus", "words", "care", "fits"),
    build=SheetRecord,
    required=frozenset({"external_id", "title"}),
    lists={"parts": _PART, "faults": _FAULT, "promises": _PROMISE},
)
ARTICLE = Schema(
    name="article",
    fields=texts("external_id", "title", "body", "kind", "language", "questions", "skus"),
    build=MappedArticle,
    required=frozenset({"external_id", "title", "body"}),
)
KNOWLEDGE: dict[str, Entity] = {
    "product_sheet": Entity(SHEET, store_sheets, batch=50),
    "article": Entity(ARTICLE, store_articles, batch=200),
}
