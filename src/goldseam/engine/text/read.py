"""Reading: from the words of a conversation to what they say."""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.engine.facts import Conversation, Message
from goldseam.engine.reading import Reading
from goldseam.engine.text.emotion import Mood, message_mood, read_emotion
from goldseam.engine.text.entities import find_entities, known_numbers, merge
from goldseam.engine.text.issue import Turn, chances_of, read_issue
from goldseam.engine.text.marks import Marked, feature_marks, mark
from goldseam.engine.text.ngrams import TextModel, Vector, features, known, raw_scores
from goldseam.engine.text.normal import detect_language, fold
from goldseam.engine.text.orders import Clues, order_meant
from goldseam.engine.text.outlook import read_outlook
from goldseam.engine.text.signals import Warned, find_requests, find_signals, signal_chances
from goldseam.engine.text.tables import ReadingTables

# Of a conversation longer than this only the beginning and the end are read for mood and issue.
_MAX_TURNS = 60
_MAX_ENTITY_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Spoken:
    """A customer message with everything its words alone give."""

    index: int
    text: str
    marked: Marked
    turn: Turn
    mood: Mood
    danger: Warned
    before: str


def read(conversation: Conversation, tables: ReadingTables) -> Reading:
    """All that the customer's words say. Agents', bots' and system messages are context only."""
    spoken = [_listen(conversation, index, tables) for index in _customer_turns(conversation.messages)]
    texts = [said.text for said in spoken]
    issue = read_issue([said.turn for said in spoken], tables.issue)
    emotion = read_emotion([said.mood for said in spoken])
    marked = [(said.index, said.text, said.marked) for said in spoken]
    signals = find_signals([said.danger for said in spoken], tables)
    numbers = known_numbers(conversation)
    today = conversation.now.date() if conversation.now else None
    found = [
        find_entities(said.marked.folded[:_MAX_ENTITY_TEXT], said.text, numbers, today, tables)
        for said in spoken
    ]
    clues = [
        Clues(entities, said.marked, said.turn.found, said.before)
        for entities, said in zip(found, spoken, strict=True)
    ]
    return Reading(
        language=detect_language(texts, conversation.locale),
        issue=issue,
        emotion=emotion,
        signals=signals,
        entities=merge(found),
        order=order_meant(conversation, clues, issue.code, tables.goods),
        requests=find_requests(marked),
        outlook=read_outlook(conversation, emotion, signals, {s.index: s.turn.found for s in spoken}, tables),
        models=tables.version,
    )


def _customer_turns(messages: tuple[Message, ...]) -> list[int]:
    turns = [
        index for index, message in enumerate(messages) if message.role == "customer" and message.text.strip()
    ]
    if len(turns) > _MAX_TURNS:
        return turns[: _MAX_TURNS // 3] + turns[-(_MAX_TURNS - _MAX_TURNS // 3) :]
    return turns


def _listen(conversation: Conversation, index: int, tables: ReadingTables) -> Spoken:
    text = conversation.messages[index].text
    marked = mark(text, tables)
    found = features(marked.folded, feature_marks(marked, text))
    issue_raw = _scores(found, tables.issue)
    mood_raw = issue_raw if tables.mood is tables.issue else _scores(found, tables.mood)
    danger_raw = next(
        (
            raw
            for raw, model in ((issue_raw, tables.issue), (mood_raw, tables.mood))
            if model is tables.danger
        ),
        None,
    )
    if danger_raw is None:
        danger_raw = _scores(found, tables.danger)
    before = _prompt(conversation.messages, index, tables)
    chances = chances_of(issue_raw, tables.issue.heads["issue"])
    turn = Turn(text, marked.folded, found, chances, _prompt_chances(before, text, tables))
    heads = tables.mood.heads
    mood = message_mood(text, marked, mood_raw, heads["label"], heads["intensity"])
    dangers = signal_chances(danger_raw, tables.danger.heads["signals"])
    return Spoken(
        index, text, marked, turn, mood, Warned(index, text, marked, found, dangers, before), before
    )


def _scores(found: set[str], model: TextModel) -> Vector:
    return raw_scores(model, known(model, found))


def _prompt(messages: tuple[Message, ...], index: int, tables: ReadingTables) -> str:
    """The folded words of the other side right before a customer's message."""
    if index and messages[index - 1].role != "customer":
        return fold(messages[index - 1].text[:600], tables.folding)
    return ""


def _prompt_chances(before: str, text: str, tables: ReadingTables) -> Vector | None:
    if not before or len(text) > 16:
        return None
    rows = known(tables.issue, features(before))
    return chances_of(raw_scores(tables.issue, rows), tables.issue.heads["issue"]) if rows else None
