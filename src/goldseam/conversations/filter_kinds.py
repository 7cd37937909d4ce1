"""The kinds of fields that conversations can be filtered by, each with its ways of comparing.

Every kind reads the JSON value of a condition strictly and turns it into a `Q` of fixed columns. Nothing of
a filter ever becomes the name of a column or a piece of SQL: values are parameters, names are looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

from goldseam.conversations import filter_codes as codes
from goldseam.conversations.filter_errors import BadFilter
from goldseam.conversations.queries import search_filter

MAX_VALUES = 60
MAX_TEXT = 120
_MOST_MINUTES = 60 * 24 * 3660
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,120}")
_CODE = re.compile(r"[a-z][a-z0-9_.]{0,59}")
ME, NOBODY, MY_TEAMS = "me", "nobody", "mine"


@dataclass(frozen=True, slots=True)
class Scene:
    """For whom and when a filter is compiled. `agent_id` is None for programs, for whom "me" is nobody's;
    `members` are the people of each team, `my_teams` the person's own."""

    now: datetime
    agent_id: int | None = None
    my_teams: tuple[int, ...] = ()
    members: Mapping[int, tuple[int, ...]] | None = None


Value = tuple[str | int, ...] | Decimal | int | datetime | str | None


class Kind(Protocol):
    """A kind of field: how it compares, what it reads, and what it asks of the database."""

    @property
    def ops(self) -> tuple[str, ...]:
        """The ways of comparing; the first is the usual one."""

    @property
    def widget(self) -> str:
        """The name of the input in the builder."""

    def read(self, op: str, value: Any, place: str) -> Value:
        """The value in canonical form; raises BadFilter."""

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """The condition for rows of conversations."""


def _words_list(value: Any, place: str) -> list[Any]:
    """A non-empty, bounded list; a single value is a list of one."""
    values = value if isinstance(value, list | tuple) else [value]
    if not values or values == [""] or values == [None]:
        raise BadFilter(place, _("Choose at least one value."))
    if len(values) > MAX_VALUES:
        raise BadFilter(
            place, _("There are more than %(n)s values; split the condition.") % {"n": MAX_VALUES}
        )
    if not all(isinstance(item, str | int) and not isinstance(item, bool) for item in values):
        raise BadFilter(place, _("Values must be words or numbers."))
    return list(dict.fromkeys(values))


def _number(value: Any, place: str, least: Decimal, most: Decimal) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise BadFilter(place, _("Give a number."))
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise BadFilter(place, _("Give a number.")) from None
    if not number.is_finite() or not least <= number <= most:
        raise BadFilter(
            place, _("Give a number from %(least)s to %(most)s.") % {"least": least, "most": most}
        )
    return number


@dataclass(frozen=True, slots=True)
class Choice:
    """One of many codes or words in a text column. `known` are the codes that exist (empty: any word);
    "unset" matches rows without a value."""

    column: str
    known: tuple[str, ...] = ()
    open_ended: bool = False
    widget: str = "choices"
    ops: tuple[str, ...] = ("in", "not_in", "unset", "set")

    def read(self, op: str, value: Any, place: str) -> Value:
        """Codes that exist, or words."""
        if op in ("set", "unset"):
            return None
        found: list[str | int] = []
        for item in _words_list(value, place):
            text = str(item).strip()
            if self.known and text not in self.known and not (self.open_ended and _CODE.fullmatch(text)):
                raise BadFilter(
                    place,
                    _("“%(value)s” is not one of: %(known)s.")
                    % {"value": text[:40], "known": ", ".join(self.known)},
                )
            if not _TEXT.fullmatch(text):
                raise BadFilter(place, _("A value must have 1 to %(n)s characters.") % {"n": MAX_TEXT})
            found.append(text)
        return tuple(found)

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """Membership in the list."""
        if op in ("set", "unset"):
            empty = Q(**{self.column: ""}) | Q(**{f"{self.column}__isnull": True})
            return empty if op == "unset" else ~empty
        inside = Q(**{f"{self.column}__in": value})
        return inside if op == "in" else ~inside


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """All issues of one part of the taxonomy."""

    widget: str = "choices"
    ops: tuple[str, ...] = ("in", "not_in")
    known: tuple[str, ...] = tuple(codes.ISSUE_GROUPS)

    def read(self, op: str, value: Any, place: str) -> Value:
        """Names of groups."""
        return Choice("issue", self.known).read(op, value, place)

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """The groups' issues, and a shop's own codes below the same name."""
        inside = Q(issue__in=[code for group in value for code in codes.ISSUE_GROUPS[group]])
        for group in value:
            inside |= Q(issue__startswith=f"{group}.")
        return inside if op == "in" else ~inside


