"""What the model is asked: our instructions, and everything that others wrote fenced as data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goldseam.engine.facts import Message
from goldseam.engine.wording.mask import Masking

TASKS = ("draft", "rewrite", "summary", "answer")
_LATEST = 20
_LONGEST_MESSAGE = 600
_LONGEST_ARTICLE = 1500

_TEXT: Mapping[str, Any] = {"type": "string"}
_LINE: Mapping[str, Any] = {
    "type": "object",
    "properties": {"text": _TEXT, "messages": {"type": "array", "items": {"type": "integer"}}},
    "required": ["text", "messages"],
    "additionalProperties": False,
}
_REPLY: Mapping[str, Any] = {
    "type": "object",
    "properties": {"reply": _TEXT},
    "required": ["reply"],
    "additionalProperties": False,
}
SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "draft": _REPLY,
    "rewrite": _REPLY,
    "summary": {
        "type": "object",
        "properties": {
            "need": _LINE,
            "done": {"type": "array", "items": _LINE},
            "open": {"type": "array", "items": _LINE},
            "next": _LINE,
        },
        "required": ["need", "done", "open", "next"],
        "additionalProperties": False,
    },
    "answer": {
        "type": "object",
        "properties": {"answer": _TEXT, "citations": {"type": "array", "items": {"type": "integer"}}},
        "required": ["answer", "citations"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True, slots=True)
class PromptWords:
    """The prompts of one language, from `data/wording`. `limits` are characters of the answer by task,
    `tones` the shop's manners by name."""

    version: str
    language: str
    common: str
    tone: str
    tasks: Mapping[str, str]
    labels: Mapping[str, str]
    limits: Mapping[str, int]
    tones: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to a model: `system` is ours alone, `content` the fenced data, masked."""

    task: str
    system: str
    content: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """An article that an answer may stand on; `number` is how it is cited."""

    number: int
    title: str
    text: str


def ask_reply(
    task: str,
    original: str,
    messages: Sequence[Message],
    facts: Sequence[str],
    words: PromptWords,
    masks: Masking,
    tone: str = "warm",
) -> Prompt:
    """Word a template ("draft") or an agent's own text ("rewrite"). `facts` are sentences of our own."""
    label = "draft" if task == "draft" else "original"
    parts = [("conversation", talk(messages, words, masks)), ("facts", masks.mask("\n".join(facts)))]
    return _prompt(task, [*parts, (label, masks.mask(original))], words, tone)


def ask_summary(
    messages: Sequence[Message], facts: Sequence[str], words: PromptWords, masks: Masking
) -> Prompt:
    """Sum up need, done, open and next, each with the numbers of the messages it rests on."""
    parts = [("conversation", talk(messages, words, masks)), ("facts", masks.mask("\n".join(facts)))]
    return _prompt("summary", parts, words, "")


def ask_answer(question: str, sources: Sequence[Source], words: PromptWords, masks: Masking) -> Prompt:
    """Answer a question from these articles and nothing else."""
    texts = [f"[{s.number}] {s.title}\n{masks.mask(s.text[:_LONGEST_ARTICLE])}" for s in sources]
    return _prompt(
        "answer", [("articles", "\n\n".join(texts)), ("question", masks.mask(question))], words, ""
    )


def talk(messages: Sequence[Message], words: PromptWords, masks: Masking) -> str:
    """The latest messages, each on one line with its number in the conversation and who said it."""
    first = max(0, len(messages) - _LATEST)
    lines = []
    for number, message in enumerate(messages[first:], start=first):
        said = " ".join(masks.mask(message.text[:_LONGEST_MESSAGE]).split())
        lines.append(f"{number} {words.labels[message.role]}: {said}")
    return "\n".join(lines)


def _prompt(task: str, parts: Sequence[tuple[str, str]], words: PromptWords, tone: str) -> Prompt:
    body = "\n\n".join(f"## {words.labels[label]}\n{text}" for label, text in parts if text)
    # The mark is made of what it fences, so no text can contain its own mark.
    fence = f"=====DATA-{hashlib.sha256(body.encode()).hexdigest()[:12]}====="
    order = words.tasks[task].replace("{limit}", str(words.limits.get(task, 0)))
    system = [words.common.replace("{fence}", fence), order]
    if tone in words.tones:
        system.append(words.tone.replace("{tone}", words.tones[tone]))
    return Prompt(task, "\n\n".join(system), f"{fence}\n{body}\n{fence}", SCHEMAS[task])
