"""Filters: what each condition matches, what is refused and where, and that nothing else can happen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import EmptyResultSet
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from goldseam.conversations import filter_codes
from goldseam.conversations.filter_errors import BadFilter
from goldseam.conversations.filter_fields import FIELDS
from goldseam.conversations.filter_kinds import Scene
from goldseam.conversations.filters import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    Group,
    compile_filter,
    is_personal,
    names_of,
    read_filter,
    stays_open,
    write_filter,
)
from goldseam.conversations.models import Conversation
from goldseam.copilot import codes
from goldseam.people.models import Agent, Shop
from tests.journeys.shop import build_shop

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def one(field: str, op: str, value: Any = None) -> dict[str, Any]:
    condition = {"field": field, "op": op} | ({} if value is None else {"value": value})
    return {"version": 1, "where": {"all": [condition]}}


def nodes(*parts: Any, kind: str = "all") -> dict[str, Any]:
    return {"version": 1, "where": {kind: list(parts)}}


def c(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def test_the_codes_are_those_of_the_taxonomy() -> None:
    assert set(filter_codes.ISSUES) == set(codes.ISSUES)
    assert set(filter_codes.EMOTIONS) == set(codes.EMOTIONS)
    assert set(filter_codes.RISKS) == set(codes.RISK_LEVELS)
    assert set(filter_codes.REMEDIES) == set(codes.REMEDIES)
    assert set(filter_codes.HANDOVERS) == set(codes.HANDOVERS)
    assert set(filter_codes.PARTIES) == set(codes.PARTIES)
    from goldseam.commerce.models import OrderStatus

    assert set(filter_codes.ORDER_STATES) == set(OrderStatus.values)


REFUSED = [
    ("no object", [], "filter", "object"),
    ("nothing", None, "filter", "object"),
    ("no version", {"where": {"all": []}}, "filter", "version"),
    ("more keys", {"version": 1, "where": {"all": []}, "sql": "1"}, "filter", "version"),
    ("other version", {"version": 2, "where": {"all": []}}, "version", "1"),
    ("version true", {"version": True, "where": {"all": []}}, "version", "1"),
    ("node is text", {"version": 1, "where": "status"}, "where", "condition"),
    ("two kinds", {"version": 1, "where": {"all": [], "any": []}}, "where", "one list"),
    ("group of a dict", {"version": 1, "where": {"all": {}}}, "where", "one list"),
    ("unknown field", one("secret", "in", ["x"]), "where.all[0].field", "issue_group"),
    ("column instead", one("shop__name", "in", ["x"]), "where.all[0].field", "Fields are"),
    ("unknown op", one("issue", "regex", "x"), "where.all[0].op", "not_in"),
    ("op is a list", one("issue", ["in"], "x"), "where.all[0].op", "not_in"),
    ("unknown key", nodes(c("issue", "in", ["other"]) | {"raw": 1}), "where.all[0]", "raw"),
    ("no values", one("issue", "in", []), "where.all[0].value", "at least one"),
    ("unknown code", one("risk", "in", ["enormous"]), "where.all[0].value", "critical"),
    ("sql as code", one("issue", "in", ["x'; DROP TABLE"]), "where.all[0].value", "not one of"),
    ("a nested value", one("tier", "in", [{"a": 1}]), "where.all[0].value", "words or numbers"),
    ("control sign", one("tier", "in", ["a\x00b"]), "where.all[0].value", "characters"),
    ("too long a word", one("tier", "in", ["x" * 121]), "where.all[0].value", "120"),
    ("too many", one("tier", "in", [str(i) for i in range(61)]), "where.all[0].value", "60"),
    ("not a number", one("intensity", "at_least", "much"), "where.all[0].value", "number"),
    ("true", one("intensity", "at_least", True), "where.all[0].value", "number"),
    ("nan", one("risk_score", "at_least", "nan"), "where.all[0].value", "0 to 100"),
    ("beyond", one("risk_score", "at_least", 101), "where.all[0].value", "0 to 100"),
    ("half a minute", one("waiting", "over", 1.5), "where.all[0].value", "whole"),
    ("no time", one("waiting", "over", 0), "where.all[0].value", "from 1"),
    ("no offset", one("created", "after", "2026-11-15T10:00"), "where.all[0].value", "+08:00"),
    ("no moment", one("created", "after", "soon"), "where.all[0].value", "+08:00"),
    ("far moment", one("created", "after", "0001-01-01T00:00+14:00"), "where.all[0].value", "+08:00"),
    ("an agent's name", one("assignee", "in", ["Lin"]), "where.all[0].value", "choose again"),
    ("negative id", one("label", "in", [-4]), "where.all[0].value", "choose again"),
    ("no words", one("text", "has", "  "), "where.all[0].value", "words"),
    ("only signs", one("text", "has", "!!! :*"), "where.all[0].value", "letter"),
    (
        "deep inside",
        nodes({"any": [c("issue", "in", ["other"]), {"none": [c("mood", "in", ["bored"])]}]}),
        "where.all[0].any[1].none[0].value",
        "angry",
    ),
]


@pytest.mark.parametrize(("data", "place", "word"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED])
def test_a_bad_filter_is_refused_with_place_and_remedy(data: Any, place: str, word: str) -> None:
    with translation.override("en"), pytest.raises(BadFilter) as refused:
        read_filter(data)
    assert refused.value.place == place
    assert word in refused.value.remedy
    assert refused.value.status == 400


def test_too_deep_and_too_many() -> None:
    deep: Any = c("status", "in", ["open"])
    for _ in range(MAX_DEPTH):
        deep = {"all": [deep]}
    with translation.override("en"), pytest.raises(BadFilter, match="deep"):
        read_filter({"version": 1, "where": deep})
    many = [{"any": [c("unread", "yes")] * 10}] * (MAX_CONDITIONS // 10)
    assert len(read_filter(nodes(*many)).parts) == MAX_CONDITIONS // 10
    with translation.override("en"), pytest.raises(BadFilter, match="more than"):
        read_filter(nodes(*many, c("unread", "yes")))
    with translation.override("en"), pytest.raises(BadFilter, match="more than"):
        read_filter(nodes(*[{"all": []}] * (MAX_CONDITIONS + 1)))


def test_what_a_tree_is_about() -> None:
    mine = read_filter(one("assignee", "in", ["me", 7]))
    assert is_personal(mine)
    assert names_of(mine, "assignee") == {7}
    assert not is_personal(read_filter(one("assignee", "in", [7])))
    assert is_personal(read_filter(one("unread", "yes")))
    assert stays_open(read_filter(one("status", "in", ["open", "snoozed"])))
    assert stays_open(read_filter(one("status", "not_in", ["closed"])))
    assert not stays_open(read_filter(one("status", "in", ["open", "closed"])))
    assert not stays_open(read_filter(one("issue", "in", ["other"])))
    assert not stays_open(read_filter(nodes(c("status", "in", ["open"]), c("unread", "yes"), kind="any")))
    assert not stays_open(read_filter(nodes(c("status", "in", ["closed"]), kind="none")))


def test_one_condition_alone_is_a_group() -> None:
    assert read_filter({"version": 1, "where": c("unread", "yes")}) == read_filter(one("unread", "yes"))


# What each named filter finds in a shop with ten conversations (see tests/journeys/shop.py).
FOUND: list[tuple[str, Any, set[str]]] = [
    ("everything open", one("status", "in", ["open"]), {f"c-{n}" for n in range(1001, 1011)}),
    ("closed", one("status", "in", ["closed"]), {"old-0", "old-5"}),
    ("not closed", one("status", "not_in", ["closed"]), {f"c-{n}" for n in range(1001, 1011)}),
    ("one issue", one("issue", "in", ["logistics.not_shipped"]), {"c-1004"}),
    ("a group of issues", nodes(c("issue_group", "in", ["money"])), {"c-1009"}),
    ("critical or high", nodes(c("risk", "in", ["critical", "high"])), {"c-1001", "c-1002", "c-1006"}),
    ("most urgent", one("priority", "in", ["P0"]), {"c-1002"}),
    ("score", one("risk_score", "at_least", 60), {"c-1001", "c-1002", "c-1006"}),
    ("VIPs", one("tier", "in", ["vip"]), {"c-1001", "c-1006", "old-0", "old-5"}),
    ("any tier", nodes(c("tier", "set"), c("status", "in", ["open"])), {"c-1001", "c-1003", "c-1006"}),
    (
        "no tier",
        nodes(c("tier", "unset")),
        {"c-1002", "c-1004", "c-1005", "c-1007", "c-1008", "c-1009", "c-1010"},
    ),
    ("waiting over an hour", one("waiting", "over", 60), {"c-1003", "c-1005", "c-1007", "c-1009", "c-1010"}),
    ("waiting under ten minutes", one("waiting", "under", 10), {"c-1002"}),
    ("older than ten days", one("age", "over", 14400), {"old-0", "old-5"}),
    ("within the last hour", nodes(c("created", "last", 30)), {"c-1002", "c-1008"}),
    ("words", one("text", "has", "曝光"), {"c-1006"}),
    ("all words", one("text", "has", "wedding parcel"), {"c-1007"}),
    (
        "without words",
        nodes(c("text", "has_not", "快递"), c("tier", "in", ["vip"])),
        {"c-1006", "old-0", "old-5"},
    ),
    ("remedy", one("remedy", "in", ["reship"]), {"old-0", "old-5"}),
    ("outcome", one("outcome", "in", ["satisfied"]), {"old-0", "old-5"}),
    ("mine", nodes(c("assignee", "in", ["me"]), c("status", "in", ["open"])), {"c-1001", "c-1003", "c-1006"}),
    (
        "nobody's, urgent",
        nodes(c("assignee", "in", ["nobody"]), c("priority", "in", ["P0", "P1"])),
        {"c-1002"},
    ),
    ("order under way", one("order_state", "in", ["paid"]), {"c-1004"}),
    (
        "worth more than 1000",
        nodes(c("value", "at_least", 1000), c("status", "in", ["open"])),
        {"c-1001", "c-1006"},
    ),
    (
        "not, or, and",
        nodes(
            {"any": [c("tier", "in", ["vip"]), c("priority", "in", ["P0"])]},
            {"none": [c("status", "in", ["closed"]), c("text", "has", "12315")]},
        ),
        {"c-1002", "c-1006"},
    ),
    ("none of nothing", nodes({"none": []}, c("priority", "in", ["P0"])), {"c-1002"}),
    ("any of nothing", nodes({"any": []}), set()),
    (
        "any with an empty all",
        nodes({"any": [{"all": []}, c("priority", "in", ["P0"])]}, c("unread", "no")),
        {"old-0", "old-5"},
    ),
    ("alerts", one("alert", "yes"), {"c-1002"}),
    ("labelled", one("label", "set"), {"c-1004", "c-1005"}),
    ("one label", one("label", "in", [7]), {"c-1004"}),
    ("either label", one("label", "in", [7, 8]), {"c-1004", "c-1005"}),
    ("both labels", one("label", "has_all", [8, 9]), {"c-1005"}),
    ("without a label", nodes(c("label", "not_in", [8]), c("label", "set")), {"c-1004"}),
]


# What the copilot reads may change; these cases ask what filters do with it.
TRIAGE = {
    "c-1001": ("logistics.delay", "angry", 3, "high", 0.82, "P1"),
    "c-1002": ("product.safety", "anxious", 2, "critical", 0.95, "P0"),
    "c-1003": ("product.defect", "calm", 0, "low", 0.1, "P2"),
    "c-1004": ("logistics.not_shipped", "calm", 1, "medium", 0.4, "P2"),
    "c-1005": ("refund.freight", "calm", 0, "low", 0.15, "P3"),
    "c-1006": ("refund.progress", "angry", 2, "high", 0.7, "P1"),
    "c-1007": ("logistics.delay", "anxious", 1, "medium", 0.5, "P2"),
    "c-1008": ("product.how_to", "calm", 0, "low", 0.05, "P3"),
    "c-1009": ("invoice", "calm", 0, "low", 0.05, "P3"),
    "c-1010": ("praise", "grateful", 1, "low", 0.01, "P3"),
}


def set_triage(shop: Shop) -> None:
    columns = ("issue", "emotion", "intensity", "risk_level", "risk_score", "priority")
    shown = {"alerted_at": timezone.now(), "acknowledged_by": None}
    for key, values in TRIAGE.items():
        rows = Conversation.objects.filter(shop=shop, external_id=key)
        alert = shown if key == "c-1002" else {"alerted_at": None}
        rows.update(**dict(zip(columns, values, strict=True)), **alert)
    Conversation.objects.filter(shop=shop, status="closed").update(
        risk_level="low", risk_score=0.1, priority="P3", alerted_at=None
    )


@pytest.fixture(scope="module")
def full_shop(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The shop once for all cases, which only read."""
    from django.db import transaction

    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        shop = build_shop()
        set_triage(shop)
        Conversation.objects.filter(external_id="c-1004").update(label_ids=[7])
        Conversation.objects.filter(external_id="c-1005").update(label_ids=[8, 9])
        yield shop
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


