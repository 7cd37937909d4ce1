"""A conversation in four short answers without a model: what the customer needs, what was done, what is
open, what comes next. Every line is a code and the words it rests on, so nothing is claimed unseen."""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.engine.assessment import Assessment
from goldseam.engine.decide.talk import Acts
from goldseam.engine.facts import Conversation, Message
from goldseam.engine.reply.commitments import find_commitments
from goldseam.engine.tables import Tables

_LONGEST_QUOTE = 80
_MOST = 4


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` is issue, request, promise, question, unanswered or remedy; `code` of the taxonomy or a kind of
    commitment, or empty; `quote` the words; `messages` the numbers of the messages they stand in."""

    kind: str
    code: str
    quote: str
    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Need, done and open may be empty; `next` is None when the policy offers nothing."""

    need: tuple[Line, ...]
    done: tuple[Line, ...]
    open: tuple[Line, ...]
    next: Line | None


def summarise(conversation: Conversation, assessment: Assessment, tables: Tables) -> Summary:
    """The four answers from what was said and decided."""
    messages = conversation.messages
    done = _promises(conversation, assessment.language, tables)
    best = next((r for r in assessment.remedies if r.code != "explain"), None)
    return Summary(
        need=_need(conversation, assessment),
        done=tuple(done[-_MOST:]),
        open=tuple(_open(messages, tables.deciding.customer_acts)[-_MOST:]),
        next=Line("remedy", best.code, best.why[0] if best.why else "", ()) if best else None,
    )


def _need(conversation: Conversation, assessment: Assessment) -> tuple[Line, ...]:
    messages = conversation.messages
    words = [word for word in assessment.issue.evidence if word]
    place = _first_with(messages, words)
    need = (
        [Line("issue", assessment.issue.code, _quote(messages[place].text), (place,))] if place >= 0 else []
    )
    for request in assessment.requests[:_MOST]:
        where = _first_with(messages, [request.evidence])
        need.append(Line("request", request.remedy, request.evidence, (where,) if where >= 0 else ()))
    return tuple(need)


def _first_with(messages: tuple[Message, ...], words: list[str]) -> int:
    """The customer's first message that holds one of the words; else the first of all; -1 without any."""
    theirs = [(i, m.text.lower()) for i, m in enumerate(messages) if m.role == "customer"]
    for index, text in theirs:
        if any(word.lower() in text for word in words):
            return index
    return theirs[0][0] if theirs else -1


def _promises(conversation: Conversation, language: str, tables: Tables) -> list[Line]:
    words = tables.deciding.reply.words.get(language) or tables.deciding.reply.words["en"]
    found = []
    for index, message in enumerate(conversation.messages):
        if message.role in ("agent", "bot"):
            for one in find_commitments(message.text, message.at, None, words.promises):
                found.append(Line("promise", one.kind, _quote(one.text), (index,)))
    return found


def _open(messages: tuple[Message, ...], acts: Acts) -> list[Line]:
    """What the customer said after the last answer, questions named as such."""
    last = max((i for i, m in enumerate(messages) if m.role in ("agent", "bot")), default=-1)
    found = []
    for index, message in enumerate(messages):
        if index > last and message.role == "customer":
            patterns = acts.han if any("\u4e00" <= sign <= "\u9fff" for sign in message.text) else acts.latin
            asks = "question" in patterns and patterns["question"].search(message.text[:1000])
            found.append(Line("question" if asks else "unanswered", "", _quote(message.text), (index,)))
    return found


def _quote(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_QUOTE else flat[: _LONGEST_QUOTE - 1] + "…"
