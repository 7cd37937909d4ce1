"""Asking with a purse and a fuse: every call is paid for before it is made, written down, and judged.

The cost is reserved under the shop's turn before the endpoint is asked, so callers that run at once
cannot pass the day's budget together, and a process that dies has paid. The fuse is the log itself: when
the latest calls of a model all failed for technical reasons, none is made for a while, then one tries.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from goldseam.core.llm.endpoint import llm, llm_settings
from goldseam.core.llm.port import Ask, Completion, LlmSettings, LlmUnavailable
from goldseam.core.locks import take_turns
from goldseam.core.models import LlmCall

_FUSE_CALLS = 4
_FUSE_WINDOW = timedelta(minutes=10)
_FUSE_REST = timedelta(seconds=60)
_TECHNICAL = ("timeout", "unreachable", "failed")
_BYTES_PER_TOKEN = 3
"""A Han sign has three bytes and costs about a token; so the estimate errs upwards for other scripts."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Judged(Generic[Value]):
    """What a judge makes of a completion: the value, or None and the problems' codes."""

    value: Value | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer(Generic[Value]):
    """The judged value, or None with the `reason`: one of LlmUnavailable's, or "judged" with `problems`."""

    value: Value | None
    call_id: int | None = None
    reason: str = ""
    problems: tuple[str, ...] = ()


def ask_model(shop_id: int, subject: str, ask: Ask, judge: Callable[[str], Judged[Value]]) -> Answer[Value]:
    """Ask the site's model and judge what it says. Never raises for what the endpoint does: without a usable
    answer the value is None. Not to be called inside a transaction: it waits for the network."""
    given = llm_settings()
    model = given.model_for(ask.task)
    if not given.on or not model:
        return Answer(None, reason="off")
    call = _reserve(shop_id, subject, ask, model, given)
    if call.state == LlmCall.State.NOT_MADE:
        return Answer(None, call.pk, call.error)
    started = time.perf_counter()
    try:
        completion = llm().complete(ask, model)
    except LlmUnavailable as error:
        _finish(call, started, LlmCall.State.FAILED, error=error.reason, detail=error.detail)
        return Answer(None, call.pk, error.reason)
    judged = judge(completion.text)
    verdict = LlmCall.State.USED if judged.value is not None else LlmCall.State.REFUSED
    _finish(call, started, verdict, completion=completion, problems=judged.problems)
    reason = "" if judged.value is not None else "judged"
    return Answer(judged.value, call.pk, reason, judged.problems)


def rate_call(shop_id: int, call_id: int, verdict: str) -> bool:
    """A person's thumb on one use, "good" or "bad"; whether there was such a call."""
    return bool(LlmCall.objects.filter(shop_id=shop_id, pk=call_id).update(rating=verdict))


def _reserve(shop_id: int, subject: str, ask: Ask, model: str, given: LlmSettings) -> LlmCall:
    now = timezone.now()
    expected = len((ask.system + ask.content).encode()) // _BYTES_PER_TOKEN
    call = LlmCall(
        shop_id=shop_id,
        task=ask.task,
        model=model,
        subject=subject,
        prompt=ask.content,
        tokens_in=expected,
        tokens_out=ask.max_tokens,
        cost=given.cost(expected, ask.max_tokens),
    )
    with transaction.atomic():
        take_turns(f"llm-{shop_id}")
        call.error = _refusal(shop_id, model, call.cost, now, given)
        if call.error:
            call.state, call.cost = LlmCall.State.NOT_MADE, Decimal(0)
            call.tokens_in = call.tokens_out = 0
        call.save()
    return call


def _refusal(shop_id: int, model: str, cost: Decimal, now: datetime, given: LlmSettings) -> str:
    """Why the call may not be made; empty when it may."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    made = LlmCall.objects.filter(shop_id=shop_id, at__gte=midnight).exclude(state=LlmCall.State.NOT_MADE)
    spent = made.aggregate(calls=Count("pk"), cost=Sum("cost"))
    if spent["calls"] >= given.daily_calls:
        return "budget"
    if given.daily_cost and (spent["cost"] or 0) + cost > given.daily_cost:
        return "budget"
    latest = (
        LlmCall.objects.filter(model=model, at__gte=now - _FUSE_WINDOW)
        .exclude(state=LlmCall.State.NOT_MADE)
        .order_by("-pk")[:_FUSE_CALLS]
    )
    blown = [c for c in latest if c.state == LlmCall.State.FAILED and c.error in _TECHNICAL]
    if len(blown) == _FUSE_CALLS and now - blown[0].at < _FUSE_REST:
        return "circuit"
    return ""


def _finish(
    call: LlmCall,
    started: float,
    state: str,
    *,
    completion: Completion | None = None,
    error: str = "",
    detail: str = "",
    problems: tuple[str, ...] = (),
) -> None:
    call.state, call.error, call.detail, call.problems = state, error, detail[:300], list(problems)
    call.latency_ms = round((time.perf_counter() - started) * 1000)
    if completion is not None:
        call.answer = completion.text
        if completion.tokens_in or completion.tokens_out:
            call.tokens_in, call.tokens_out = completion.tokens_in, completion.tokens_out
            call.cost = llm_settings().cost(completion.tokens_in, completion.tokens_out)
    else:
        call.tokens_out, call.cost = 0, Decimal(0)
    call.save()
