"""A product sheet in articles, so that what it knows is found, shown beside a conversation and cited like
all else: one article per fault, one per part with its principle, and one for care, fit and promises."""

from __future__ import annotations

import hashlib

from django.utils import translation
from django.utils.translation import gettext as _

from goldseam.knowledge.records import ArticleRecord
from goldseam.knowledge.sheets import Cause, Fault, Part, Sheet

_LANGUAGES = {"zh": "zh-hans", "en": "en"}


def articles_of_sheet(sheet: Sheet, sheet_id: str) -> list[ArticleRecord]:
    """The sheet's articles in its language; their ids stay the same while names stay the same."""
    with translation.override(_LANGUAGES[sheet.language]):
        records = [_fault(sheet, fault, sheet_id) for fault in sheet.faults]
        records += [_part(sheet, part, sheet_id) for part in sheet.parts if part.principle or part.purpose]
        records += [
            _plain(sheet, sheet_id, name, title, text)
            for name, title, text in (
                ("care", _("%(product)s: care") % {"product": sheet.title}, sheet.care),
                ("fits", _("%(product)s: what fits") % {"product": sheet.title}, sheet.fits),
                (
                    "promises",
                    _("%(product)s: what the page promises") % {"product": sheet.title},
                    _promises(sheet),
                ),
            )
            if text
        ]
    return records


def likelihood_name(code: str) -> str:
    """How often a cause is the one."""
    return {"often": _("often"), "sometimes": _("sometimes"), "rarely": _("rarely")}[code]


def _fault(sheet: Sheet, fault: Fault, sheet_id: str) -> ArticleRecord:
    title = f"{sheet.title}: {fault.symptom}" + (f" ({fault.code})" if fault.code else "")
    said = []
    if fault.stop_using:
        why = f" {fault.stop_why}" if fault.stop_why else ""
        said.append(_("Stop using it and unplug it.") + why)
    if fault.normal:
        said.append(_("Normal when: %(when)s") % {"when": fault.normal})
    said += [_cause(number, cause) for number, cause in enumerate(fault.causes, start=1)]
    part = sheet.part_of(fault)
    if part is not None and part.principle:
        said.append(_("Why: %(part)s. %(principle)s") % {"part": part.name, "principle": part.principle})
    return ArticleRecord(
        external_id=_id(sheet_id, "fault", f"{fault.symptom} {fault.code}".strip()),
        kind="fault",
        title=title[:200],
        body="\n\n".join(said) or fault.symptom,
        language=sheet.language,
        questions=tuple(question for question in fault.questions if question),
        skus=sheet.skus,
    )


def _cause(number: int, cause: Cause) -> str:
    lines = [f"{number}. {cause.cause} ({likelihood_name(cause.likelihood)})"]
    if cause.check:
        lines.append(_("Check: %(check)s") % {"check": cause.check})
    if cause.fix:
        lines.append(_("Remedy: %(fix)s") % {"fix": cause.fix})
    if cause.spare_part:
        lines.append(_("Spare part: %(part)s") % {"part": cause.spare_part})
    return "\n".join(lines)


def _part(sheet: Sheet, part: Part, sheet_id: str) -> ArticleRecord:
    return ArticleRecord(
        external_id=_id(sheet_id, "part", part.name),
        kind="product",
        title=_("%(product)s: how the %(part)s works") % {"product": sheet.title, "part": part.name},
        body="\n\n".join(text for text in (part.purpose, part.principle) if text),
        language=sheet.language,
        skus=sheet.skus,
    )


def _plain(sheet: Sheet, sheet_id: str, name: str, title: str, text: str) -> ArticleRecord:
    return ArticleRecord(
        external_id=_id(sheet_id, name, ""), kind="product", title=title, body=text, language=sheet.language,
        skus=sheet.skus,
    )  # fmt: skip


def _promises(sheet: Sheet) -> str:
    return "\n".join(f"- {p.claim}" + (f" ({p.place})" if p.place else "") for p in sheet.promises)


def _id(sheet_id: str, kind: str, name: str) -> str:
    """Names may be longer than an id: the digest keeps them apart."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:12] if name else ""
    return f"{sheet_id[:90]}~{kind}~{digest}"
