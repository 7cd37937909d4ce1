"""The assess contract over HTTP, and the assessments that were kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import orjson
from django.http import HttpResponse
from ninja import Router

from goldseam.conversations.queries import find_conversation
from goldseam.copilot.engine import assess_facts, check_text
from goldseam.copilot.queries import latest_decision
from goldseam.copilot.schemas import (
    AssessmentOut,
    CheckedReplyOut,
    ConversationIn,
    InvalidOut,
    ReplyIn,
    request_body,
)
from goldseam.core.api import ERRORS, ApiRequest, needs
from goldseam.core.errors import NotFound
from goldseam.engine.parse import InvalidConversation, parse_conversation
from goldseam.engine.reply.request import parse_reply

router = Router(tags=["copilot"])


@router.post(
    "/assess",
    response={200: AssessmentOut, **ERRORS, 422: InvalidOut},
    operation_id="assess",
    openapi_extra=request_body(ConversationIn),
)
@needs("assess")
def assess(request: ApiRequest) -> Any:
    """One conversation in, one assessment out; nothing is stored. What breaks the contract is answered
    with 422 and the contract's {"id", "error": {"path", "message"}}."""
    return _contract(request.body, lambda data: assess_facts(parse_conversation(data), request.auth.shop_id))


@router.post(
    "/check-reply",
    response={200: CheckedReplyOut, **ERRORS, 422: InvalidOut},
    operation_id="check_reply",
    openapi_extra=request_body(ReplyIn),
)
@needs("assess")
def check_reply(request: ApiRequest) -> Any:
    """An outgoing text is read for promises and tone; nothing is stored."""
    return _contract(request.body, lambda data: check_text(parse_reply(data), request.auth.shop_id))


@router.get(
    "/conversations/{external_id}/assessment",
    response={200: AssessmentOut, **ERRORS},
    operation_id="get_assessment",
)
@needs("conversations:read")
def get_assessment(request: ApiRequest, external_id: str) -> Any:
    """The newest assessment of a conversation."""
    conversation = find_conversation(request.auth.shop_id, external_id)
    decision = latest_decision(conversation.pk)
    if decision is None:
        raise NotFound("This conversation has not been assessed yet.")
    return _answer(decision.assessment, 200)


class _Answer(Protocol):
    def as_contract(self, elapsed_ms: float) -> dict[str, Any]: ...


def _contract(body: bytes, answer: Callable[[Any], _Answer]) -> HttpResponse:
    """The contract's rules for one input: an answer, or where and how the input is wrong."""
    started = time.perf_counter()
    data: Any = None
    try:
        data = _json(body)
        found = answer(data)
    except InvalidConversation as error:
        identifier = data.get("id") if isinstance(data, dict) else None
        problem = {"path": error.path, "message": error.message}
        return _answer({"id": identifier, "error": problem}, 422)
    return _answer(found.as_contract(round((time.perf_counter() - started) * 1000, 2)), 200)


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidConversation("", f"is not JSON: {error}") from error


def _answer(body: dict[str, Any], status: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")
