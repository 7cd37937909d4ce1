"""Reading: from the words of a conversation to what they say."""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.engine.facts import Conversation, Message
from goldseam.engine.reading import Reading
from goldseam.engine.text.emotion import Mood, message_moods, read_emotion
from goldseam.engine.text.entities import find_entities, known_numbers, merge
from goldseam.engine.text.issue import Turn, chances_of, read_issue, thanks_and_problem
from goldseam.engine.text.marks import Marked, mark, message_features
from goldseam.engine.text.ngrams import TextModel, features, known, raw_rows
from goldseam.engine.text.normal import detect_language, fold
from goldseam.engine.text.orders import Clues, order_meant
from goldseam.engine.text.outlook import read_outlook
from goldseam.engine.text.signals import Warned, find_requests, find_signals, signal_chances
from goldseam.engine.text.tables import ReadingTables

# Of a conversation longer than this only the beginning and the end are read for mood and issue.
_MAX_TURNS = 60
_MAX_ENTITY_TEXT = 20_000
# A message as short as this leans on what was asked before it.
_SHORT = 24


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
    spoken = _listen(conversation, tables)
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


def _listen(conversation: Conversation, tables: ReadingTables) -> list[Spoken]:
    """The customer's messages; each model is asked about all of them at once."""
    turns = _customer_turns(conversation.messages)
    if not turns:
        return []
    texts = [conversation.messages[index].text for index in turns]
    marked = [mark(text, tables) for text in texts]
    found = [message_features(one, text, tables) for one, text in zip(marked, texts, strict=True)]
    before = [_prompt(conversation.messages, index, tables) for index in turns]
    models = {id(model): model for model in (tables.issue, tables.mood, tables.danger)}
    rows = {key: [known(model, bag) for bag in found] for key, model in models.items()}
    asked = _asked(before, texts, tables.issue)
    rows[id(tables.issue)] += asked.values()
    raw = {key: raw_rows(models[key], texts_rows) for key, texts_rows in rows.items()}
    chances = chances_of(raw[id(tables.issue)], tables.issue.heads["issue"])
    prompts = dict(zip(asked, chances[len(turns) :], strict=True))
    moods = message_moods(texts, marked, raw[id(tables.mood)][: len(turns)], tables.mood.heads)
    dangers = signal_chances(raw[id(tables.danger)][: len(turns)], tables.danger.heads["signals"])
    thanks, problem = thanks_and_problem(chances[: len(turns)], tables.issue.heads["issue"])
    return [
        Spoken(
            index,
            texts[at],
            marked[at],
            Turn(
                texts[at],
                marked[at].folded,
                found[at],
                rows[id(tables.issue)][at],
                chances[at],
                prompts.get(at),
            ),
            moods[at],
            Warned(
                index,
                texts[at],
                marked[at],
                rows[id(tables.danger)][at],
                dangers[at],
                before[at],
                thanks[at],
                problem[at],
                moods[at].labels.get("calm", 0.0),
            ),
            before[at],
        )
        for at, index in enumerate(turns)
    ]


def _prompt(messages: tuple[Message, ...], index: int, tables: ReadingTables) -> str:
    """The folded words of the other side right before a customer's message."""
    if index and messages[index - 1].role != "customer":
        return fold(messages[index - 1].text[:600], tables.folding)
    return ""


def _asked(before: list[str], texts: list[str], model: TextModel) -> dict[int, list[int]]:
    """Rows of the other side's words that a short answer follows, by the answer's place."""
    short = [at for at, words in enumerate(before) if words and len(texts[at]) <= _SHORT]
    return {at: rows for at in short if (rows := known(model, features(before[at])))}
