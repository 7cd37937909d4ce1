"""The port to language models: on, off, too dear, too broken, over the real client and a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from goldseam.core.llm.calls import Answer, Judged, ask_model, rate_call
from goldseam.core.llm.port import Ask, LlmSettings
from goldseam.core.models import LlmCall
from tests.core.llm_server import Endpoint, endpoint

pytestmark = pytest.mark.django_db(transaction=True)
SHOP = 7
SCHEMA = {"type": "object", "properties": {"reply": {"type": "string"}}, "required": ["reply"]}
ASK = Ask("draft", "You word texts.", "=====\nhello\n=====", SCHEMA, max_tokens=50)


def good(_: dict) -> tuple[int, str]:
    return 200, json.dumps({"reply": "hello there"})


@pytest.fixture
def twin(settings) -> Iterator[Endpoint]:
    with endpoint(good) as server:
        settings.LLM = LlmSettings(
            url=server.url,
            key="k-secret",
            model="m-1",
            models=(("summary", "m-2"),),
            retries=0,
            timeout=2,
            price_in=Decimal(10),
            price_out=Decimal(20),
        )
        yield server


def ask(task: str = "draft", judged: Judged[str] | None = None) -> Answer[str]:
    question = Ask(task, ASK.system, ASK.content, ASK.schema, ASK.max_tokens)
    return ask_model(
        SHOP, "conversation-1", question, lambda text: judged or Judged(json.loads(text)["reply"])
    )


def last() -> LlmCall:
    return LlmCall.objects.latest("pk")


def test_without_a_model_nothing_is_asked_and_nothing_written():
    assert ask() == Answer(None, reason="off")
    assert not LlmCall.objects.exists()


def test_an_answer_is_judged_paid_and_written_down(twin: Endpoint):
    found = ask()
    call = last()
    assert (found.value, found.call_id) == ("hello there", call.pk)
    assert (call.state, call.model, call.task, call.subject) == ("used", "m-1", "draft", "conversation-1")
    assert (call.tokens_in, call.tokens_out, call.cost) == (100, 20, Decimal("0.0014"))
    assert call.latency_ms is not None
    assert call.answer == json.dumps({"reply": "hello there"})
    body = twin.asked[0]
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert (body["max_tokens"], body["temperature"]) == (50, 0)
    assert twin.keys == ["Bearer k-secret"]


def test_a_task_may_have_a_model_of_its_own(twin: Endpoint):
    ask("summary")
    assert twin.asked[0]["model"] == "m-2"


def test_what_the_judge_refuses_is_not_used_but_paid(twin: Endpoint):
    found = ask(judged=Judged(None, ("added", "number")))
    assert (found.value, found.reason, found.problems) == (None, "judged", ("added", "number"))
    assert (last().state, last().problems) == ("refused", ["added", "number"])
    assert last().cost > 0


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (500, "{}", "failed"),
        (429, "{}", "failed"),
        (401, "{}", "refused"),
        (400, "{}", "refused"),
        (404, "{}", "refused"),
        (200, "CUT:{", "cut_off"),
    ],
)
def test_a_failing_endpoint_costs_nothing_and_says_why(twin: Endpoint, status: int, text: str, reason: str):
    twin.answer = lambda _: (status, text)
    assert ask().reason == reason
    assert (last().state, last().error, last().cost) == ("failed", reason, 0)


def test_a_slow_endpoint_is_given_up(twin: Endpoint, settings):
    settings.LLM = LlmSettings(url=twin.url, model="m", retries=0, timeout=0.2)
    twin.hold.clear()
    assert ask().reason == "timeout"


def test_an_endpoint_that_is_not_there(settings):
    settings.LLM = LlmSettings(url="http://127.0.0.1:9/v1", model="m", retries=0, timeout=1)
    assert ask().reason == "unreachable"


def test_a_failed_call_is_tried_again_as_often_as_set(twin: Endpoint, settings):
    settings.LLM = LlmSettings(url=twin.url, model="m", retries=1, timeout=5)
    turns = iter([(503, "{}"), good({})])
    twin.answer = lambda _: next(turns)
    assert ask().value == "hello there"
    assert len(twin.asked) == 2


def test_the_days_budget_is_not_passed(twin: Endpoint, settings):
    settings.LLM = LlmSettings(
        url=twin.url, model="m", retries=0, price_out=Decimal(1000), daily_cost=Decimal("0.06")
    )
    assert ask().value == "hello there"  # reserves 0.05, costs 0.02
    assert ask().reason == "budget"  # 0.02 + 0.05 > 0.06
    assert (last().state, last().cost) == ("not_made", 0)
    assert len(twin.asked) == 1
    LlmCall.objects.update(at=timezone.now() - timedelta(days=1))
    assert ask().value == "hello there"


def test_the_days_calls_are_not_passed_and_each_shop_has_its_own(twin: Endpoint, settings):
    settings.LLM = LlmSettings(url=twin.url, model="m", retries=0, daily_calls=1)
    assert ask().value
    assert ask().reason == "budget"
    assert ask_model(SHOP + 1, "conversation-2", ASK, lambda text: Judged(text)).value


def test_callers_at_once_cannot_pass_the_budget_together(twin: Endpoint, settings):
    settings.LLM = LlmSettings(url=twin.url, model="m", retries=0, daily_calls=3)
    reasons: list[str] = []

    def call() -> None:
        reasons.append(ask().reason)
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reasons) == [""] * 3 + ["budget"] * 5


def test_the_fuse_blows_rests_and_one_call_tries(twin: Endpoint):
    twin.answer = lambda _: (500, "{}")
    assert [ask().reason for _ in range(5)] == ["failed"] * 4 + ["circuit"]
    assert len(twin.asked) == 4
    LlmCall.objects.update(at=timezone.now() - timedelta(seconds=61))
    twin.answer = good
    assert ask().value == "hello there"
    assert ask().value == "hello there"


def test_refusals_do_not_blow_the_fuse(twin: Endpoint):
    twin.answer = lambda _: (400, "{}")
    assert [ask().reason for _ in range(6)] == ["refused"] * 6


def test_a_thumb_is_kept_with_the_call_of_the_own_shop(twin: Endpoint):
    ask()
    assert not rate_call(SHOP + 1, last().pk, "good")
    assert rate_call(SHOP, last().pk, "good")
    assert last().rating == "good"
