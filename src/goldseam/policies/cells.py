"""A rule as a row of texts, and back: what the edit form and the Excel file share.

Lists: "paid, processing"; sets that must not meet: "not: fresh, custom"; numbers from … to: "24..", "..7",
"7..30"; yes or no; "no limit" for authority without one. Such words are read in every language."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, pgettext

from goldseam.engine.decide.pack_terms import LADDER, Finding
from goldseam.engine.decide.policy import CHOICE_FIELDS, FLAG_FIELDS, NUMBER_FIELDS, SET_FIELDS

Row = dict[str, str]
FIRST = ("issue", "order_state")
CONDITIONS = (*FIRST, *sorted((SET_FIELDS | CHOICE_FIELDS | NUMBER_FIELDS | FLAG_FIELDS) - {*FIRST}))
GRANTS = tuple(f"grants.{role}" for role in LADDER)
HEAD = ("id", "disabled", "effect", "remedy", "asked")
TERMS = ("amount.kind", "amount.value", "amount.cap", "payer", *GRANTS, "evidence", "promise_hours", "merit")
TAIL = ("valid_from", "valid_to")


class BadCell(Exception):
    """A cell cannot be read; the code is that of a finding."""


def columns(languages: Sequence[str]) -> tuple[str, ...]:
    """All columns of a rule, with words and sources in these languages."""
    texts = tuple(f"{kind}.{language}" for kind in ("words", "source") for language in languages)
    return (*HEAD, *(f"when.{name}" for name in CONDITIONS), *TERMS, *texts, *TAIL)


def languages_of(rules: Sequence[Mapping[str, Any]]) -> list[str]:
    """The languages that any words or sources are in; Chinese and English always come first."""
    used = {language for rule in rules for key in ("words", "source") for language in rule.get(key, {})}
    return ["zh", "en", *sorted(used - {"zh", "en"})]


def row_of(rule: Mapping[str, Any]) -> Row:
    """The texts of a rule in canonical form; empty cells are left out."""
    row: Row = {"id": rule["id"], "effect": rule["effect"], "payer": rule["payer"]}
    row |= {flag: _yes_no(True) for flag in ("disabled", "asked") if rule.get(flag)}
    row["remedy"] = ", ".join(rule["remedy"])
    row |= {f"when.{name}": condition_text(value) for name, value in rule["when"].items()}
    for key, value in rule.get("amount", {}).items():
        row[f"amount.{key}"] = value if key == "kind" else number_text(value)
    row |= {f"grants.{role}": limit_text(limit) for role, limit in rule.get("grants", {}).items()}
    if rule.get("evidence"):
        row["evidence"] = ", ".join(rule["evidence"])
    row |= {key: number_text(rule[key]) for key in ("promise_hours", "merit") if key in rule}
    row |= {f"{kind}.{lang}": text for kind in ("words", "source") for lang, text in rule[kind].items()}
    return row | {key: rule[key] for key in TAIL if key in rule}


def rule_of(row: Mapping[str, str]) -> tuple[dict[str, Any], list[Finding]]:
    """The rule a row tells, and which of its cells cannot be read (those are left out of the rule)."""
    rule: dict[str, Any] = {"id": "", "when": {}, "words": {}, "source": {}}
    bad: list[Finding] = []
    for column, raw in row.items():
        text = raw.strip()
        if not text:
            continue
        try:
            _put(rule, column, text)
        except BadCell as problem:
            bad.append(Finding(str(problem), "error", (row.get("id", ""),), column, {"value": text[:200]}))
    return rule, bad


def _put(rule: dict[str, Any], column: str, text: str) -> None:
    table, _, key = column.partition(".")
    if table in ("disabled", "asked"):
        if flag_of(text):
            rule[table] = True
    elif column in ("remedy", "evidence"):
        rule[column] = _list(text)
    elif column in ("promise_hours", "merit"):
        rule[column] = number_of(text)
    elif table == "when":
        rule["when"][key] = condition_of(key, text)
    elif table == "amount":
        rule.setdefault("amount", {})[key] = text if key == "kind" else number_of(text)
    elif table == "grants":
        rule.setdefault("grants", {})[key] = limit_of(text)
    elif key:
        rule[table][key] = text
    else:
        rule[column] = text


def condition_text(value: Any) -> str:
    """A condition as a cell."""
    if isinstance(value, bool):
        return _yes_no(value)
    if isinstance(value, list):
        return ", ".join(value)
    if "none" in value:
        return f"{pgettext('none of these values', 'not')}: {', '.join(value['none'])}"
    low, high = value.get("min"), value.get("max")
    return f"{'' if low is None else number_text(low)}..{'' if high is None else number_text(high)}"


def condition_of(name: str, text: str) -> Any:
    """A cell as the condition on a field; an unknown field keeps its text, for the check to name."""
    if name in FLAG_FIELDS:
        return flag_of(text)
    if name in NUMBER_FIELDS:
        return _range(text)
    if name in SET_FIELDS or name in CHOICE_FIELDS:
        words = _every_language(lambda: pgettext("none of these values", "not"))
        head, colon, rest = text.replace("\uff1a", ":").partition(":")
        if colon and head.strip().lower() in words and name in SET_FIELDS:
            return {"none": _list(rest)}
        return _list(text)
    return text


def _range(text: str) -> dict[str, float]:
    low, dots, high = text.replace("\u2026", "..").partition("..")
    if not dots:
        raise BadCell("bad_range")
    ends = {"min": low.strip(), "max": high.strip(" .")}
    return {key: number_of(end) for key, end in ends.items() if end}


def _list(text: str) -> list[str]:
    parts = text.replace("\uff0c", ",").replace("\u3001", ",").replace("\n", ",").split(",")
    return [part.strip() for part in parts if part.strip()]


def number_text(value: float) -> str:
    """A number as people write it, without losing a digit."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def number_of(text: str) -> float:
    """A number from a cell; a percent sign divides by a hundred."""
    percent = text.endswith(("%", "\uff05"))
    try:
        value = float(text.rstrip("%\uff05 ").replace("\uff0c", ","))
    except ValueError:
        raise BadCell("bad_number") from None
    if not math.isfinite(value):
        raise BadCell("bad_number")
    return value / 100 if percent else value


def limit_text(limit: float | None) -> str:
    """An authority as a cell."""
    return gettext("no limit") if limit is None else number_text(limit)


def limit_of(text: str) -> float | None:
    """A cell as an authority; None = without limit."""
    return None if text.lower() in _every_language(lambda: gettext("no limit")) else number_of(text)


def flag_of(text: str) -> bool:
    """Yes or no, in any language of the pages."""
    given = text.lower()
    if given in _every_language(lambda: _yes_no(True)) | {"true", "1"}:
        return True
    if given in _every_language(lambda: _yes_no(False)) | {"false", "0"}:
        return False
    raise BadCell("not_a_flag")


def _yes_no(value: bool) -> str:
    return gettext("yes") if value else gettext("no")


def _every_language(word: Any) -> set[str]:
    found = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(str(word()).lower())
    return found - {""}
