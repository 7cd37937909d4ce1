"""What the pages of the room show, gathered for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldseam.engine.decide.pack_check import blocks
from goldseam.engine.decide.pack_diff import differences
from goldseam.engine.decide.pack_terms import LADDER, PERIODS, PRIORITIES, Finding
from goldseam.policies import wording
from goldseam.policies.admin_needed import loosened_bans, loosened_by, reason_for_admin
from goldseam.policies.cells import (
    CONDITIONS,
    FIRST,
    GRANTS,
    columns,
    languages_of,
    limit_text,
    number_text,
    row_of,
)
from goldseam.policies.queries import (
    findings_of,
    foundation_of,
    in_force_beside,
    packs_in_force,
    shipped_ref,
    tryouts_of,
    versions_of,
)
from goldseam.policies.table import changes_in_words, rows_of, told, wanted_rows
from goldseam.policies.trying import SIZES
from goldseam.workshop.load_terms import load_terms

if TYPE_CHECKING:
    from goldseam.core.http import PageRequest
    from goldseam.policies.models import PackVersion, TryOut

_MOST_CONDITIONS = 12
_SPARE_CONDITIONS = 3


def overview(shop_id: int) -> list[dict[str, Any]]:
    """Each pack: what is in force, what is open, what was."""
    packs = []
    for ref in packs_in_force(shop_id):
        versions = versions_of(shop_id, ref.base)
        current = next((v for v in versions if v.pk == ref.version_id), None)
        packs.append(
            {
                "base": ref.base,
                "name": wording.BASES.get(ref.base, ref.base),
                "ref": ref,
                "current": current,
                "open": next((v for v in versions if v.is_open), None),
                "former": [(v, loosened_by(current, ref.base, v)) for v in versions if v.state == "retired"],
                "shipped": shipped_ref(ref.base),
                "shipped_loosens": loosened_by(current, ref.base, None),
            }
        )
    return packs


def rule_table(
    body: dict[str, Any], request: PageRequest, changed: dict[str, str] | None = None
) -> dict[str, Any]:
    """The rules that the address asks for, with their findings."""
    findings = findings_of(body)
    language = request.user.language
    rows = rows_of(body["rules"], findings, language, changed)
    terms = load_terms()
    asked = {key: request.GET.get(key, "")[:100] for key in ("q", "issue", "remedy", "only")}
    return {
        "rows": wanted_rows(rows, asked),
        "asked": asked,
        "count": len(rows),
        "findings": [t for t in told(findings) if t.severity != "note"],
        "notes": [t for t in told(findings) if t.severity == "note"],
        "blocked": blocks(findings),
        "issues": sorted(terms.issues),
        "remedies": sorted(terms.remedies),
        "states": wording.STATES,
    }


def version_page(version: PackVersion, request: PageRequest) -> dict[str, Any]:
    """A version with its table, what may be done with it, and by whom."""
    changes = differences(in_force_beside(version)[1], version.body)
    changed = {c.rule: c.kind for c in changes if c.rule}
    hand = request.user.pk in version.editors
    return {
        "version": version,
        "change_count": len(changes),
        "foundation": foundation_of(version)[0],
        "hand": hand,
        "admin_for": reason_for_admin(version) if version.is_open else "",
        "loosened": loosened_bans(version) if version.is_open else (),
        "is_admin": request.membership.role == "admin",
        "tryouts": tryouts_of(version.pk),
        "sizes": SIZES,
        "editable": version.state == "draft",
        **rule_table(version.body, request, changed if version.is_open else None),
    }


def diff_page(version: PackVersion, language: str) -> dict[str, Any]:
    """What an open version would change of the pack in force; what any other changed of its foundation."""
    label, body = in_force_beside(version) if version.is_open else foundation_of(version)
    rules = {rule["id"]: rule for rule in version.body["rules"]}
    changes = changes_in_words(differences(body, version.body), rules, language)
    return {"version": version, "against": label, "changes": changes}


def tryout_page(tryout: TryOut) -> dict[str, Any]:
    """A try-out's sums with what they changed by; empty while it runs."""
    result = tryout.result
    if not result:
        return {"running": tryout.state in ("waiting", "running")}
    return {
        "running": False,
        "result": result,
        "money": [(currency, *pair, pair[1] - pair[0]) for currency, pair in result["money"].items()],
        "at_once": [(currency, *pair, pair[1] - pair[0]) for currency, pair in result["at_once"].items()],
        "issues": [found for found in result["issues"] if found["changed"]],
        "same_issues": sum(1 for found in result["issues"] if not found["changed"]),
    }


