"""Canned replies and macros as CSV tables, out and in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from goldseam.conversations.queries import labels_of
from goldseam.core.errors import DomainError
from goldseam.people.queries import agents_of, teams_of
from goldseam.replies import actions
from goldseam.replies.models import CannedReply, Macro, Scope

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop

MAX_FILE = 2 * 1024 * 1024
MAX_ROWS = 5_000
CANNED = ("shortcut", "title", "text", "language", "scope", "team")
STEPS = ("note", "remedy", "priority", "assign", "labels", "snooze", "close", "outcome", "cause")
_BETWEEN = "; "
MACROS = ("name", "text", "language", "scope", "team", *STEPS)
_ACTS = ("=", "+", "-", "@", "\t", "\r")


def write_canned(rows: Iterable[CannedReply]) -> str:
    """One line each, below a header."""
    return _written(CANNED, ([row.shortcut, row.title, row.text, *_shared(row)] for row in rows))


def write_macros(rows: Iterable[Macro]) -> str:
    """One line each, below a header; an assigned person by e-mail address, closing as "yes"."""
    macros = list(rows)
    ids = [row.steps["assign"] for row in macros if isinstance(row.steps.get("assign"), int)]
    people = {one.pk: one.email for one in agents_of(macros[0].shop_id).filter(pk__in=ids)} if macros else {}
    labels = {label.pk: label.name for label in labels_of(macros[0].shop_id)} if macros else {}
    return _written(
        MACROS, ([row.name, row.text, *_shared(row), *_cells(row.steps, people, labels)] for row in macros)
    )


def _shared(row: CannedReply | Macro) -> list[str]:
    return [row.language, row.scope, row.team.name if row.team else ""]


def _cells(steps: dict[str, Any], people: dict[int, str], labels: dict[int, str]) -> list[str]:
    close = steps.get("close")
    assign = steps.get("assign", "")
    cells = [steps.get(name, "") for name in ("note", "remedy", "priority")]
    cells.append(people.get(assign, "") if isinstance(assign, int) else assign)
    cells.append(_BETWEEN.join(labels[pk] for pk in steps.get("labels", ()) if pk in labels))
    cells += [steps.get("snooze", ""), "yes" if close is not None else ""]
    return [*cells, (close or {}).get("outcome", ""), (close or {}).get("cause", "")]


def _written(header: tuple[str, ...], rows: Iterable[list[str]]) -> str:
    """With a mark that tells spreadsheets the encoding; what a spreadsheet would run as a formula gets an
    apostrophe before it, which `bring_in` takes away again."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_ACTS) else cell for cell in map(str, row)])
    return "\ufeff" + target.getvalue()


@transaction.atomic
def bring_in(shop: Shop, agent: Agent, name: str, content: bytes) -> int:
    """The rows of a table; those with a known short name (or name) and the same readers are changed. Returns
    how many. Raises DomainError that names file and row; then nothing of it is in."""
    header, rows = _read(name, content)
    save = _save_macro if "name" in header else _save_canned
    teams = {team.name: team for team in teams_of(shop.pk)}
    people = {one.email: one.pk for one in agents_of(shop.pk)}
    for number, row in rows:
        try:
            save(shop, agent, _place(row, agent, teams), row, people)
        except DomainError as error:
            where = _("%(name)s, row %(row)s") % {"name": name, "row": number}
            raise DomainError(f"{where}: {_(error.message)}", field="file") from error
    return len(rows)


def _read(name: str, content: bytes) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    text = _decoded(name, content)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise DomainError(
            _("%(name)s cannot be read as CSV: %(error)s") % {"name": name, "error": error}, field="file"
        ) from error
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    known = CANNED if "shortcut" in header else MACROS
    needed = {"shortcut", "title", "text"} if known is CANNED else {"name"}
    if not needed <= set(header) or set(header) - set(known):
        raise DomainError(
            _("%(name)s: the first row must name the columns %(canned)s, or (for macros) %(macros)s.")
            % {"name": name, "canned": ", ".join(CANNED), "macros": ", ".join(MACROS)},
            field="file",
        )
    rows = [
        (number, {key: _unquoted(cell) for key, cell in zip(header, line, strict=False)})
        for number, line in enumerate(lines[1:], 2)
        if any(cell.strip() for cell in line)
    ]
    if not rows or len(rows) > MAX_ROWS:
        raise DomainError(
            _("%(name)s must hold 1 to %(most)s rows below the first.") % {"name": name, "most": MAX_ROWS},
            field="file",
        )
    return header, rows


def _decoded(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise DomainError(
        _("%(name)s is no text in UTF-8 or GB 18030; save it as UTF-8.") % {"name": name}, field="file"
    )


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_ACTS) else cell


def _place(row: dict[str, str], agent: Agent, teams: dict[str, Any]) -> actions.Place:
    scope = row.get("scope") or Scope.ALL
    if scope not in Scope.values:
        raise DomainError(_("The scope must be one of %(all)s.") % {"all": ", ".join(Scope.values)})
    if scope == Scope.ME:
        return actions.Place(owner=agent)
    if scope == Scope.ALL:
        return actions.Place()
    if row.get("team") not in teams:
        raise DomainError(_("There is no team called “%(name)s”.") % {"name": row.get("team", "")})
    return actions.Place(team=teams[row["team"]])


def _fields(row: dict[str, str], *names: tuple[str, int]) -> dict[str, str]:
    for name, longest in names:
        if not row.get(name) or len(row[name]) > longest:
            raise DomainError(
                _("%(column)s must hold 1 to %(most)s characters.") % {"column": name, "most": longest}
            )
    language = row.get("language") or "zh"
    if language not in ("zh", "en"):
        raise DomainError(_("The language must be zh or en."))
    return {name: row[name] for name, _longest in names} | {"language": language, "text": row.get("text", "")}


def _save_canned(
    shop: Shop, agent: Agent, place: actions.Place, row: dict[str, str], people: dict[str, int]
) -> None:
    fields = _fields(row, ("shortcut", 40), ("title", 120))
    if any(sign.isspace() or sign == "/" for sign in fields["shortcut"]):
        raise DomainError(_("A short name has no spaces and no slash."))
    known = CannedReply.objects.filter(
        shop=shop, owner=place.owner, team=place.team, shortcut=fields["shortcut"]
    ).first()
    actions.save_canned(shop, agent, place, row=known, **fields)


def _save_macro(
    shop: Shop, agent: Agent, place: actions.Place, row: dict[str, str], people: dict[str, int]
) -> None:
    fields = _fields(row, ("name", 120))
    known = Macro.objects.filter(shop=shop, owner=place.owner, team=place.team, name=fields["name"]).first()
    steps: dict[str, Any] = {name: row.get(name, "") for name in ("note", "remedy", "priority", "snooze")}
    assign = row.get("assign", "")
    steps["assign"] = people.get(assign, assign)
    steps["labels"] = _labels(shop, row.get("labels", ""))
    if row.get("close"):
        steps["close"] = {"outcome": row.get("outcome", ""), "cause": row.get("cause", "")}
    actions.save_macro(shop, agent, place, row=known, steps=steps, **fields)


def _labels(shop: Shop, cell: str) -> list[int]:
    """The labels that a cell names."""
    names = [name.strip() for name in cell.split(_BETWEEN.strip()) if name.strip()]
    known = {label.name: label.pk for label in labels_of(shop.pk)} if names else {}
    for name in names:
        if name not in known:
            raise DomainError(_("There is no label called “%(name)s”.") % {"name": name})
    return sorted(known[name] for name in names)
