"""Whether a pack's JSON has the form of a pack, told cell by cell; and its one canonical form.

`examine_form` takes any JSON value and never raises. A pack without its errors compiles."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from goldseam.engine.decide.pack_terms import (
    ERROR,
    LADDER,
    PAYERS,
    PERIODS,
    PRIORITIES,
    WARNING,
    Finding,
    Vocabulary,
)
from goldseam.engine.decide.policy import (
    AMOUNT_KINDS,
    CHOICE_FIELDS,
    EFFECTS,
    FLAG_FIELDS,
    NUMBER_FIELDS,
    SET_FIELDS,
)

MAX_RULES = 2_000
MAX_TEXT = 1_000
MAX_VALUES = 500
MAX_NUMBER = 1e9
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}\Z")
_NAME = re.compile(r"[\w.@-]{1,80}\Z")
_SLUG = re.compile(r"[\w-]{1,60}\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")

PACK_KEYS = (
    "name",
    "version",
    "locales",
    "currencies",
    "default_role",
    "authority",
    "follow_up_hours",
    "product_classes",
    "rules",
)
RULE_KEYS = (
    "id",
    "disabled",
    "effect",
    "remedy",
    "asked",
    "when",
    "amount",
    "payer",
    "grants",
    "evidence",
    "promise_hours",
    "merit",
    "words",
    "source",
    "valid_from",
    "valid_to",
)


class _Form:
    """Collects findings while a pack is walked through; `rule` is the row the walk is in."""

    def __init__(self, terms: Vocabulary) -> None:
        self.terms = terms
        self.found: list[Finding] = []
        self.rule = ""
        self.classes: frozenset[str] = frozenset()

    def tell(self, code: str, cell: str, severity: str = ERROR, **details: object) -> None:
        rules = (self.rule,) if self.rule else ()
        shown = {key: str(value)[:200] for key, value in details.items()}
        self.found.append(Finding(code, severity, rules, cell, shown))

    def mapping(self, value: object, cell: str) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        self.tell("not_a_table", cell, value=value)
        return {}

    def text(self, value: object, cell: str, pattern: re.Pattern[str] | None = None) -> str | None:
        if not isinstance(value, str):
            self.tell("not_a_text", cell, value=value)
        elif len(value) > MAX_TEXT or _CONTROL.search(value):
            self.tell("bad_text", cell, limit=MAX_TEXT)
        elif value != value.strip():
            self.tell("spaces", cell, value=value)
        elif pattern is not None and not pattern.match(value):
            self.tell("bad_code", cell, value=value)
        else:
            return value
        return None

    def number(self, value: object, cell: str, *, low: float = -MAX_NUMBER) -> float | None:
        usable = isinstance(value, int | float) and not isinstance(value, bool)
        if not usable or not math.isfinite(value) or not low <= value <= MAX_NUMBER:  # type: ignore[arg-type, operator]
            self.tell("bad_number", cell, value=value, low=f"{low:g}", high=f"{MAX_NUMBER:g}")
            return None
        return float(value)  # type: ignore[arg-type]

    def one_of(self, value: object, cell: str, allowed: Sequence[str] | frozenset[str]) -> None:
        if not isinstance(value, str) or value not in allowed:
            self.tell("unknown_value", cell, value=value, allowed=", ".join(sorted(allowed)))

    def values(self, value: object, cell: str) -> list[str]:
        """A list of short texts (or one of them); none may hold a comma, which divides them in tables."""
        items = value if isinstance(value, list) else [value]
        if not items or len(items) > MAX_VALUES:
            self.tell("empty_list" if not items else "long_list", cell, limit=MAX_VALUES)
            return []
        good = []
        for item in items:
            text = self.text(item, cell)
            if text is not None and ("," in text or "\n" in text or not text):
                self.tell("comma", cell, value=text)
            elif text is not None:
                good.append(text)
        if len(set(good)) < len(good):
            self.tell("twice", cell, WARNING, value=next(v for v in good if good.count(v) > 1))
        return good

    def only_keys(self, value: Mapping[str, Any], cell: str, allowed: Sequence[str]) -> None:
        for key in value:
            if key not in allowed:
                path = f"{cell}.{key}" if cell else str(key)
                self.tell("unknown_key", path[:200], value=key, allowed=", ".join(allowed))


def examine_form(data: object, terms: Vocabulary) -> list[Finding]:
    """Everything that keeps a JSON value from being a pack, in the order of its cells."""
    form = _Form(terms)
    pack = form.mapping(data, "")
    if not pack:
        return form.found or [Finding("not_a_table", ERROR, (), "", {"value": "{}"})]
    form.only_keys(pack, "", PACK_KEYS)
    for key in PACK_KEYS:
        if key not in pack and key != "default_role":
            form.tell("missing", key)
    _head(form, pack)
    _authority(form, pack.get("authority", {}))
    _classes(form, pack.get("product_classes", {}))
    _rules(form, pack.get("rules", []))
    return form.found


def _head(form: _Form, pack: Mapping[str, Any]) -> None:
    if "name" in pack:
        form.text(pack["name"], "name", _NAME)
    version = form.number(pack.get("version", 0), "version", low=0)
    if version is not None and not version.is_integer():
        form.tell("bad_number", "version", value=version, low="0", high=f"{MAX_NUMBER:g}")
    for key in ("locales", "currencies"):
        if key in pack:
            form.values(pack[key], key)
    form.one_of(pack.get("default_role", "agent"), "default_role", LADDER)
    hours = form.mapping(pack.get("follow_up_hours", {}), "follow_up_hours")
    form.only_keys(hours, "follow_up_hours", PRIORITIES)
    for priority in PRIORITIES:
        cell = f"follow_up_hours.{priority}"
        if priority not in hours:
            form.tell("missing", cell)
        else:
            form.number(hours[priority], cell, low=0)


def _authority(form: _Form, raw: object) -> None:
    table = form.mapping(raw, "authority")
    form.only_keys(table, "authority", LADDER)
    for role in LADDER:
        if role not in table:
            form.tell("missing", f"authority.{role}")
            continue
        limits = form.mapping(table[role], f"authority.{role}")
        form.only_keys(limits, f"authority.{role}", PERIODS)
        for period in PERIODS:
            cell = f"authority.{role}.{period}"
            if period not in limits:
                form.tell("missing", cell)
            elif limits[period] is not None:
                form.number(limits[period], cell, low=0)


def _classes(form: _Form, raw: object) -> None:
    table = form.mapping(raw, "product_classes")
    for name, words in table.items():
        cell = f"product_classes.{name}"[:200]
        form.text(name, cell, _SLUG)
        form.values(words, cell)
    form.classes = frozenset(table)


def _rules(form: _Form, raw: object) -> None:
    if not isinstance(raw, list):
        form.tell("not_a_list", "rules", value=raw)
        return
    if len(raw) > MAX_RULES:
        form.tell("long_list", "rules", limit=MAX_RULES)
    seen: set[str] = set()
    for position, rule in enumerate(raw[:MAX_RULES]):
        form.rule = ""
        if not isinstance(rule, dict):
            form.tell("not_a_table", f"rules[{position}]", value=rule)
            continue
        row: Mapping[str, Any] = rule
        name = form.text(row.get("id", ""), f"rules[{position}].id", _ID)
        form.rule = name or f"#{position + 1}"
        if name in seen:
            form.tell("duplicate_id", "id", value=name)
        seen.add(name or "")
        _rule(form, row)
    form.rule = ""


def _rule(form: _Form, row: Mapping[str, Any]) -> None:
    form.only_keys(row, "", RULE_KEYS)
    for key in ("disabled", "asked"):
        if not isinstance(row.get(key, False), bool):
            form.tell("not_a_flag", key, value=row[key])
    form.one_of(row.get("effect", "allow"), "effect", EFFECTS)
    form.one_of(row.get("payer", "seller"), "payer", PAYERS)
    if "remedy" not in row:
        form.tell("missing", "remedy")
    else:
        for code in form.values(row["remedy"], "remedy"):
            form.one_of(code, "remedy", form.terms.remedies)
    for key in ("words", "source"):
        _texts(form, row.get(key, {}), key)
    _when(form, form.mapping(row.get("when", {}), "when"))
    _terms(form, row)


def _texts(form: _Form, raw: object, key: str) -> None:
    for language, text in form.mapping(raw, key).items():
        form.text(language, f"{key}.{language}"[:200], _LANGUAGE)
        form.text(text, f"{key}.{language}"[:200])


def _terms(form: _Form, row: Mapping[str, Any]) -> None:
    if row.get("amount") is not None:
        _amount(form, form.mapping(row["amount"], "amount"))
    grants = form.mapping(row.get("grants", {}), "grants")
    form.only_keys(grants, "grants", LADDER)
    for role, limit in grants.items():
        if limit is not None:
            form.number(limit, f"grants.{role}"[:200], low=0)
    if row.get("evidence"):
        for code in form.values(row["evidence"], "evidence"):
            form.text(code, "evidence", _SLUG)
    if row.get("promise_hours") is not None:
        form.number(row["promise_hours"], "promise_hours", low=0)
    merit = form.number(row.get("merit", 0), "merit")
    if merit is not None and not -1 <= merit <= 1:
        form.tell("bad_number", "merit", value=merit, low="-1", high="1")
    days = [_day(form, row.get(key), key) for key in ("valid_from", "valid_to")]
    if days[0] and days[1] and days[0] > days[1]:
        form.tell("dates_reversed", "valid_to", low=days[0], high=days[1])


def _amount(form: _Form, raw: Mapping[str, Any]) -> None:
    form.only_keys(raw, "amount", ("kind", "value", "cap"))
    form.one_of(raw.get("kind"), "amount.kind", AMOUNT_KINDS)
    value = form.number(raw.get("value", 0), "amount.value", low=0)
    kind = raw.get("kind")
    if value == 0 and kind in ("fixed", "share"):
        form.tell("no_amount", "amount.value")
    if value is not None and value > 1 and kind == "share":
        form.tell("share_over_one", "amount.value", value=f"{value:g}")
    if raw.get("cap") is not None:
        form.number(raw["cap"], "amount.cap", low=0)


def _day(form: _Form, raw: object, cell: str) -> date | None:
    if raw is None:
        return None
    if isinstance(raw, str) and _DAY.match(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass
    form.tell("bad_date", cell, value=raw)
    return None


def _when(form: _Form, when: Mapping[str, Any]) -> None:
    for name, value in when.items():
        cell = f"when.{name}"[:200]
        if name in SET_FIELDS:
            negative = isinstance(value, dict)
            if negative and set(value) != {"none"}:
                form.tell("bad_condition", cell, value=value)
                continue
            _known(form, name, form.values(value["none"] if isinstance(value, dict) else value, cell), cell)
        elif name in CHOICE_FIELDS:
            _known(form, name, form.values(value, cell), cell)
        elif name in FLAG_FIELDS:
            if not isinstance(value, bool):
                form.tell("not_a_flag", cell, value=value)
        elif name in NUMBER_FIELDS:
            _range(form, value, cell)
        else:
            form.tell("unknown_field", cell, value=name)


def _known(form: _Form, name: str, values: list[str], cell: str) -> None:
    allowed = form.terms.values_of(name, form.classes)
    if allowed is None:
        return
    for value in values:
        pattern = name == "issue" and value.endswith("*")
        if pattern and any(code.startswith(value[:-1]) for code in allowed):
            continue
        form.one_of(value, cell, allowed)


def _range(form: _Form, value: object, cell: str) -> None:
    if not isinstance(value, dict) or not value or not set(value) <= {"min", "max"}:
        form.tell("bad_range", cell, value=value)
        return
    ends = {key: form.number(end, cell) for key, end in value.items() if end is not None}
    low, high = ends.get("min"), ends.get("max")
    if not ends:
        form.tell("bad_range", cell, value=value)
    elif low is not None and high is not None and low > high:
        form.tell("range_reversed", cell, low=f"{low:g}", high=f"{high:g}")