def rule_form(
    version: PackVersion, row: dict[str, str], findings: list[Finding], before: str
) -> dict[str, Any]:
    """The form of one rule; `row` holds its cells as texts."""
    terms = load_terms()
    given = [name for name in CONDITIONS if f"when.{name}" in row and name not in FIRST]
    conditions = [(name, row[f"when.{name}"]) for name in given]
    spare = max(1, min(_SPARE_CONDITIONS, _MOST_CONDITIONS - len(conditions)))
    fields = sorted(((n, wording.FIELDS[n]) for n in CONDITIONS if n not in FIRST), key=lambda f: str(f[1]))
    return {
        "version": version,
        "before": before,
        "row": row,
        "conditions": [*conditions, *[("", "")] * spare],
        "fields": fields,
        "issues": _choices(sorted(terms.issues), row.get("when.issue", "")),
        "patterns": [p for p in _split(row.get("when.issue", "")) if p.endswith("*")],
        "remedies": _choices(sorted(terms.remedies), row.get("remedy", "")),
        "states": [(c, n, c in _split(row.get("when.order_state", ""))) for c, n in wording.STATES.items()],
        "grants": [(name, wording.ROLES[name.partition(".")[2]], row.get(name, "")) for name in GRANTS],
        "texts": [
            (f"{kind}.{lang}", wording.column_name(f"{kind}.{lang}"), row.get(f"{kind}.{lang}", ""))
            for kind in ("words", "source")
            for lang in languages_of(version.body["rules"])
        ],
        "effects": wording.EFFECTS.items(),
        "kinds": wording.KINDS.items(),
        "payers": ["seller", "warehouse", "carrier", "manufacturer", "platform", "buyer", "none"],
        "findings": told(findings),
        "classes": sorted(version.body["product_classes"]),
    }


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _choices(codes: list[str], text: str) -> list[tuple[str, bool]]:
    chosen = set(_split(text))
    return [(code, code in chosen) for code in codes]


def row_for(version: PackVersion, rule_id: str) -> dict[str, str] | None:
    """A rule's cells, or None when the version has no such rule."""
    found = next((rule for rule in version.body["rules"] if rule["id"] == rule_id), None)
    return None if found is None else row_of(found)


def posted_row(post: Any, languages: list[str]) -> dict[str, str]:
    """The cells that the rule's form sent; lists come as several values, conditions as pairs."""
    row: dict[str, str] = {}
    for column in columns(languages):
        if column in ("remedy", "when.issue", "when.order_state"):
            row[column] = ", ".join(post.getlist(column)[:500])
        elif not column.startswith("when."):
            row[column] = str(post.get(column, ""))[:5000]
    for name, value in zip(post.getlist("field"), post.getlist("value"), strict=False):
        if name in CONDITIONS and value.strip():
            row[f"when.{name}"] = value[:5000]
    if row.get("amount.kind", "") == "":
        row = {column: text for column, text in row.items() if not column.startswith("amount.")}
    return {column: text for column, text in row.items() if text.strip()}


def head_form(
    version: PackVersion, findings: list[Finding], given: dict[str, str] | None = None
) -> dict[str, Any]:
    """The form of what stands above the rules."""
    body, posted = version.body, given or {}

    def cell(key: str, text: str) -> tuple[str, str]:
        return key, posted.get(key, text)

    return {
        "version": version,
        "periods": [wording.PERIODS[p] for p in PERIODS],
        "authority": [
            (
                wording.ROLES[role],
                [
                    (
                        *cell(f"authority.{role}.{p}", limit_text(body["authority"][role][p])),
                        wording.PERIODS[p],
                    )
                    for p in PERIODS
                ],
            )
            for role in LADDER
        ],
        "hours": [
            (p, *cell(f"follow_up_hours.{p}", number_text(body["follow_up_hours"][p]))) for p in PRIORITIES
        ],
        "classes": posted.get(
            "classes",
            "\n".join(f"{name}: {', '.join(w)}" for name, w in sorted(body["product_classes"].items())),
        ),
        "findings": told(findings),
    }