@dataclass(frozen=True, slots=True)
class Ids:
    """Rows of another table by id, with words for the person who looks: me, nobody, my teams."""

    column: str
    words: tuple[str, ...] = ()
    widget: str = "people"
    ops: tuple[str, ...] = ("in", "not_in")

    def read(self, op: str, value: Any, place: str) -> Value:
        """Ids and words."""
        if op in ("set", "unset"):
            return None
        found: list[str | int] = []
        for item in _words_list(value, place):
            text = str(item)
            if text in self.words:
                found.append(text)
            elif text.isascii() and text.isdecimal() and len(text) < 19:
                found.append(int(text))
            else:
                raise BadFilter(
                    place, _("“%(value)s” is not known here; choose again.") % {"value": text[:40]}
                )
        return tuple(found)

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """Whoever takes care of it."""
        ids = {item for item in value if isinstance(item, int)}
        if ME in value and scene.agent_id is not None:
            ids.add(scene.agent_id)
        inside = Q(**{f"{self.column}__in": sorted(ids)})
        if NOBODY in value:
            inside |= Q(**{f"{self.column}__isnull": True})
        return inside if op == "in" else ~inside


@dataclass(frozen=True, slots=True)
class Teams(Ids):
    """Assigned to somebody of a team."""

    column: str = "assignee"
    words: tuple[str, ...] = (MY_TEAMS,)
    widget: str = "teams"

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """The members, as they are now."""
        teams = {item for item in value if isinstance(item, int)}
        if MY_TEAMS in value:
            teams.update(scene.my_teams)
        people = {person for team in teams for person in (scene.members or {}).get(team, ())}
        inside = Q(assignee__in=sorted(people))
        return inside if op == "in" else ~inside


@dataclass(frozen=True, slots=True)
class Labels(Ids):
    """The shop's labels on the conversation."""

    column: str = "label_ids"
    widget: str = "labels"
    ops: tuple[str, ...] = ("in", "has_all", "not_in", "unset", "set")

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """Any of them, all of them, none of them, or whether there is one at all."""
        if op in ("set", "unset"):
            return Q(label_ids=[]) if op == "unset" else ~Q(label_ids=[])
        if op == "has_all":
            return Q(label_ids__contains=list(value))
        overlap = Q(label_ids__overlap=list(value))
        return overlap if op == "in" else ~overlap


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds; `scale` turns what people type (90 percent) into what is stored (0.9)."""

    column: str
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(100)
    scale: Decimal = Decimal(1)
    unit: str = ""
    widget: str = "number"
    ops: tuple[str, ...] = ("at_least", "at_most")

    def read(self, op: str, value: Any, place: str) -> Value:
        """The number."""
        return _number(value, place, self.least, self.most)

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """A bound."""
        bound = value * self.scale
        return Q(**{f"{self.column}__{'gte' if op == 'at_least' else 'lte'}": bound})


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long ago a moment is, in minutes: since when somebody waits, how old it is."""

    column: str
    widget: str = "minutes"
    ops: tuple[str, ...] = ("over", "under")

    def read(self, op: str, value: Any, place: str) -> Value:
        """Whole minutes."""
        number = _number(value, place, Decimal(1), Decimal(_MOST_MINUTES))
        if number != number.to_integral_value():
            raise BadFilter(place, _("Give whole minutes."))
        return int(number)

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """Before or after the moment that long ago."""
        edge = scene.now - timedelta(minutes=value)
        return Q(**{f"{self.column}__{'lte' if op == 'over' else 'gt'}": edge})


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment: absolute (with its offset), or so many minutes back or ahead."""

    column: str
    ahead: bool = False
    widget: str = "moment"

    @property
    def ops(self) -> tuple[str, ...]:
        """What lies ahead can also be due soon, overdue, or not there."""
        if self.ahead:
            return ("within", "overdue", "after", "before", "set", "unset")
        return ("last", "after", "before")

    def read(self, op: str, value: Any, place: str) -> Value:
        """Minutes, or a moment in UTC."""
        if op in ("overdue", "set", "unset"):
            return None
        if op in ("within", "last"):
            return Lasting(self.column).read(op, value, place)
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise BadFilter(place, _("Give a moment such as 2026-11-15T10:00+08:00.")) from None

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """Before, after, or between now and then."""
        column = self.column
        if op in ("set", "unset"):
            return Q(**{f"{column}__isnull": op == "unset"})
        if op == "overdue":
            return Q(**{f"{column}__lte": scene.now})
        if op == "within":
            return Q(**{f"{column}__gt": scene.now, f"{column}__lte": scene.now + timedelta(minutes=value)})
        if op == "last":
            return Q(**{f"{column}__gt": scene.now - timedelta(minutes=value)})
        return Q(**{f"{column}__{'gte' if op == 'after' else 'lt'}": value})


@dataclass(frozen=True, slots=True)
class Words:
    """What was said, by the words of the search."""

    widget: str = "words"
    ops: tuple[str, ...] = ("has", "has_not")

    def read(self, op: str, value: Any, place: str) -> Value:
        """Words that hold something to look for."""
        if not isinstance(value, str) or not value.strip():
            raise BadFilter(place, _("Give the words to look for."))
        text = " ".join(value.replace("\x00", "").split())
        if len(text) > MAX_TEXT:
            raise BadFilter(place, _("A value must have 1 to %(n)s characters.") % {"n": MAX_TEXT})
        if not search_filter(text):
            raise BadFilter(place, _("There is no letter or digit to look for in it."))
        return text

    def query(self, op: str, value: Any, scene: Scene) -> Q:
        """All of the words, or not all of them."""
        found = search_filter(value)
        return found if op == "has" else ~found
