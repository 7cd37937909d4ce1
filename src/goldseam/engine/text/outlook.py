"""How the conversation is going to end, from its words: additive evidence and a logistic link.

The shipped weights are an expert's, on features that any shop has; a shop's own model adds n-grams of
both sides and its own weights (`goldseam.workshop.train`).
"""

from __future__ import annotations

import math

from goldseam.engine.facts import Conversation
from goldseam.engine.reading import Emotion, Outlook, Signal
from goldseam.engine.text.tables import OutlookModel, ReadingTables

_SHARE = 0.01


def outlook_features(
    conversation: Conversation, emotion: Emotion, signals: tuple[Signal, ...]
) -> dict[str, float]:
    """Named numbers about a conversation; all are 0 where nothing was said."""
    roles = [message.role for message in conversation.messages]
    customer = roles.count("customer")
    others = len(roles) - customer - roles.count("system")
    course = emotion.course
    gap = _unanswered(roles)
    return {
        "mood_now": float(emotion.intensity) if emotion.label != "grateful" else -float(emotion.intensity),
        "mood_peak": max(course, default=0.0),
        "mood_first": course[0] if course else 0.0,
        "mood_rise": course[-1] - course[0] if len(course) > 1 else 0.0,
        "signals": float(len({signal.code for signal in signals})),
        "customer_turns": math.log1p(customer),
        "agent_turns": math.log1p(others),
        "unanswered": float(gap),
    }


def _unanswered(roles: list[str]) -> int:
    """Customer messages at the end that nobody has answered."""
    count = 0
    for role in reversed(roles):
        if role != "customer":
            break
        count += 1
    return min(count, 5)


def read_outlook(
    conversation: Conversation, emotion: Emotion, signals: tuple[Signal, ...], tables: ReadingTables
) -> Outlook:
    """Probability that the customer ends dissatisfied, with its addends."""
    model = tables.outlook
    values = outlook_features(conversation, emotion, signals)
    addends = _addends(model, values)
    score = 1.0 / (1.0 + math.exp(-(model.bias + sum(weight for _, weight in addends))))
    return Outlook(round(score, 4), model.learned, _parts(score, addends, values))


def _addends(model: OutlookModel, values: dict[str, float]) -> list[tuple[str, float]]:
    return [
        (name, float(weight) * (values.get(name, 0.0) - float(center)) / float(scale or 1.0))
        for name, weight, center, scale in zip(
            model.names, model.weights, model.centers, model.scales, strict=True
        )
    ]


def _parts(
    score: float, addends: list[tuple[str, float]], values: dict[str, float]
) -> tuple[tuple[str, float, str], ...]:
    """Shares of the score in proportion to what pushes it up; they sum to it."""
    push = [(name, weight) for name, weight in addends if weight > _SHARE]
    total = sum(weight for _, weight in push)
    if not push or total <= 0:
        return (("base", round(score, 4), ""),)
    parts = [
        (name, round(score * weight / total, 4), f"{values.get(name, 0.0):.2f}") for name, weight in push
    ]
    drift = round(score, 4) - sum(weight for _, weight, _ in parts)
    name, weight, evidence = parts[0]
    parts[0] = (name, round(weight + drift, 4), evidence)
    return tuple(parts)
