"""An article as it comes from a form or a file, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from goldseam.core.errors import DomainError

if TYPE_CHECKING:
    from goldseam.knowledge.models import Article

MAX_TITLE, MAX_BODY, MAX_QUESTION = 200, 50_000, 300
MAX_QUESTIONS, MAX_SKUS = 200, 500
KINDS = ("policy", "how_to", "fault", "product")
_HAN = re.compile(r"[\u3400-\u9fff]")
_YES, _NO = {"yes", "true", "1", "y", "\u662f"}, {"no", "false", "0", "n", "\u5426"}
_NOT_IN_ID = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """`external_id` is the article's name in files; the same one again is the same article. `public` says
    whether customers may read it by themselves; None leaves that as it is (a new article is not public)."""

    external_id: str
    kind: str
    title: str
    body: str
    language: str = "zh"
    questions: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    review_on: date | None = None
    public: bool | None = None

    def content(self) -> dict[str, Any]:
        """What a version keeps, as JSON."""
        return {
            "kind": self.kind,
            "title": self.title,
            "body": self.body,
            "language": self.language,
            "questions": list(self.questions),
            "skus": list(self.skus),
            "valid_from": self.valid_from and self.valid_from.isoformat(),
            "valid_until": self.valid_until and self.valid_until.isoformat(),
            "review_on": self.review_on and self.review_on.isoformat(),
        }


def build_record(values: dict[str, Any]) -> ArticleRecord:
    """From texts and lists as files and forms give them. Raises DomainError that names the field."""
    title = _text(values, "title", MAX_TITLE)
    body = _text(values, "body", MAX_BODY)
    if not title:
        raise DomainError(_("The title is missing."), field="title")
    if not body:
        raise DomainError(_("The text is missing."), field="body")
    kind = str(values.get("kind") or "how_to").strip().lower().replace("-", "_").replace("howto", "how_to")
    if kind not in KINDS:
        raise DomainError(_("The kind must be one of %(kinds)s.") % {"kinds": ", ".join(KINDS)}, field="kind")
    first, last = _date(values, "valid_from"), _date(values, "valid_until")
    if first and last and last < first:
        raise DomainError(_("The last day of validity is before the first."), field="valid_until")
    external_id = _text(values, "id", 120) or _NOT_IN_ID.sub("-", title.lower()).strip("-")[:120]
    return ArticleRecord(
        external_id=external_id,
        kind=kind,
        title=title,
        body=body,
        language=_text(values, "language", 10) or ("zh" if _HAN.search(title + body) else "en"),
        questions=_lines(values, "questions", MAX_QUESTIONS, MAX_QUESTION),
        skus=_lines(values, "skus", MAX_SKUS, 120),
        valid_from=first,
        valid_until=last,
        review_on=_date(values, "review_on"),
        public=_yes_or_no(values, "public"),
    )


def _text(values: dict[str, Any], key: str, longest: int) -> str:
    text = str(values.get(key) or "").replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise DomainError(
            _("%(key)s is longer than %(most)s characters.") % {"key": key, "most": longest}, field=key
        )
    return text


def _date(values: dict[str, Any], key: str) -> date | None:
    value = values.get(key)
    if value in (None, ""):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise DomainError(_("%(key)s must be a day such as 2026-11-24.") % {"key": key}, field=key) from None


def _yes_or_no(values: dict[str, Any], key: str) -> bool | None:
    value = values.get(key)
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if not word:
        return None
    if word not in _YES | _NO:
        raise DomainError(_("%(key)s must be yes or no.") % {"key": key}, field=key)
    return word in _YES


def _lines(values: dict[str, Any], key: str, most: int, longest: int) -> tuple[str, ...]:
    value = values.get(key) or ()
    parts = re.split(r"[\n|]", value) if isinstance(value, str) else [str(part) for part in value]
    found = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if len(found) > most:
        raise DomainError(
            _("%(key)s holds more than %(most)s entries.") % {"key": key, "most": most}, field=key
        )
    if any(len(part) > longest for part in found):
        raise DomainError(
            _("An entry of %(key)s is longer than %(most)s characters.") % {"key": key, "most": longest},
            field=key,
        )
    return found


def record_of(article: Article) -> ArticleRecord:
    """An article as it would come from a file."""
    return ArticleRecord(
        external_id=article.external_id,
        kind=article.kind,
        title=article.title,
        body=article.body,
        language=article.language,
        questions=tuple(article.questions),
        skus=tuple(article.skus),
        valid_from=article.valid_from,
        valid_until=article.valid_until,
        review_on=article.review_on,
        public=article.is_public,
    )
