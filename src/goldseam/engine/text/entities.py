"""Numbers and days named by the customer: orders, waybills, articles, phones, sums, dates.

A number is what it is known to be (the customer's own orders), else what the words before it say,
else what its form says. Each token is looked at once, so the time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from goldseam.engine.facts import Conversation
from goldseam.engine.reading import Entities
from goldseam.engine.text.days import DaySpan, day_spans
from goldseam.engine.text.figures import Amount, amounts
from goldseam.engine.text.tables import Forms, NumberForms, ReadingTables

_TOKEN = re.compile(r"[#+]?[a-z0-9](?:[a-z0-9*_-]*[a-z0-9*])?", re.ASCII)
_PHONE_GROUPS = re.compile(r"(?<!\d)1[3-9]\d[ -]\d{4}[ -]\d{4}(?!\d)")
_GLUE = " :=,()[]#\"'.\u3010\u3011\u662f\u4e3a"
_CUE_REACH = 20
_MIN_TAIL, _MAX_TAIL = 3, 10


@dataclass(frozen=True, slots=True)
class KnownNumbers:
    """Numbers of the customer's own orders, folded, each with its spelling there."""

    orders: dict[str, str]
    tracking: dict[str, str]
    skus: dict[str, str]


@dataclass(slots=True)
class Found:
    """What one message names. `tails` are bare digits that may end an order or waybill number."""

    order_ids: list[str] = field(default_factory=list)
    tracking_nos: list[str] = field(default_factory=list)
    skus: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    tails: list[tuple[str, bool]] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)
    days: list[DaySpan] = field(default_factory=list)


def known_numbers(conversation: Conversation) -> KnownNumbers:
    """The numbers that the facts contain."""
    orders, tracking, skus = {}, {}, {}
    for order in conversation.orders:
        orders[order.id.lower()] = order.id
        if order.shipment and order.shipment.tracking_no:
            tracking[order.shipment.tracking_no.lower()] = order.shipment.tracking_no
        for item in order.items:
            if len(item.sku) > 2:
                skus[item.sku.lower()] = item.sku
    return KnownNumbers(orders, tracking, skus)


def find_entities(
    folded: str, text: str, known: KnownNumbers, today: date | None, tables: ReadingTables
) -> Found:
    """All entities of one message."""
    found = Found()
    forms = tables.numbers
    found.amounts = amounts(folded, forms)
    found.days = day_spans(folded, today, tables) if today else []
    taken = [(amount.start, amount.end) for amount in found.amounts]
    for match in _PHONE_GROUPS.finditer(folded):
        found.phones.append(re.sub(r"\D", "", match.group()))
        taken.append(match.span())
    days = [(span.start, span.end) for span in found.days]
    for match in _TOKEN.finditer(folded):
        token, (start, end) = match.group(), match.span()
        if end - start < _MIN_TAIL or not any(sign.isdigit() for sign in token) or _inside(start, taken):
            continue
        if _inside(start, days) and end - start < _MAX_TAIL and token not in known.orders:
            continue
        _place(token, text[start:end], folded[max(0, start - _CUE_REACH) : start], known, forms, found)
    return found


def _inside(start: int, spans: list[tuple[int, int]]) -> bool:
    return any(low <= start < high for low, high in spans)


def _place(
    token: str, written: str, before: str, known: KnownNumbers, forms: NumberForms, found: Found
) -> None:
    bare = token.lstrip("#+")
    if _known(bare, known, found) or len(bare) > forms.longest_token:
        return
    kind = _cued(before, forms)
    if kind == "tail" or (kind in (None, "order", "tracking") and bare.isdigit() and len(bare) <= _MAX_TAIL):
        if kind in ("order", "tracking") and len(bare) >= 8:
            (found.order_ids if kind == "order" else found.tracking_nos).append(written.lstrip("#"))
        found.tails.append((bare, kind is not None))
        return
    if kind is None or not _fits_cue(kind, bare, forms):
        kind = _kind_by_form(token, bare, forms)
    target = {
        "order": found.order_ids, "tracking": found.tracking_nos, "phone": found.phones, "sku": found.skus,
    }.get(kind or "")  # fmt: skip
    if target is not None:
        target.append(written.lstrip("#"))


def _known(bare: str, known: KnownNumbers, found: Found) -> bool:
    for names, target in (
        (known.orders, found.order_ids),
        (known.tracking, found.tracking_nos),
        (known.skus, found.skus),
    ):
        if bare in names:
            target.append(names[bare])
            return True
        if "#" + bare in names:
            target.append(names["#" + bare])
            return True
    return False


def _cued(before: str, forms: NumberForms) -> str | None:
    """The kind named right before a number, the longest cue first; None without one."""
    stem = before.rstrip(_GLUE)
    if len(before) - len(stem) > 6:
        return None
    best, length = None, 0
    for kind, words in forms.cues.items():
        for word in words:
            if len(word) > length and stem.endswith(word):
                best, length = kind, len(word)
    return best


def _fits_cue(kind: str, bare: str, forms: NumberForms) -> bool:
    """A cue holds only for a number that could be of its kind."""
    if kind == "phone":
        return _matches(bare, forms.phone) or (bare.replace("-", "").isdigit() and 7 <= len(bare) <= 15)
    if kind in ("order", "tracking"):
        return len(bare) >= 6 and not (kind == "order" and _carrier(bare, forms) and not bare.isdigit())
    return len(bare) >= 4


def _kind_by_form(token: str, bare: str, forms: NumberForms) -> str | None:
    carrier = _carrier(bare, forms)
    if carrier and not bare.isdigit():
        return "tracking"
    if _matches(token, forms.phone) or _matches(bare, forms.phone):
        return "phone"
    if carrier and 13 <= len(bare) <= 15:
        return "tracking"
    if carrier and len(bare) >= 18 and bare.startswith("9"):
        return "tracking"
    if _matches(token, forms.order) or _matches(bare, forms.order):
        return "order"
    if _matches(bare, forms.sku) and not bare.isdigit() and len(bare) >= 6:
        return "sku"
    return None


def _carrier(bare: str, forms: NumberForms) -> str | None:
    return next((name for name, shapes in forms.carriers.items() if _matches(bare, shapes)), None)


def _matches(token: str, shapes: Forms) -> bool:
    return any(shape.fullmatch(token) for shape in shapes)


def merge(messages: Iterable[Found]) -> Entities:
    """The contract's lists, each thing once, in the order of the talk."""
    every = list(messages)

    def once(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for values in lists for value in values))

    return Entities(
        order_ids=once(found.order_ids for found in every),
        tracking_nos=once(found.tracking_nos for found in every),
        skus=once(found.skus for found in every),
        amounts=tuple(dict.fromkeys(amount.value for found in every for amount in found.amounts)),
        dates=once([_iso(span) for span in found.days] for found in every),
        phones=once(found.phones for found in every),
    )


def _iso(span: DaySpan) -> str:
    """A day, or for a span its middle day."""
    middle = span.first + (span.last - span.first) // 2
    return middle.isoformat()
