"""Changes that a shop's system may carry out: which one is meant, whether the rules let the bot have it
done, what is still missing, and the words that name it exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from goldseam.engine.bot.answers import Teller
from goldseam.engine.bot.facts import Proposal, Scene
from goldseam.engine.bot.tables import BotTables, DetailWords, Sayings
from goldseam.engine.bot.understand import BEFORE_LEAVING, CHANGED, Turn
from goldseam.engine.decide.liability import liability
from goldseam.engine.decide.remedies import allowed, needs_approval
from goldseam.engine.decide.risk import risk
from goldseam.engine.decide.situation import situation
from goldseam.engine.reading import Alternative, Issue, Reading
from goldseam.engine.tables import Tables

ROLE = "bot"
_VALUE = 120
_EDGES = " ,\uff0c。.!\uff01;\uff1b:\uff1a、\"'「」“”"


@dataclass(frozen=True, slots=True)
class Room:
    """Whether a change may be made: `open`, `late` (the parcel is with the carrier), `done`, `forbidden`."""

    state: str
    policy: str = ""


def room_for(kind: str, one: Teller, scene: Scene, turn: Turn, tables: Tables) -> Room:
    """What order and policy pack say, for the bot as the one who grants it."""
    if kind != "issue_invoice" and one.facts.state not in BEFORE_LEAVING:
        done = kind == "cancel_order" and one.facts.state in ("cancelled", "refunded", "refunding")
        return Room("done" if done else "late")
    issue = next(code for code, change in CHANGED.items() if change == kind)
    view = situation(scene.conversation, _about(turn, issue, one.order.id), tables.deciding)
    danger = risk(view, tables.deciding.risk)
    offer = allowed(view, danger, liability(view, tables.deciding.liability), tables.deciding.remedies).get(
        kind
    )
    if offer is None or needs_approval(view, offer.rule, None, ROLE):
        return Room("forbidden", offer.rule.id if offer else "")
    return Room("open", offer.rule.id)


def _about(turn: Turn, issue: str, order: str) -> Reading:
    """The reading as if the customer had plainly named this issue and this order."""
    reading = turn.reading
    meant = replace(reading.order, id=order, candidates=())
    return replace(reading, issue=Issue(issue, 1.0, (Alternative(issue, 1.0),)), order=meant)


def details_of(kind: str, text: str, tables: BotTables) -> dict[str, str]:
    """What of the change's details a text gives; empty when it gives none."""
    words = tables.details
    if kind == "change_order":
        return _delivery(text, words)
    if kind == "issue_invoice":
        return _invoice(text, words)
    return {}


def _delivery(text: str, words: DetailWords) -> dict[str, str]:
    found: dict[str, str] = {}
    phone = words.phone.search(text)
    if phone:
        found["phone"] = phone.group()
    rest = words.phone.sub(" ", text)
    marks = list(words.address_mark.finditer(rest))
    said = _tidy(rest[marks[-1].end() :] if marks else rest, words)
    solid = len(re.findall("[\u4e00-\u9fff]", said)) >= 4 and len(words.address.findall(said)) >= 2
    latin = len(said.split()) >= 3 and bool(words.address_latin.search(said))
    if (solid and (marks or re.search(r"\d", said))) or latin:
        found["address"] = said[:_VALUE]
    return found


def _invoice(text: str, words: DetailWords) -> dict[str, str]:
    tax = words.tax.search(text)
    company = words.company.search(words.tax.sub(" ", text))
    if company:
        title = _tidy(words.lead_in.sub("", _tidy(company.group(1), words)), words)
        return {"title": title[:_VALUE]} | ({"tax": tax.group(1)} if tax else {})
    personal = words.personal.search(text)
    if personal:
        return {"title": personal.group()}
    return {"tax": tax.group(1)} if tax else {}


def _tidy(text: str, words: DetailWords) -> str:
    """Without politeness and loose signs at its edges, on one line."""
    flat = " ".join(text.split()).strip(_EDGES)
    return words.polite.sub("", flat).strip(_EDGES)


def complete(kind: str, details: Mapping[str, str]) -> bool:
    """Whether nothing is missing any more."""
    if kind == "change_order":
        return bool(details.get("address") or details.get("phone"))
    return kind == "cancel_order" or bool(details.get("title"))


def beyond(kind: str, text: str, tables: BotTables) -> bool:
    """Whether something of the order is to be changed that only people change: colour, size, number."""
    words = tables.details
    return (
        kind == "change_order"
        and bool(words.other_change.search(text))
        and not words.only_address.search(text)
    )


def proposal_words(kind: str, details: Mapping[str, str], one: Teller) -> str:
    """Exactly what will be done."""
    say = one.say
    return say.say(
        f"propose_{kind}",
        order=one.named(),
        value=" ".join(v for k, v in sorted(details.items()) if k != "tax"),
        tax=say.say("propose_tax", tax=details["tax"]) if details.get("tax") else "",
    )


def choices_of(kind: str, say: Sayings) -> tuple[str, str]:
    """The two texts that answer a proposal with one touch."""
    return say.say(f"yes_{kind}"), say.say(f"no_{kind}")


def is_stale(proposal: Proposal, scene: Scene) -> bool:
    """Whether too much time has passed since it was said."""
    return (scene.now - proposal.said_at).total_seconds() > scene.confirm_minutes * 60
