"""From text to values: tables of cases, and properties that hold for any input."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldseam.commerce.importing import values
from goldseam.commerce.importing.errors import ValueProblem
from goldseam.commerce.importing.expressions import Expression
from goldseam.commerce.importing.functions import MappingFunctions
from goldseam.commerce.importing.read_delimited import unguarded

SHANGHAI = ZoneInfo("Asia/Shanghai")
FUNCTIONS = MappingFunctions(SHANGHAI, {"status": {"已签收": "delivered"}})
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def evaluate(text: str, context: dict[str, Any]) -> Any:
    return Expression(text, FUNCTIONS)(context)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("¥1,299.00", "1299.00"),
        ("￥1,299", "1299"),
        ("１２．５０", "12.50"),
        ("12.5元", "12.5"),
        ("CNY 12", "12"),
        ("US$ 1,000.5", "1000.5"),
        ("1.299,50 €", "1299.50"),
        ("1 299.00", "1299.00"),
        ("(12.00)", "-12.00"),
        ("-3", "-3"),
        (".5", ".5"),
        (12, "12"),
        (0.1, "0.1"),
    ],
)
def test_money(written: object, amount: str) -> None:
    assert values.to_money(written) == Decimal(amount)


@pytest.mark.parametrize("written", ["abc", "12.5万", "1e5", "1-2", "--1", "1.2.3.", True, [1], {"a": 1}])
def test_no_money(written: object) -> None:
    with pytest.raises(ValueProblem):
        values.to_money(written)


def test_decimal_commas_are_the_mappings_choice() -> None:
    assert values.to_money("1,299") == 1299
    assert values.to_money("1,299", decimal_comma=True) == Decimal("1.299")


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_money_survives_being_written(amount: Decimal) -> None:
    for written in (f"{amount:,.2f}", f"¥{amount:.2f}", f"{amount:.2f} CNY"):
        assert values.to_money(written) == amount


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-11-01 09:30:00", "2026-11-01T01:30:00"),
        ("2026-11-01T09:30:00+08:00", "2026-11-01T01:30:00"),
        ("2026-11-01T01:30:00Z", "2026-11-01T01:30:00"),
        ("2026-10-31 21:30:00 -0400", "2026-11-01T01:30:00"),
        ("2026/11/1 9:30", "2026-11-01T01:30:00"),
        ("2026.11.1", "2026-10-31T16:00:00"),
        ("2026-11-1 9:30:05", "2026-11-01T01:30:05"),
    ],
)
def test_moments(written: str, utc: str) -> None:
    assert values.to_moment(written, (), SHANGHAI) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_moments_survive_being_written(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    expected = whole.replace(tzinfo=SHANGHAI)
    for pattern in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S"):
        written = (
            f"{whole.year:04d}" + whole.strftime(pattern)[4:]
            if whole.year < 1000
            else whole.strftime(pattern)
        )
        assert values.to_moment(written, ("%Y年%m月%d日 %H:%M:%S",), SHANGHAI) == expected


def test_moments_from_numbers() -> None:
    noon = datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert values.from_epoch(noon.timestamp()) == noon
    assert values.from_epoch(str(int(noon.timestamp() * 1000))) == noon
    assert values.from_excel_serial(46327.5, SHANGHAI) == noon
    for wrong in (10**30, -(10**30)):
        with pytest.raises(ValueProblem):
            values.from_epoch(wrong)
        with pytest.raises(ValueProblem):
            values.from_excel_serial(wrong, SHANGHAI)


@given(ANYTHING)
def test_conversions_return_or_refuse_but_never_crash(value: object) -> None:
    conversions = (
        values.to_text,
        values.to_money,
        values.to_integer,
        values.from_epoch,
        lambda v: values.from_excel_serial(v, SHANGHAI),
        lambda v: values.to_moment(v, ("%d.%m.%Y",), SHANGHAI),
    )
    for convert in conversions:
        try:
            found = convert(value)
        except ValueProblem:
            continue
        assert found is None or found == found


@given(ANYTHING, st.text(max_size=5))
def test_functions_return_or_refuse_but_never_crash(value: object, text: str) -> None:
    calls = [
        "number(x)",
        "date(x)",
        "date(x, '%d.%m.%Y')",
        "epoch(x)",
        "excel_date(x)",
        "later(x, `48`)",
        "split(x, ',')",
        "split(x, y)",
        "concat(x, y, x)",
        "default(x, y)",
        "regex(x, '([0-9]+)')",
        "replace(x, '[0-9]', y)",
        "lower(x)",
        "upper(x)",
        "trim(x)",
        "cut(x, `3`)",
        "lookup(x, 'status')",
        "pick(x, y)",
        "entries(x)",
        "times(x, x)",
        "divide(x, x)",
    ]
    for call in calls:
        try:
            evaluate(call, {"x": value, "y": text})
        except ValueProblem:
            continue


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("订单.商品[0].名", "壶"),
        ("concat(省, 市, '-', 无)", "浙江杭州-"),
        ("default(空, 无, 省)", "浙江"),
        ("split('a, b,,c', ',')", ["a", "b", "c"]),
        ("regex(单号, ':([A-Z]+)')", "YT"),
        ("regex(单号, '[0-9]+')", "123"),
        ("regex(单号, 'x')", None),
        ("replace(单号, '^No:', '')", "YT123"),
        ("lookup('已签收', 'status')", "delivered"),
        ("lookup('?', 'status')", None),
        ("pick(图, 市)", 3),
        ("entries(图)", [{"key": "杭州", "value": 3}]),
        ("cut(省, `1`)", "浙"),
        ("divide('10', '4')", 2.5),
        ("divide('10', '0')", None),
        ("times('1,000', `2`)", 2000),
        ("upper('a')", "A"),
        ("lower('A')", "a"),
        ("trim('  ')", None),
    ],
)
def test_functions(expression: str, result: object) -> None:
    context = {
        "省": "浙江",
        "市": "杭州",
        "空": " ",
        "单号": "No:YT123",
        "图": {"杭州": 3, "_内": 1},
        "订单": {"商品": [{"名": "壶"}]},
    }
    assert evaluate(expression, context) == result


def test_later_counts_hours() -> None:
    start = datetime(2026, 11, 1, 1, 30, tzinfo=UTC)
    assert evaluate("later(x, `48`)", {"x": "2026-11-01 09:30:00"}) == start + timedelta(hours=48)


@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True))
def test_guards_around_numbers_go(digits: str) -> None:
    assert unguarded(f'="{digits}"') == digits
    assert unguarded(f"'{digits}") == digits
    assert unguarded(digits) == digits


@pytest.mark.parametrize("cell", ["=1+1", "'tis", "=", "'", "", '="a', "a'1"])
def test_other_cells_stay(cell: str) -> None:
    assert unguarded(cell) == cell


@pytest.mark.parametrize(
    ("number", "text"), [(3.0, "3"), (3.5, "3.5"), (7, "7"), (True, "true"), (" a ", "a")]
)
def test_text(number: object, text: str) -> None:
    assert values.to_text(number) == text


@pytest.mark.parametrize("value", [1e15, 2680011223344556677.0, 10**100, [1], {"a": 1}])
def test_no_text(value: object) -> None:
    with pytest.raises(ValueProblem):
        values.to_text(value)
