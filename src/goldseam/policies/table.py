"""A pack prepared for its pages: rules with conditions as chips, findings beside them, changes in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from goldseam.engine.decide.pack_diff import ABSENT, ADDED, MOVED, REMOVED, Change
from goldseam.engine.decide.pack_terms import LADDER, SEVERITIES, Finding
from goldseam.policies import wording
from goldseam.policies.cells import condition_text, limit_text, number_text, row_of
from goldseam.policies.wording import Words


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition: the fact, how it is compared ("is", "not", "text"), and the values it names."""

    name: str
    label: Words
    how: str
    values: Sequence[str] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of the table with what was found about it and whether it differs from the pack in force."""

    rule: Mapping[str, Any]
    words: str
    source: str
    chips: list[Chip]
    amount: str
    grants: list[tuple[Words, str]]
    findings: list[Finding] = field(default_factory=list)
    changed: str = ""

    @property
    def worst(self) -> str:
        """The gravest severity among the findings, or empty; notes are not marked."""
        found = {f.severity for f in self.findings} - {"note"}
        return min(found, key=SEVERITIES.index, default="")


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words, with the rules and the cell it is about."""

    severity: str
    text: str
    rules: tuple[str, ...]
    cell: Words
    issue: str
    state: Words
    place: str = ""


def said(texts: Mapping[str, str], language: str) -> str:
    """A rule's text in a language of the pages, else in any it has."""
    wanted = "zh" if language.startswith("zh") else language[:2]
    return texts.get(wanted) or texts.get("zh") or next(iter(texts.values()), "")


def chips_of(when: Mapping[str, Any]) -> list[Chip]:
    """A rule's conditions as readable parts, the issue and order state first."""
    order = sorted(when, key=lambda name: (name not in ("issue", "order_state"), name))
    return [_chip(name, when[name]) for name in order]


def _chip(name: str, value: Any) -> Chip:
    label = wording.FIELDS.get(name, name)
    if isinstance(value, bool):
        return Chip(name, label, "text", text=_("yes") if value else _("no"))
    if isinstance(value, list):
        return Chip(name, label, "is", values=value)
    if "none" in value:
        return Chip(name, label, "not", values=value["none"])
    low, high = value.get("min"), value.get("max")
    if low is None:
        return Chip(name, label, "text", text=f"≤ {number_text(high)}")
    if high is None:
        return Chip(name, label, "text", text=f"≥ {number_text(low)}")
    return Chip(name, label, "text", text=f"{number_text(low)}–{number_text(high)}")


def amount_text(amount: Mapping[str, Any] | None) -> str:
    """An amount in words: "5 %, at most 50"."""
    if not amount:
        return ""
    value, cap = amount.get("value", 0), amount.get("cap")
    if amount["kind"] == "fixed":
        text = number_text(value)
    elif amount["kind"] == "share":
        text = _("%(share)s %% of the order") % {"share": number_text(round(value * 100, 6))}
    else:
        text = str(wording.KINDS["full"])
    return (
        _("%(amount)s, at most %(cap)s") % {"amount": text, "cap": number_text(cap)}
        if cap is not None
        else text
    )


