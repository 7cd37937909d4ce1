"""The demo shop's conversations: complete, well-formed, and sensible wherever an open one is cut."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from goldseam.conversations.models import Outcome
from goldseam.copilot.codes import ISSUES, REMEDIES
from goldseam.demo.catalogue import goods
from goldseam.demo.dialogues import SLOTS, BrokenScript, Script, _parse, scripts, spoken
from goldseam.demo.orders import STORIES, people, purchases
from goldseam.demo.threads import Threads

FACTS = {slot: f"<{slot}>" for slot in SLOTS}
PICTURES = ("[图片]", "[photo]")
WITHOUT_PARCEL = {"not_shipped", "cancelled"}
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

both = pytest.mark.parametrize("language", ["zh", "en"])


def _begin(script: Script) -> str:
    return f"{script.issue}: {script.lines[0][1]}"


def _fillings(language: str) -> list[tuple[Script, list[tuple[str, str]]]]:
    chance = Random(7)
    return [(script, spoken(script, chance, FACTS)) for script in scripts(language) for _ in range(5)]


@pytest.mark.parametrize(
    ("language", "least_each", "least"), [("zh", 7, 260), ("en", 1, 40)], ids=["zh", "en"]
)
def test_every_issue_is_talked_about(language: str, least_each: int, least: int) -> None:
    count = Counter(script.issue for script in scripts(language))
    assert sum(count.values()) >= least
    assert {issue: count[issue] for issue in ISSUES if count[issue] < least_each} == {}


@both
def test_codes_are_those_of_the_taxonomy(language: str) -> None:
    outcomes = set(Outcome.values) - {""}
    for script in scripts(language):
        assert script.issue in ISSUES, _begin(script)
        assert not script.remedy or script.remedy in REMEDIES, _begin(script)
        assert script.stories <= STORIES.keys(), _begin(script)
        assert {name for name, _ in script.outcomes} <= outcomes, _begin(script)
        assert all(weight > 0 for _, weight in script.outcomes), _begin(script)


@both
def test_named_goods_exist(language: str) -> None:
    for script in scripts(language):
        for beginning in script.goods:
            assert any(good.sku.partition("-")[2].startswith(beginning) for good in goods()), _begin(script)


@both
def test_filled_text_is_clean(language: str) -> None:
    for script, lines in _fillings(language):
        for _, text in lines:
            assert not re.search(r"[{}|]", text), _begin(script)
            assert 0 < len(text.strip()) <= 300, _begin(script)


@both
def test_every_script_is_a_conversation(language: str) -> None:
    for script in scripts(language):
        roles = [role for role, _ in script.lines]
        assert 2 <= len(roles) <= 12, _begin(script)
        assert {"A", "B"} & set(roles), _begin(script)


@both
def test_a_cut_after_any_customer_turn_leaves_somebody_waiting(language: str) -> None:
    """Open conversations stop after one of the customer's turns: the first has to carry the matter at
    once, and an answer must never stand before what it answers."""
    for script in scripts(language):
        roles = [role for role, _ in script.lines]
        first = roles.index("C")
        assert all(role == "S" for role in roles[:first]), _begin(script)
        assert "N" not in roles[: first + 1], _begin(script)


@both
def test_no_customer_says_what_another_says(language: str) -> None:
    said = Counter(text for script in scripts(language) for role, text in script.lines if role == "C")
    assert [text for text, times in said.items() if times > 1 and text not in PICTURES] == []


@both
def test_words_about_a_parcel_only_where_one_exists(language: str) -> None:
    for script in scripts(language):
        if script.needs_parcel():
            assert not script.stories <= WITHOUT_PARCEL, _begin(script)


def test_chinese_shows_all_kinds_of_turns() -> None:
    chinese = scripts("zh")
    with_notes = sum(any(role == "N" for role, _ in script.lines) for script in chinese)
    with_bot = sum(any(role == "B" for role, _ in script.lines) for script in chinese)
    doubled = sum("CC" in "".join(role for role, _ in script.lines) for script in chinese)
    assert with_notes >= 20
    assert with_bot >= 5
    assert doubled >= 25


def test_good_remedies_end_better_than_bare_explanations() -> None:
    def pleased(issue: str, remedy: str) -> float:
        ends: Counter[str] = Counter()
        for script in scripts("zh"):
            if script.issue == issue and script.remedy == remedy:
                ends.update(dict(script.outcomes))
        return (ends["satisfied"] + ends["accepted"]) / ends.total()

    for issue, remedy in (
        ("logistics.lost", "reship"),
        ("logistics.delay", "reship"),
        ("logistics.damaged", "replace"),
        ("product.defect", "replace"),
        ("refund.return", "return_refund"),
    ):
        assert pleased(issue, remedy) > pleased(issue, "explain") + 0.25, issue


def test_alternatives_vary_and_the_same_chance_says_the_same() -> None:
    script = max(scripts("zh"), key=lambda s: sum(text.count("|") for _, text in s.lines))
    assert spoken(script, Random(3), FACTS) == spoken(script, Random(3), FACTS)
    assert len({tuple(spoken(script, Random(seed), FACTS)) for seed in range(10)}) > 3


def test_scripts_play_on_a_whole_shop() -> None:
    chance = Random(11)
    bought = list(purchases(chance, people(chance, 300), 900, NOW))
    threads = Threads(chance, bought, NOW)
    closed, waiting = list(threads.closed(400)), list(threads.open(80))
    assert all(record.closed_at and record.outcome for record in closed)
    assert {record.messages[-1].role for record in waiting} == {"customer"}
    texts = [message.text for record in closed + waiting for message in record.messages]
    assert not [text for text in texts if re.search(r"[{}]", text)]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("= praise | - | -\nC: hi", "a header has"),
        ("= praise | elsewhere | - | satisfied 1\nC: hi", "unknown story 'elsewhere'"),
        ("= praise | - | - | satisfied 1\nC: hi {nobody}", "unknown slot 'nobody'"),
        ("= praise | - | - | satisfied 1\nX: hi", "a line begins with"),
        ("= praise | - | - | satisfied 1\nA: hi", "the customer speaks first"),
    ],
    ids=["header", "story", "slot", "role", "order"],
)
def test_a_broken_script_names_file_and_complaint(content: str, complaint: str) -> None:
    with pytest.raises(BrokenScript, match=rf"^mine\.txt.*{re.escape(complaint)}"):
        list(_parse("mine.txt", content))


def test_every_issue_waits_in_the_demo_inbox() -> None:
    threads = Threads(Random(5), [], NOW)
    waiting = Counter(script.issue for script, _ in threads.open_scripts(72))
    assert waiting.keys() == ISSUES.keys()
    assert min(waiting.values()) >= 2
