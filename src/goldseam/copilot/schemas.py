"""The assess contract's shapes, for the API's description. The engine's own parser reads the input, so
that every door names errors alike."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Field, Schema

MOMENT = "ISO 8601 with offset"


class MessageIn(Schema):
    """One utterance."""

    role: Literal["customer", "agent", "bot", "system"]
    text: str
    at: str | None = Field(None, description=MOMENT)


class CustomerIn(Schema):
    """Who writes."""

    id: str | None = None
    tier: str | None = None
    orders_365d: int | None = None
    spend_365d: float | None = None
    contacts_30d: int | None = None
    complaints_365d: int | None = None
    refunds_365d: int | None = None


class ItemIn(Schema):
    """One order line; `price` per piece."""

    sku: str | None = None
    title: str | None = None
    quantity: int | None = None
    price: float | None = None


class ScanIn(Schema):
    """One carrier event."""

    at: str | None = Field(None, description=MOMENT)
    status: str | None = None
    location: str | None = None
    text: str | None = None


class ShipmentIn(Schema):
    """A parcel."""

    carrier: str | None = None
    tracking_no: str | None = None
    events: list[ScanIn] | None = None


class OrderIn(Schema):
    """An order with its promises."""

    id: str
    status: str | None = None
    placed_at: str | None = None
    promised_ship_by: str | None = None
    promised_delivery_by: str | None = None
    delivered_at: str | None = None
    currency: str | None = None
    total: float | None = None
    payment_method: str | None = None
    items: list[ItemIn] | None = None
    shipment: ShipmentIn | None = None


class PromiseIn(Schema):
    """What the shop promised in this conversation, and what became of it."""

    kind: str = Field(min_length=1)
    text: str | None = None
    due: str | None = Field(None, description=MOMENT)
    state: Literal["open", "kept", "broken", "withdrawn"] | None = None


class ConversationIn(Schema):
    """A conversation with the facts around it. Unknown keys are ignored, optional ones may be missing."""

    id: str = Field(min_length=1)
    now: str | None = Field(None, description=MOMENT)
    locale: str | None = None
    messages: list[MessageIn]
    customer: CustomerIn | None = None
    orders: list[OrderIn] | None = None
    promises: list[PromiseIn] | None = None


class AuthorIn(Schema):
    """Who wrote the text; `limit` is the amount they may grant alone."""

    role: str | None = None
    limit: float | None = None


class ReplyIn(Schema):
    """An outgoing text; without a conversation only the text and the author's limit are judged."""

    id: str = Field(min_length=1)
    text: str
    author: AuthorIn | None = None
    conversation: ConversationIn | None = None


class AlternativeOut(Schema):
    """Another issue it could be."""

    code: str
    confidence: float


class IssueOut(AlternativeOut):
    """The primary issue."""

    alternatives: list[AlternativeOut]


class EmotionOut(Schema):
    """The mood now; intensity 0 none … 3 extreme."""

    label: str
    intensity: int
    keywords: list[str]


class SignalOut(Schema):
    """A danger sign with the words that raised it."""

    code: str
    evidence: str


class EntitiesOut(Schema):
    """Things named in the messages."""

    order_ids: list[str]
    tracking_nos: list[str]
    skus: list[str]
    amounts: list[float]
    dates: list[str]
    phones: list[str]


class LiabilityOut(Schema):
    """A hypothesis with evidence."""

    party: str
    confidence: float
    evidence: list[str]


class FactorOut(Schema):
    """One addend of the risk."""

    code: str
    weight: float
    evidence: str


class RiskOut(Schema):
    """The probability of a complaint, dispute or bad review."""

    score: float
    level: str
    factors: list[FactorOut]


class HandoverOut(Schema):
    """Whether a person must take over."""

    needed: bool
    reason: str | None


class RemedyOut(Schema):
    """One thing to do, best first."""

    code: str
    score: float
    amount: float | None
    currency: str | None
    needs_approval: bool
    policy: str
    why: list[str]


class DraftOut(Schema):
    """A proposed reply."""

    text: str
    source: str


class ModelOut(Schema):
    """What made the assessment."""

    engine: str
    issue: str
    policy_pack: str


class AssessmentOut(Schema):
    """The whole answer."""

    id: str
    language: str
    issue: IssueOut
    emotion: EmotionOut
    signals: list[SignalOut]
    entities: EntitiesOut
    order_id: str | None
    liability: LiabilityOut
    risk: RiskOut
    priority: str
    handover: HandoverOut
    remedies: list[RemedyOut]
    draft: DraftOut
    model: ModelOut
    elapsed_ms: float


class CommitmentOut(Schema):
    """Something the text promises, where it stands, and whether it may be promised."""

    kind: str
    span: list[int]
    text: str
    due: str | None
    amount: float | None
    verdict: str
    why: str
    policy: str | None
    rewrite: str | None


class ToneOut(Schema):
    """Words that will hurt, why, and what to say instead."""

    kind: str
    span: list[int]
    why: str
    rewrite: str


class CheckedReplyOut(Schema):
    """The judged text; `verdict` is the worst of its parts."""

    id: str
    commitments: list[CommitmentOut]
    tone: list[ToneOut]
    verdict: str
    elapsed_ms: float


class InvalidProblem(Schema):
    """Where the input breaks the contract, and how."""

    path: str
    message: str


class InvalidOut(Schema):
    """The contract's answer to a line that is not a valid conversation."""

    id: Any = None
    error: InvalidProblem


def request_body(schema: type[Schema]) -> dict[str, Any]:
    """An operation's `openapi_extra`: the body has this shape, but the engine's parser reads it."""
    inlined = _inline(schema.model_json_schema())
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": inlined}}}}


def _inline(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its definitions put where they are used; it holds no cycles."""
    definitions = schema.pop("$defs", {})

    def resolve(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return resolve(definitions[value["$ref"].rsplit("/", 1)[1]])
            return {key: resolve(item) for key, item in value.items()}
        return [resolve(item) for item in value] if isinstance(value, list) else value

    resolved: dict[str, Any] = resolve(schema)
    return resolved