def rows_of(
    rules: Sequence[Mapping[str, Any]],
    findings: Sequence[Finding],
    language: str,
    changed: Mapping[str, str] | None = None,
) -> list[RuleRow]:
    """All rows of a pack's table."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        for name in finding.rules:
            by_rule.setdefault(name, []).append(finding)
    return [
        RuleRow(
            rule=rule,
            words=said(rule["words"], language),
            source=said(rule["source"], language),
            chips=chips_of(rule["when"]),
            amount=amount_text(rule.get("amount")),
            grants=[
                (wording.ROLES[role], limit_text(rule["grants"][role]))
                for role in LADDER
                if role in rule.get("grants", {})
            ],
            findings=by_rule.get(rule["id"], []),
            changed=(changed or {}).get(rule["id"], ""),
        )
        for rule in rules
    ]


def wanted_rows(rows: list[RuleRow], asked: Mapping[str, str]) -> list[RuleRow]:
    """The rows that a search asks for: words in id, text or source; an issue; a remedy; what needs care."""
    words = asked.get("q", "").strip().lower()
    issue, remedy, only = asked.get("issue", ""), asked.get("remedy", ""), asked.get("only", "")
    found = []
    for row in rows:
        rule = row.rule
        text = " ".join((rule["id"], *rule["words"].values(), *rule["source"].values())).lower()
        issues = rule["when"].get("issue")
        fits = not issue or not issues or any(_fits(issue, pattern) for pattern in issues)
        care = {"findings": bool(row.worst), "changed": bool(row.changed)}.get(only, True)
        if words in text and fits and care and (not remedy or remedy in rule["remedy"]):
            found.append(row)
    return found


def _fits(issue: str, pattern: str) -> bool:
    return issue == pattern or (pattern.endswith("*") and issue.startswith(pattern[:-1]))


def told(findings: Sequence[Finding], place: Mapping[int, str] | None = None) -> list[Told]:
    """Findings in words. `place` tells where in a file (by position)."""
    return [
        Told(
            severity=f.severity,
            text=wording.finding_text(f),
            rules=f.rules,
            cell=wording.column_name(f.cell) if f.cell else "",
            issue=f.details.get("issue", ""),
            state=wording.STATES.get(f.details.get("state", ""), ""),
            place=(place or {}).get(position, ""),
        )
        for position, f in enumerate(findings)
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """One changed cell in words."""

    label: Words
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """All that changed about one rule, or (without a rule) about the pack's head."""

    kind: str
    name: str
    words: str
    lines: list[Line]


def changes_in_words(
    changes: Sequence[Change], rules: Mapping[str, Mapping[str, Any]], language: str
) -> list[ChangedRule]:
    """The difference as people read it: rule by rule, cell by cell."""
    grouped: dict[str, list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.rule, []).append(change)
    return [_changed(name, found, rules, language) for name, found in grouped.items()]


def _changed(
    name: str, found: list[Change], rules: Mapping[str, Mapping[str, Any]], language: str
) -> ChangedRule:
    first = found[0]
    words = said(rules[name]["words"], language) if name in rules else ""
    if first.kind in (ADDED, REMOVED):
        rule = first.after if first.kind == ADDED else first.before
        cells = [Line(wording.column_name(c), "", t) for c, t in row_of(rule).items() if c != "id"]
        if first.kind == REMOVED:
            cells = [Line(line.label, line.after, "") for line in cells]
        return ChangedRule(first.kind, name, said(rule["words"], language), cells)
    money = [c for c in found if c.cell.partition(".")[0] == "amount"]
    lines = _amount_line(money, rules[name].get("amount")) if money else []
    lines += [
        Line(wording.column_name(c.cell), _value(c, c.before), _value(c, c.after))
        for c in found
        if c.cell and c not in money
    ]
    lines += [Line(_("Place in the table"), str(c.before), str(c.after)) for c in found if c.kind == MOVED]
    return ChangedRule("changed", name, words, lines)


def _amount_line(changes: list[Change], after: Mapping[str, Any] | None) -> list[Line]:
    """What a rule gives, before and after, as one sentence each: not "0.05" but "5 % of the price"."""
    before: dict[str, Any] = dict(after or {})
    for change in changes:
        key = change.cell.partition(".")[2]
        if not key:
            before = dict(change.before) if isinstance(change.before, dict) else {}
        elif change.before is ABSENT:
            before.pop(key, None)
        else:
            before[key] = change.before
    label = wording.column_name("amount")
    return [Line(label, amount_text(before or None) or "–", amount_text(after) or "–")]


def _value(change: Change, value: Any) -> str:
    """A cell's value as text."""
    table = change.cell.partition(".")[0]
    if value is ABSENT:
        return "–"
    if value is None:
        return limit_text(None)
    if table == "when":
        return condition_text(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if value is None:
        return limit_text(None)
    return number_text(value) if isinstance(value, int | float) else str(value)
