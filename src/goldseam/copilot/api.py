"""The assess contract over HTTP, and the assessments that were kept."""

from __future__ import annotations

import time
from typing import Any

import orjson
from django.http import HttpResponse
from ninja import Router

from goldseam.conversations.queries import find_conversation
from goldseam.copilot.engine import assess_facts
from goldseam.copilot.queries import latest_decision
from goldseam.copilot.schemas import AssessmentOut, ConversationIn, InvalidOut, request_body
from goldseam.core.api import ERRORS, ApiRequest, needs
from goldseam.core.errors import NotFound
from goldseam.engine.parse import InvalidConversation, parse_conversation

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
    started = time.perf_counter()
    data: Any = None
    try:
        data = _json(request.body)
        assessment = assess_facts(parse_conversation(data))
    except InvalidConversation as error:
        identifier = data.get("id") if isinstance(data, dict) else None
        body = {"id": identifier, "error": {"path": error.path, "message": error.message}}
        return _answer(body, 422)
    elapsed = (time.perf_counter() - started) * 1000
    return _answer(assessment.as_contract(round(elapsed, 2)), 200)


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


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidConversation("", f"is not JSON: {error}") from error


def _answer(body: dict[str, Any], status: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")
