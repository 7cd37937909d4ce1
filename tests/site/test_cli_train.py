"""A shop's own closed conversations become lessons, and lessons a model."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
import typer
from django.utils import timezone
from typer.testing import CliRunner

from goldseam.conversations.models import Conversation, Message, Outcome, Status, Survey
from goldseam.copilot.actions import assess
from goldseam.copilot.teaching import lessons
from goldseam.people.models import Shop
from goldseam.site.cli_train import app, write_lessons
from goldseam.workshop.labelled import read_labelled
from goldseam.workshop.train import train

COUNT = 60


@pytest.fixture
def shop(db: None) -> Shop:
    """In this shop looking a stalled parcel up settles it, and asking the carrier does not."""
    shop = Shop.objects.create(name="Teaching", slug="teaching")
    begun = timezone.now() - timedelta(days=COUNT)
    for number in range(COUNT):
        lookup = number % 2 == 0
        _closed(
            shop, number, begun + timedelta(days=number), "lookup" if lookup else "expedite", content=lookup
        )
    return shop


def _closed(shop: Shop, number: int, at: datetime, remedy: str, *, content: bool) -> Conversation:
    row = Conversation.objects.create(
        shop=shop,
        external_id=f"t-{number}",
        status=Status.CLOSED,
        created_at=at,
        last_message_at=at + timedelta(hours=2),
        closed_at=at + timedelta(hours=3),
        outcome=Outcome.SATISFIED if content else Outcome.UNSATISFIED,
        remedy=remedy,
        issue="logistics.delay",
        issue_corrected=number % 3 == 0,
    )
    said = [
        ("customer", "快递停了三天了,怎么还没到", at, ""),
        ("agent", "我为您处理", at + timedelta(hours=1), remedy),
        ("customer", "好的谢谢" if content else "没有用,差评", at + timedelta(hours=2), ""),
    ]
    for role, text, moment, named in said:
        Message.objects.create(conversation=row, role=role, text=text, at=moment, remedy=named)
    return row


def test_a_remedy_is_learned_as_things_stood_when_it_was_offered(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "lessons.jsonl"
    assert write_lessons("teaching", "remedies", path) == COUNT
    items, bad = read_labelled(path, "remedies")
    assert not bad
    assert {(item.code, item.value) for item in items} == {("lookup", 1.0), ("expedite", 0.0)}
    assert all([m.text for m in i.conversation.messages] == ["快递停了三天了,怎么还没到"] for i in items)
    result = train("remedies", path, tmp_path / "out")
    assert result.taken
    assert result.report["new"]["auc"] > result.report["old"]["auc"]


def test_a_kept_decision_shows_the_facts_of_its_moment(shop: Shop) -> None:
    row = Conversation.objects.get(external_id="t-0")
    first = row.messages.order_by("at")[0]
    assess(row, now=first.at + timedelta(minutes=1))
    row.decisions.update(made_at=first.at + timedelta(minutes=1))
    (mine,) = [one for one in lessons(shop.pk, "remedies") if one["conversation"]["id"] == "t-0"]
    assert mine["conversation"]["now"] == row.decisions.get().facts["now"]
    assert "remedy_records" not in mine["conversation"]


def test_what_a_survey_says_counts_more_than_the_outcome_noted(shop: Shop) -> None:
    row = Conversation.objects.get(external_id="t-0")
    now = timezone.now()
    Survey.objects.create(conversation=row, sent_at=now, expires_at=now, score=2, answered_at=now)
    (mine,) = [one for one in lessons(shop.pk, "risk") if one["conversation"]["id"] == "t-0"]
    assert mine["label"] == {"risk": 0.75}
    assert len(mine["conversation"]["messages"]) == 3


def test_only_issues_that_a_person_stood_for_are_lessons(shop: Shop) -> None:
    told = list(lessons(shop.pk, "issue"))
    assert len(told) == COUNT // 3
    assert {one["label"]["issue"] for one in told} == {"logistics.delay"}


def test_open_and_unrated_conversations_teach_nothing(shop: Shop) -> None:
    Conversation.objects.filter(external_id="t-0").update(status=Status.OPEN)
    Conversation.objects.filter(external_id="t-1").update(outcome=Outcome.UNKNOWN)
    ids = {one["conversation"]["id"] for one in lessons(shop.pk, "risk")}
    assert len(ids) == COUNT - 2
    assert not ids & {"t-0", "t-1"}


def test_another_shop_teaches_nothing_here(shop: Shop) -> None:
    other = Shop.objects.create(name="Other", slug="other")
    assert list(lessons(other.pk, "risk")) == []


def test_the_command_asks_for_what_it_needs(tmp_path: Path) -> None:
    runner = CliRunner()
    nothing = runner.invoke(app, ["train", "--out", str(tmp_path), "--task", "risk"])
    assert nothing.exit_code == 2
    assert "--from-shop" in nothing.stderr
    data = tmp_path / "lines.jsonl"
    data.write_bytes(orjson.dumps({}))
    both = ["train", "--out", str(tmp_path), "--task", "risk", "--data", str(data), "--from-shop", "x"]
    assert runner.invoke(app, both).exit_code == 2


@pytest.mark.parametrize(
    ("slug", "task", "told"), [("nobody", "risk", "nobody"), ("teaching", "mood", "--data")]
)
def test_a_wrong_shop_or_task_is_named(
    shop: Shop, slug: str, task: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        write_lessons(slug, task, tmp_path / "lessons.jsonl")
    assert told in capsys.readouterr().err