@pytest.mark.parametrize(("data", "keys"), [pytest.param(*case[1:], id=case[0]) for case in FOUND])
def test_what_a_filter_finds(full_shop: Shop, data: Any, keys: set[str]) -> None:
    agent = Agent.objects.get(email="agent@porcelain.test")
    tree = read_filter(json.loads(json.dumps(data)))
    rows = Conversation.objects.filter(compile_filter(tree, Scene(timezone.now(), agent.pk)), shop=full_shop)
    assert set(rows.values_list("external_id", flat=True)) == keys
    assert rows.count() == len(keys)


def test_teams_are_their_members(full_shop: Shop) -> None:
    agent = Agent.objects.get(email="agent@porcelain.test")
    scene = Scene(timezone.now(), agent.pk, my_teams=(3,), members={3: (agent.pk,), 4: ()})
    rows = Conversation.objects.filter(shop=full_shop, status="open")

    def found(*teams: Any) -> int:
        return rows.filter(compile_filter(read_filter(one("team", "in", list(teams))), scene)).count()

    assert found("mine") == found(3) == rows.filter(assignee=agent).count() > 0
    assert found(4) == found(99) == 0


# Whatever comes in is refused or compiles to a statement whose text does not depend on the values.
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=130),
    st.sampled_from(["me", "mine", "nobody"]),
)
_values = st.one_of(
    _scalars, st.lists(_scalars, max_size=5), st.dictionaries(st.text(max_size=5), _scalars, max_size=2)
)
_names = st.one_of(st.sampled_from(sorted(FIELDS)), st.text(max_size=20))
_ops = st.one_of(
    st.sampled_from(sorted({op for kind in FIELDS.values() for op in kind.ops})), st.text(max_size=10)
)


