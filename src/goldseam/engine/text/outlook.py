"""How the conversation is going to end, read from its words and, with a shop's own model, its facts.

The shipped weights are an expert's, on the course of the mood. A shop's own model
(`goldseam.workshop.train`) is linear too: n-grams of both sides, of their last messages, and bins of
the order's and customer's facts, each with a weight; where they pay, trees over the facts add a part per
fact. Its score is the sum, clipped to 0…1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

from goldseam.engine.facts import Conversation, Message
from goldseam.engine.reading import Emotion, Outlook, Signal
from goldseam.engine.text.marks import SIGN, mark, message_features
from goldseam.engine.text.ngrams import TextModel, known, raw_scores, strongest
from goldseam.engine.text.order_bins import fact_bins
from goldseam.engine.text.order_numbers import fact_numbers
from goldseam.engine.text.tables import OutlookModel, ReadingTables
from goldseam.engine.text.trees import FactTrees, tree_parts

BLOCKS = ("customer", "agent", "last_customer", "last_agent", "last", "shape", "facts")
_LEAST = 0.004
_MOST_TURNS = 40


def outlook_features(
    conversation: Conversation, emotion: Emotion, signals: tuple[Signal, ...]
) -> dict[str, float]:
    """Named numbers about a conversation; all are 0 where nothing was said."""
    roles = [message.role for message in conversation.messages]
    customer = roles.count("customer")
    course = emotion.course
    return {
        "mood_now": float(emotion.intensity) if emotion.label != "grateful" else -float(emotion.intensity),
        "mood_last": course[-1] if course else 0.0,
        "mood_peak": max(course, default=0.0),
        "mood_mean": sum(course) / len(course) if course else 0.0,
        "mood_first": course[0] if course else 0.0,
        "mood_rise": course[-1] - course[0] if len(course) > 1 else 0.0,
        "signals": float(len({signal.code for signal in signals})),
        "customer_turns": math.log1p(customer),
        "unanswered": float(_unanswered(roles)),
    }


def _unanswered(roles: list[str]) -> int:
    """Customer messages at the end that nobody has answered."""
    count = 0
    for role in reversed(roles):
        if role != "customer":
            break
        count += 1
    return min(count, 5)


def outlook_blocks(
    conversation: Conversation, said: Mapping[int, set[str]], tables: ReadingTables
) -> dict[str, set[str]]:
    """The bags of a learned model. `said`: features of customer messages already computed, by index."""
    bags: dict[str, set[str]] = {name: set() for name in BLOCKS}
    last: dict[str, set[str]] = {}
    sides: list[tuple[str, set[str]]] = []
    talk = [(i, m) for i, m in enumerate(conversation.messages) if m.role != "system" and m.text.strip()]
    for index, message in talk[:2] + talk[2:][-_MOST_TURNS:]:
        side = "customer" if message.role == "customer" else "agent"
        found = said.get(index)
        if found is None:
            marked = mark(message.text, tables)
            found = message_features(marked, message.text, tables)
        bags[side] |= found
        sides.append((side, found))
        last[side] = last["last"] = found
    bags["last_customer"] = last.get("customer", set())
    bags["last_agent"] = last.get("agent", set())
    if talk:
        bags["last"] = last["last"] | {"by:" + ("customer" if talk[-1][1].role == "customer" else "agent")}
    bags["shape"] = _shape(talk) | _echoes(sides)
    bags["facts"] = fact_bins(conversation)
    return bags


def _shape(talk: list[tuple[int, Message]]) -> set[str]:
    """How long and by whom, in bins."""
    if not talk:
        return set()
    customer = [len(message.text) for _, message in talk if message.role == "customer"]
    agent = [len(message.text) for _, message in talk if message.role != "customer"]
    return {
        f"turns:{min(len(talk), 10)}",
        f"customer_turns:{min(len(customer), 6)}",
        f"agent_turns:{min(len(agent), 6)}",
        f"customer_length:{min(6, sum(customer) // 40)}",
        f"agent_length:{min(6, sum(agent) // 40)}",
        f"last_length:{min(6, len(talk[-1][1].text) // 15)}",
    }


def _echoes(sides: list[tuple[str, set[str]]]) -> set[str]:
    """Whether someone says the same again, and who spoke how often in a row at the end."""
    bins: set[str] = set()
    for who in ("customer", "agent"):
        own = [found for side, found in sides if side == who]
        if len(own) > 1:
            alike = max(len(own[-1] & other) / (len(own[-1] | other) or 1) for other in own[:-1])
            bins.add(f"{who}_again:{min(5, int(alike * 6))}")
            repeats = sum(len(a & b) > 0.5 * len(a | b) for a, b in pairwise(own))
            bins.add(f"{who}_repeats:{min(3, repeats)}")
    run = 0
    for side, _ in reversed(sides):
        if side != sides[-1][0]:
            break
        run += 1
    if sides:
        bins.add(f"run:{sides[-1][0]}:{min(run, 4)}")
        bins.add("order:" + "".join(side[0] for side, _ in sides[-4:]))
    return bins


def read_outlook(
    conversation: Conversation,
    emotion: Emotion,
    signals: tuple[Signal, ...],
    said: Mapping[int, set[str]],
    tables: ReadingTables,
) -> Outlook:
    """Chance that the customer ends dissatisfied, with its addends."""
    model = tables.outlook
    values = outlook_features(conversation, emotion, signals)
    weights = _weights(model, values)
    if not model.learned:
        score = 1.0 / (1.0 + math.exp(-(model.bias + sum(weights))))
        return Outlook(round(score, 4))
    addends = [
        (name, weight, f"{values[name]:.2f}") for name, weight in zip(model.names, weights, strict=True)
    ]
    bags = outlook_blocks(conversation, said, tables) if model.blocks else {}
    for name, part in model.blocks:
        rows = known(part, bags[name])
        addends.append((name, float(raw_scores(part, rows)[0]), _words(part, rows)))
    bias = model.bias
    if model.trees is not None:
        base, found = _tree_addends(model.trees, conversation)
        bias += base
        addends += found
    total = bias + sum(weight for _, weight, _ in addends)
    score = min(1.0, max(0.0, total))
    return Outlook(round(score, 4), True, _parts(score, bias, addends))


def _tree_addends(trees: FactTrees, conversation: Conversation) -> tuple[float, list[tuple[str, float, str]]]:
    values = fact_numbers(conversation)
    base, parts = tree_parts(trees, values)
    return base, [
        (f"fact_{name}", part, f"{values[name]:.1f}" if name in values else "")
        for name, part in parts.items()
    ]


def _words(part: TextModel, rows: list[int]) -> str:
    """The features of a block that push the score most, for the eye."""
    shown = [name.strip(" ^$<>*") for name in strongest(part, 0, rows)[:12] if not name.startswith(SIGN)]
    return ", ".join([word for word in shown if len(word) > 1][:3])


def _weights(model: OutlookModel, values: Mapping[str, float]) -> list[float]:
    """What each named number adds."""
    return [
        weight * (values[name] - center) / (scale or 1.0)
        for name, weight, center, scale in zip(
            model.names,
            model.weights.tolist(),
            model.centers.tolist(),
            model.scales.tolist(),
            strict=True,
        )
    ]


def _parts(
    score: float, bias: float, addends: list[tuple[str, float, str]]
) -> tuple[tuple[str, float, str], ...]:
    """The addends worth telling; what clipping and small ones leave goes to the base."""
    parts = [(name, round(weight, 4), words) for name, weight, words in addends if abs(weight) >= _LEAST]
    rest = round(score - sum(weight for _, weight, _ in parts), 4)
    return (*parts, ("base", rest, f"{bias:.2f}"))
