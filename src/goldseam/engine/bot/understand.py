"""What the customer's latest words mean, where the talk stands."""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.engine.bot.confirm import read_end
from goldseam.engine.bot.facts import Scene
from goldseam.engine.bot.tables import BotTables, Sayings
from goldseam.engine.facts import Conversation, Message
from goldseam.engine.reading import Reading
from goldseam.engine.tables import Tables
from goldseam.engine.text.read import read

FACTS = frozenset({"logistics.tracking", "logistics.not_shipped", "logistics.delay", "refund.progress"})
"""Answered from the order's facts."""
CHANGED = {"order.cancel": "cancel_order", "order.change": "change_order", "invoice": "issue_invoice"}
"""Issue → the change that a shop's system may carry out."""
WORDS = frozenset(
    {
        "product.how_to",
        "product.defect",
        "product.size_fit",
        "warranty.repair",
        "refund.return",
        "refund.exchange",
        "refund.freight",
        "price.protection",
        "promo.dispute",
    }
)
"""Answered from published articles and guides."""
GUIDED = frozenset({"product.how_to", "product.defect", "warranty.repair"})
BEFORE_LEAVING = frozenset({"pending_payment", "paid", "processing"})
"""States of an order whose goods are still with the shop."""
TALK = frozenset({"other", "praise", "service.attitude"})
"""Says nothing of what is to be done."""
SERVED = FACTS | CHANGED.keys() | WORDS
_SURE = 0.5
_CERTAIN = 0.8
"""As certain a new subject must be beside the number of an order that was asked for."""
_LONG = 1500
_MOST_PIECES = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as understood. `topic` is the issue it is about, `fresh` that it names one itself (else it
    goes on with the one in hand), `sure` that the reading is certain enough; `acts` name what it does;
    `own` are the numbers of the customer's orders named in it, `more` the further subjects with their
    words, `foreign` that a number is named which is none of them."""

    topic: str
    fresh: bool
    sure: bool
    acts: frozenset[str]
    language: str
    sayings: Sayings
    reading: Reading
    own: tuple[str, ...] = ()
    foreign: bool = False
    more: tuple[tuple[str, str], ...] = ()

    def does(self, *acts: str) -> bool:
        """Whether it does any of these."""
        return not self.acts.isdisjoint(acts)


def understand(scene: Scene, tables: Tables, words: BotTables) -> Turn:
    """Read the latest words alone, then place them in the talk."""
    text = scene.words[:_LONG]
    reading = read(_alone(scene.conversation, text), tables.reading)
    acts = frozenset(name for name, pattern in words.acts.items() if pattern.search(text.strip()))
    acts |= {read_end(text, words)} - {""}
    own, foreign = _orders(scene.conversation, reading, text)
    code, sure = _issue(scene, reading, own, text, words), reading.issue.confidence >= _SURE
    named = bool(own) and scene.state.awaits == "order" and reading.issue.confidence < _CERTAIN
    fresh = sure and code not in TALK and not named and not _mere_answer(scene, acts)
    topic = code if fresh else _in_hand(scene, code)
    more = _further(scene, text, topic, tables, words) if fresh else ()
    language = reading.language if reading.language != "other" else ""
    return Turn(
        topic=topic,
        fresh=fresh,
        sure=sure or bool(scene.state.topic),
        acts=acts,
        language=language,
        sayings=words.speak(language, scene.conversation.locale),
        reading=reading,
        own=own,
        foreign=foreign,
        more=more,
    )


def _issue(scene: Scene, reading: Reading, own: tuple[str, ...], text: str, words: BotTables) -> str:
    """The issue of the words. Another colour or size of what has not left yet is a change of the order:
    there is nothing to send back."""
    code = reading.issue.code
    if code != "refund.exchange" or not words.details.other_change.search(text):
        return code
    orders = scene.conversation.orders
    meant = own or ((scene.assessed.order,) if scene.assessed.order else ())
    among = [order for order in orders if order.id in meant] or orders
    here = all(order.status in BEFORE_LEAVING and order.shipped_at is None for order in among)
    return "order.change" if among and here else code


def _further(
    scene: Scene, text: str, topic: str, tables: Tables, words: BotTables
) -> tuple[tuple[str, str], ...]:
    """The subjects beside the first one, where the words say "and also": each with its own words."""
    pieces = [piece.strip() for piece in words.acts["also"].split(text) if piece.strip()]
    if len(pieces) < 2:
        return ()
    found: dict[str, str] = {}
    for piece in pieces[:_MOST_PIECES]:
        issue = read(_alone(scene.conversation, piece), tables.reading).issue
        if issue.confidence >= _SURE and issue.code not in TALK and issue.code != topic:
            found.setdefault(issue.code, piece)
    return tuple(found.items())


def _alone(conversation: Conversation, text: str) -> Conversation:
    """The conversation as if the customer had only said this."""
    return Conversation(
        id=conversation.id,
        messages=(Message("customer", text, conversation.now),),
        now=conversation.now,
        locale=conversation.locale,
        customer=conversation.customer,
        orders=conversation.orders,
    )


def _mere_answer(scene: Scene, acts: frozenset[str]) -> bool:
    """Short words that only answer what the bot said name no issue of their own ("still not working" is no
    new fault)."""
    if scene.state.awaits in ("", "need") or not scene.state.topic:
        return False
    return bool(acts & {"solved", "unsolved", "thanks", "start"}) and len(scene.words) <= 14


def _in_hand(scene: Scene, code: str) -> str:
    if scene.state.topic:
        return scene.state.topic
    assessed = scene.assessed
    if code in TALK and assessed.issue not in TALK and assessed.confidence >= _SURE:
        return assessed.issue
    return code


def _orders(conversation: Conversation, reading: Reading, text: str) -> tuple[tuple[str, ...], bool]:
    """Numbers of own orders that are named, whole or by their end; and whether a whole number is named that
    is none of them."""
    named = [number for number in reading.entities.order_ids if len(number) >= 4]
    own = [order.id for order in conversation.orders if order.id and order.id in text]
    own += [o.id for o in conversation.orders if o.id not in own and any(o.id.endswith(n) for n in named)]
    tails = _digits(text)
    own += [o.id for o in conversation.orders if o.id not in own and o.id[-4:] in tails]
    foreign = any(not any(order.id.endswith(number) for order in conversation.orders) for number in named)
    return tuple(own), foreign and not own


def _digits(text: str) -> set[str]:
    """The runs of exactly four digits: how people name an order by its end."""
    runs, run = set(), ""
    for sign in f"{text} ":
        if sign.isdigit() and sign.isascii():
            run += sign
            continue
        if len(run) == 4:
            runs.add(run)
        run = ""
    return runs
