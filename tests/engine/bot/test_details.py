"""Addresses, phones and invoice titles as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from goldseam.engine.bot.changes import beyond, complete, details_of
from goldseam.engine.bot.facts import Proposal, State, read_state
from goldseam.engine.bot.wait import Hours, wait_words
from goldseam.workshop.load_bot import load_bot

TABLES = load_bot()
NOW = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("收货地址改成浙江省杭州市西湖区文三路99号2幢301", {"address": "浙江省杭州市西湖区文三路99号2幢301"}),
        (
            "上海市浦东新区张江路88号 电话13912345678",
            {"address": "上海市浦东新区张江路88号 电话", "phone": "13912345678"},
        ),
        ("电话换成13912345678", {"phone": "13912345678"}),
        ("change the address to 12 Mill Road, Leeds", {"address": "12 Mill Road, Leeds"}),
        ("改一下地址", {}),
        ("地址不对", {}),
        ("我要改地址,在哪里改", {}),
        ("13912", {}),
        ("我住三楼", {}),
    ],
)
def test_a_new_delivery(text: str, wanted: dict[str, str]) -> None:
    found = details_of("change_order", text, TABLES)
    assert found.keys() == wanted.keys()
    assert all(found[name].startswith(value[:12]) for name, value in wanted.items())
    assert complete("change_order", found) == bool(wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("个人", {"title": "个人"}),
        ("抬头个人,谢谢", {"title": "个人"}),
        ("personal please", {"title": "personal"}),
        (
            "开发票,抬头杭州青山科技有限公司,税号91330100MA2ABCDE1X",
            {"title": "杭州青山科技有限公司", "tax": "91330100MA2ABCDE1X"},
        ),
        ("公司", {}),
        ("怎么开发票", {}),
        ("91330100MA2ABCDE1X", {"tax": "91330100MA2ABCDE1X"}),
    ],
)
def test_an_invoice_title(text: str, wanted: dict[str, str]) -> None:
    assert details_of("issue_invoice", text, TABLES) == wanted
    assert complete("issue_invoice", wanted) == ("title" in wanted)


def test_cancelling_needs_nothing_and_other_changes_are_for_people() -> None:
    assert complete("cancel_order", {})
    assert beyond("change_order", "换个颜色", TABLES)
    assert not beyond("change_order", "换个地址", TABLES)
    assert not beyond("cancel_order", "换个颜色", TABLES)


def test_the_memory_survives_the_database() -> None:
    proposal = Proposal("p-1", "change_order", "88", {"phone": "139"}, NOW, pressed=2)
    state = State(topic="order.change", told=("a", "b"), turns=3, proposal=proposal)
    assert read_state(state.as_json()) == state
    assert read_state({}) == State()


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (Hours(minutes=15), "15 分钟"),
        (Hours(minutes=120, ahead=3), "前面还有 3 位"),
        (Hours(), "会在这里接着说"),
        (Hours(is_open=False, back_at=datetime(2026, 12, 1, 1, 30, tzinfo=UTC)), "12月1日 01:30"),
        (Hours(is_open=False, minutes=15), "会在这里接着说"),
    ],
)
def test_the_wait_is_told_and_never_made_up(hours: Hours, words: str) -> None:
    assert words in wait_words(hours, NOW, TABLES.sayings["zh"])


def test_both_languages_say_the_same_things() -> None:
    zh, en = TABLES.sayings["zh"], TABLES.sayings["en"]
    assert zh.lines.keys() == en.lines.keys()
    for key, line in zh.lines.items():
        holes = {part.split("}")[0] for part in line.split("{")[1:]}
        assert holes == {part.split("}")[0] for part in en.lines[key].split("{")[1:]}, key
