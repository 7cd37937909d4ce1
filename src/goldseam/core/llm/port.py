"""What a caller and an endpoint agree on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """Where the model is and what it may cost. `url` empty: no model. `models` names another model for a
    task ("draft"); prices are per million tokens, `daily_cost` in the same currency (0 = no limit), both
    limits are per shop and day (UTC)."""

    url: str = ""
    key: str = ""
    model: str = ""
    models: tuple[tuple[str, str], ...] = ()
    timeout: float = 20.0
    retries: int = 1
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)
    daily_cost: Decimal = Decimal(0)
    daily_calls: int = 2000

    @property
    def on(self) -> bool:
        """Whether a model is set up at all."""
        return bool(self.url and (self.model or self.models))

    def model_for(self, task: str) -> str:
        """The model's name for a task; empty when the task has none."""
        return dict(self.models).get(task, self.model)

    def cost(self, tokens_in: int, tokens_out: int) -> Decimal:
        """What so many tokens cost."""
        return (self.price_in * tokens_in + self.price_out * tokens_out) / 1_000_000


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a model. `system` is ours; `content` carries what customers and articles say, fenced
    as data; `schema` is the JSON schema that the answer must have."""

    task: str
    system: str
    content: str
    schema: Mapping[str, Any]
    max_tokens: int = 600


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back, unjudged."""

    text: str
    tokens_in: int
    tokens_out: int


class LlmUnavailable(Exception):
    """No answer: `reason` is off, budget, circuit, timeout, refused, unreachable, cut_off or failed."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Llm(Protocol):
    """An endpoint. `model` is the name it is asked for."""

    def complete(self, ask: Ask, model: str) -> Completion:
        """The model's answer. Raises LlmUnavailable."""


class NullLlm:
    """The twin of a site without a model: it says so."""

    def complete(self, ask: Ask, model: str) -> Completion:
        """Never answers."""
        raise LlmUnavailable("off")