@st.composite
def _good_conditions(draw: st.DrawFn) -> dict[str, Any]:
    """A condition that is right, or nearly so."""
    name = draw(st.sampled_from(sorted(FIELDS)))
    kind = FIELDS[name]
    known = [str(value) for value in getattr(kind, "known", ())] + [
        "7",
        "me",
        "12",
        "2026-01-01T00:00+00:00",
        "vip",
    ]
    return c(name, draw(st.sampled_from(kind.ops)), draw(st.one_of(st.sampled_from(known), _values)))


_conditions = st.one_of(
    _good_conditions(), st.fixed_dictionaries({"field": _names, "op": _ops, "value": _values})
)
_nodes = st.recursive(
    st.one_of(_conditions, _values),
    lambda inner: st.dictionaries(
        st.sampled_from(["all", "any", "none", "xor"]), st.lists(inner, max_size=4), max_size=2
    ),
    max_leaves=12,
)


@settings(max_examples=400)
@given(_nodes)
def test_any_tree_compiles_or_is_refused(node: Any) -> None:
    try:
        tree = read_filter({"version": 1, "where": node})
    except BadFilter as refused:
        told = (refused.place, refused.remedy)
    else:
        _never_an_injection(tree)
        return
    assert told[0].startswith("where")
    assert told[1]


def _never_an_injection(tree: Group) -> None:
    assert isinstance(tree, Group)
    stored = json.loads(json.dumps(write_filter(tree)))
    assert read_filter(stored) == tree
    condition = compile_filter(tree, Scene(NOW, 1, (2,), {2: (1,), 3: (4, 5)}))
    query = Conversation.objects.filter(condition, shop_id=1).query
    try:
        sql, _ = query.get_compiler("default").as_sql()
    except EmptyResultSet:  # it is known to match nothing
        return
    assert "'" not in sql.replace("''::tsvector", ""), "values travel as parameters"


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(st.lists(_good_conditions(), max_size=4), st.sampled_from(["all", "any", "none"]))
def test_the_database_takes_whatever_was_read(parts: list[Any], kind: str) -> None:
    try:
        tree = read_filter(nodes(*parts, kind=kind))
    except BadFilter:
        return
    condition = compile_filter(tree, Scene(NOW, 1, (2,), {2: (1,)}))
    assert Conversation.objects.filter(condition, shop_id=-1).count() == 0
