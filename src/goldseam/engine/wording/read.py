"""The judge of what a model says: what it may not say never reaches a customer, the template stands.

A worded reply must keep every commitment of its original and add none, name no number that the original
and the facts do not name, hurt nobody, leak nothing. An answer must cite articles that were given and say
what they say. Problems are codes: unreadable, empty, length, language, token, leaked, link, number, added,
dropped, tone, citation, unsupported, reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from goldseam.engine.facts import Conversation
from goldseam.engine.reply.authority import Author
from goldseam.engine.reply.check import ReplyCheck, check_reply
from goldseam.engine.reply.request import ReplyRequest
from goldseam.engine.tables import Tables
from goldseam.engine.wording.ask import Prompt, PromptWords, Source
from goldseam.engine.wording.mask import TOKEN, Masking

_HAN = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_LINK = re.compile(r"https?://|www\.|[a-z0-9-]+\.(?:com|cn|net|org|io|shop|top)\b", re.IGNORECASE)
_FENCED = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)
_CITED = re.compile(r"\[(\d{1,2})\]")
_SENTENCE_END = re.compile(r"[\u3002\uff01\uff1f!?\n]+|(?<=[a-z)\]])\.(?=\s|$)")
_HURTS = frozenset({"blame", "denial", "command", "sarcasm"})
_LEAK_HAN, _LEAK_LATIN = 14, 40
_SUPPORT = 0.5
_LONGEST_LINE = 200
_MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Read:
    """A judged completion: `value` is None when there are problems."""

    value: Any
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a summary and the messages that it rests on (numbers as in the prompt)."""

    text: str
    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WordedSummary:
    """What the customer needs, what was done, what is open, what comes next."""

    need: Said
    done: tuple[Said, ...]
    open: tuple[Said, ...]
    next: Said


@dataclass(frozen=True, slots=True)
class CitedAnswer:
    """An answer with the numbers of the articles that it cites, in order."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReplyJudge:
    """By what a worded reply is judged: the `original` it words and the `facts` sentences it was given."""

    prompt: Prompt
    masks: Masking
    words: PromptWords
    tables: Tables
    original: str
    facts: Sequence[str] = ()
    conversation: Conversation | None = None
    author: Author = field(default_factory=Author)


def read_reply(completion: str, judge: ReplyJudge) -> Read:
    """The reply with personal data restored, or the problems."""
    fields = _fields(completion, {"reply": str})
    if fields is None:
        return Read(None, ("unreadable",))
    masked = fields["reply"].strip()
    text = judge.masks.restore(masked)
    if text is None:
        return Read(None, ("token",))
    problems = _surface(masked, judge.prompt, judge.words, judge.words.limits[judge.prompt.task])
    given = "\n".join([judge.masks.mask(judge.original), *map(judge.masks.mask, judge.facts)])
    problems += _invented(masked, given)
    if _LINK.search(text) and not _LINK.search(judge.original):
        problems.append("link")
    problems += _commitments(text, judge)
    if not set(_CLOCK.findall(judge.original)) <= set(_CLOCK.findall(text)):
        problems.append("dropped")
    return Read(None if problems else text, tuple(dict.fromkeys(problems)))


def read_summary(completion: str, prompt: Prompt, count: int, words: PromptWords, masks: Masking) -> Read:
    """A WordedSummary, or the problems. `count` is the number of messages in the conversation."""
    fields = _fields(completion, {"need": dict, "done": list, "open": list, "next": dict})
    if fields is None or len(fields["done"]) > _MOST_LINES or len(fields["open"]) > _MOST_LINES:
        return Read(None, ("unreadable",))
    problems: list[str] = []

    def line(raw: Any, *, needs_source: bool = True) -> Said:
        said, found = _line(raw, count, needs_source)
        problems.extend(found or _surface(said.text, prompt, words, _LONGEST_LINE))
        problems.extend(_invented(said.text, prompt.content))
        restored = masks.restore(said.text)
        if restored is None:
            problems.append("token")
        return Said(restored or "", said.messages)

    summary = WordedSummary(
        need=line(fields["need"]),
        done=tuple(line(one) for one in fields["done"]),
        open=tuple(line(one) for one in fields["open"]),
        next=line(fields["next"], needs_source=False),
    )
    return Read(None if problems else summary, tuple(dict.fromkeys(problems)))


def read_answer(
    completion: str, prompt: Prompt, sources: Sequence[Source], words: PromptWords, masks: Masking
) -> Read:
    """A CitedAnswer, or the problems; an empty answer is the problem "empty": the articles hold none."""
    fields = _fields(completion, {"answer": str, "citations": list})
    if fields is None:
        return Read(None, ("unreadable",))
    masked = fields["answer"].strip()
    if not masked:
        return Read(None, ("empty",))
    text = masks.restore(masked)
    if text is None:
        return Read(None, ("token",))
    problems = _surface(_CITED.sub("", masked), prompt, words, words.limits["answer"])
    known = {source.number: masks.mask(f"{source.title}\n{source.text}") for source in sources}
    problems += _citations(masked, fields["citations"], known)
    if _LINK.search(text) and not any(_LINK.search(source.text) for source in sources):
        problems.append("link")
    cited = tuple(dict.fromkeys(int(number) for number in _CITED.findall(masked)))
    return Read(None if problems else CitedAnswer(text, cited), tuple(dict.fromkeys(problems)))


def _fields(completion: str, shape: Mapping[str, type]) -> dict[str, Any] | None:
    """The completion's JSON object if it has these fields of these types and no others."""
    fenced = _FENCED.match(completion)
    try:
        found = json.loads(fenced.group(1) if fenced else completion)
    except ValueError:
        return None
    if not isinstance(found, dict) or set(found) != set(shape):
        return None
    return found if all(isinstance(found[name], kind) for name, kind in shape.items()) else None


def _line(raw: Any, count: int, needs_source: bool) -> tuple[Said, list[str]]:
    text = raw.get("text") if isinstance(raw, dict) else None
    numbers = raw.get("messages") if isinstance(raw, dict) else None
    if not isinstance(text, str) or not isinstance(numbers, list):
        return Said("", ()), ["unreadable"]
    right = [n for n in numbers if isinstance(n, int) and not isinstance(n, bool) and 0 <= n < count]
    if len(right) != len(numbers) or (needs_source and not right):
        return Said(text, ()), ["reference"]
    return Said(text.strip(), tuple(dict.fromkeys(right))), []


def _surface(text: str, prompt: Prompt, words: PromptWords, limit: int) -> list[str]:
    """What can be seen without knowing the case."""
    problems = []
    if not text:
        return ["empty"]
    if len(text) > limit:
        problems.append("length")
    if not _speaks(text, words.language):
        problems.append("language")
    if _leaks(text, prompt.system):
        problems.append("leaked")
    return problems


def _speaks(text: str, language: str) -> bool:
    plain = TOKEN.sub("", text)
    han, latin = len(_HAN.findall(plain)), len(_LATIN.findall(plain))
    return han * 2 >= latin if language == "zh" else han == 0 and latin > 0


def _leaks(text: str, system: str) -> bool:
    """Whether a stretch of our instructions stands in the answer."""
    if "=====" in text or "DATA-" in text:
        return True
    size = _LEAK_HAN if _HAN.search(system) else _LEAK_LATIN
    return any(text[i : i + size] in system for i in range(max(0, len(text) - size + 1)))


def _invented(masked: str, given: str) -> list[str]:
    """A number that nobody gave. Tokens and citations are no numbers."""
    known = set(_NUMBER.findall(TOKEN.sub(" ", given)))
    said = _NUMBER.findall(_CITED.sub(" ", TOKEN.sub(" ", masked)))
    return [] if all(_plain(number) in map(_plain, known) for number in said) else ["number"]


def _plain(number: str) -> str:
    """20.00 and 20 are one amount."""
    number = number.replace(",", "")
    return number.rstrip("0").rstrip(".") if "." in number else number


def _commitments(text: str, judge: ReplyJudge) -> list[str]:
    """The reply promises what the original promises, no more and no less, and hurts no more."""
    said, stood = _checked(text, judge), _checked(judge.original, judge)
    new, old = _promises(said), _promises(stood)
    problems = []
    if any(not _within(one, old) for one in new):
        problems.append("added")
    if any((one[1] is not None or one[2] is not None) and not _within(one, new) for one in old):
        problems.append("dropped")
    if {t.kind for t in said.tone} & _HURTS - {t.kind for t in stood.tone}:
        problems.append("tone")
    return problems


def _checked(text: str, judge: ReplyJudge) -> ReplyCheck:
    return check_reply(ReplyRequest("-", text, judge.author, judge.conversation), judge.tables)


_Promise = tuple[str, float | None, Any]


def _promises(check: ReplyCheck) -> list[_Promise]:
    return [(c.kind, c.amount, c.due) for c, _ in check.commitments]


def _within(one: _Promise, others: Sequence[_Promise]) -> bool:
    """Whether another says the same, or as much and more exactly."""
    kind, amount, due = one
    return any(
        kind == other[0] and amount in (None, other[1]) and due in (None, other[2]) for other in others
    )


def _citations(masked: str, listed: list[Any], known: Mapping[int, str]) -> list[str]:
    cited = {int(number) for number in _CITED.findall(masked)}
    if not cited or cited != set(listed) or not cited <= set(known):
        return ["citation"]
    problems: list[str] = []
    for sentence in filter(str.strip, _SENTENCE_END.split(masked)):
        numbers = {int(number) for number in _CITED.findall(sentence)}
        # A sentence without a number of its own rests on what the whole answer cites.
        source = "\n".join(known[number] for number in numbers or cited)
        problems += _invented(sentence, source)
        if not _supported(_CITED.sub("", sentence), source):
            problems.append("unsupported")
    return problems


def _supported(sentence: str, source: str) -> bool:
    said = _grams(sentence)
    return not said or len(said & _grams(source)) >= _SUPPORT * len(said)


def _grams(text: str) -> set[str]:
    """Pairs of Han signs and words of more than three letters: what a text is about."""
    folded = TOKEN.sub(" ", text).lower()
    words = set(re.findall(r"[a-z]{4,}", folded))
    pairs = {folded[i : i + 2] for i in range(len(folded) - 1)}
    return words | {pair for pair in pairs if all(_HAN.match(sign) for sign in pair)}
