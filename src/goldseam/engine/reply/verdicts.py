"""Judges one commitment against the writer's authority, the policy pack and the facts of the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldseam.engine.decide.policy import PolicyPack, Rule
from goldseam.engine.decide.remedies import Offer, offered_amount, possible
from goldseam.engine.decide.situation import Situation
from goldseam.engine.decide.tables import RemedyWeights
from goldseam.engine.decide.texts import Texts
from goldseam.engine.reply.commitments import Commitment
from goldseam.engine.reply.moments import due
from goldseam.engine.reply_tables import ReplyTables, ReplyWords

VERDICTS = ("ok", "needs_approval", "contradicts_fact", "not_allowed")
"""Mildest first."""
_MONEY = frozenset({"refund", "compensation", "price_match"})
_STALLED_HOURS = 48.0
_SOON_DAYS = 2
_PENNY = 0.005


@dataclass(frozen=True, slots=True)
class Case:
    """The conversation behind the reply: its situation, what is allowed and what is forbidden in it."""

    view: Situation
    offers: Mapping[str, Offer]
    forbidden: Mapping[str, Rule]


@dataclass(frozen=True, slots=True)
class Bench:
    """What a commitment is judged by."""

    role: str
    limit: float | None
    pack: PolicyPack
    texts: Texts
    words: ReplyWords
    tables: ReplyTables
    weights: RemedyWeights
    now: datetime | None
    case: Case | None = None

    def currency(self) -> str:
        """The currency of the order spoken of, else the pack's."""
        order = self.case.view.order.order if self.case else None
        if order is not None:
            return order.currency
        return self.pack.currencies[0] if self.pack.currencies else ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason in words, the rule behind it, and a wording that is allowed."""

    verdict: str
    why: str = ""
    policy: str | None = None
    rewrite: str | None = None


def judge(commitment: Commitment, bench: Bench) -> Judgement:
    """The gravest of what facts, policy and authority say."""
    found = [_by_fact(commitment, bench), _by_policy(commitment, bench), _by_authority(commitment, bench)]
    worst = max(found, key=lambda j: VERDICTS.index(j.verdict))
    policy = worst.policy or next((j.policy for j in found if j.policy), None)
    if worst.verdict == "ok":
        return Judgement("ok", worst.why or bench.words.why["ok"], policy)
    key = f"{commitment.kind}/{worst.verdict}"
    rewrites = bench.words.rewrite
    text = rewrites.get(key)
    if text is None and worst.verdict != "contradicts_fact":
        text = rewrites.get(commitment.kind)
    if text is None:
        text = rewrites[worst.verdict]
    return Judgement(worst.verdict, worst.why, policy, text)


def _say(bench: Bench, key: str, **values: object) -> str:
    text = bench.words.why[key]
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def _by_fact(commitment: Commitment, bench: Bench) -> Judgement:
    """Does the order's state, a scan or a known date speak against it?"""
    if bench.case is None or bench.case.view.order.order is None:
        return Judgement("ok")
    if commitment.claim:
        return _claimed(commitment, bench, bench.case)
    checks = {"ship_by": _shipping, "deliver_by": _delivery, "refund": _refund}
    reason = checks[commitment.kind](commitment, bench, bench.case) if commitment.kind in checks else ""
    if not reason:
        reason = _state_forbids(commitment, bench, bench.case)
    return Judgement("contradicts_fact", reason) if reason else Judgement("ok")


def _claimed(commitment: Commitment, bench: Bench, case: Case) -> Judgement:
    order = case.view.order
    true = {
        "refunded": order.state == "refunded",
        "shipped": order.shipped,
        "delivered": order.delivered and not order.delivery_disputed,
    }[commitment.claim]
    if true or not order.state:
        return Judgement("ok")
    state = bench.texts.name("order_state", order.state)
    key = "disputed" if order.delivery_disputed else "state"
    return Judgement("contradicts_fact", _say(bench, key, state=state))


def _shipping(commitment: Commitment, bench: Bench, case: Case) -> str:
    order = case.view.order
    if order.shipped or order.state in ("cancelled", "refunded", "refunding", "pending_payment"):
        return _say(bench, "state", state=bench.texts.name("order_state", order.state))
    stock = _restock(bench, case)
    if stock is not None and commitment.due is not None and commitment.due < stock:
        return _say(bench, "restock", day=bench.texts.day(stock, bench.now))
    return ""


def _delivery(commitment: Commitment, bench: Bench, case: Case) -> str:
    order = case.view.order
    if (order.delivered and not order.delivery_disputed) or order.state in (
        "cancelled",
        "refunded",
        "refunding",
    ):
        return _say(bench, "state", state=bench.texts.name("order_state", order.state))
    if order.carrier_lost:
        return _say(bench, "lost")
    soon = (
        commitment.due is not None
        and bench.now is not None
        and commitment.due <= bench.now + timedelta(days=_SOON_DAYS)
    )
    if not order.shipped and order.state and soon:
        return _say(bench, "not_shipped_yet")
    if order.stalled_hours is not None and order.stalled_hours >= _STALLED_HOURS and soon:
        return _say(bench, "stalled", span=bench.texts.span(order.stalled_hours))
    return ""


def _refund(commitment: Commitment, bench: Bench, case: Case) -> str:
    order = case.view.order
    if order.state in ("refunded", "cancelled", "pending_payment"):
        return _say(bench, "state", state=bench.texts.name("order_state", order.state))
    total = order.order.total if order.order else None
    over = commitment.amount is not None and total is not None and commitment.amount > total + _PENNY
    if over and commitment.named != "multiple" and total is not None:
        return _say(bench, "over_total", money=bench.texts.money(total, bench.currency()))
    return ""


def _state_forbids(commitment: Commitment, bench: Bench, case: Case) -> str:
    """No remedy that could carry the promise is possible in the order's state."""
    order = case.view.order
    remedies = bench.tables.remedies.get(commitment.kind, ())
    if not remedies or order.state == "refunding":
        return ""
    if any(possible(code, order, bench.weights) for code in remedies):
        return ""
    return _say(bench, "state", state=bench.texts.name("order_state", order.state))


def _restock(bench: Bench, case: Case) -> datetime | None:
    """A later date of arrival that staff, system or a scan has named in the conversation."""
    words = bench.words.promises
    texts = [m.text for m in case.view.conversation.messages if m.role != "customer"]
    shipment = case.view.order.order.shipment if case.view.order.order else None
    texts += [s.text for s in shipment.events] if shipment else []
    latest: datetime | None = None
    for text in texts:
        for match in words.restock.finditer(text):
            near = text[max(0, match.start() - 16) : match.end() + 12]
            moment, _ = due(near, bench.now, words)
            if moment is not None and (latest is None or moment > latest):
                latest = moment
    return latest


def _by_policy(commitment: Commitment, bench: Bench) -> Judgement:
    """Is a remedy behind it allowed, up to this amount, by this role?"""
    fixed = bench.tables.verdicts.get(commitment.kind)
    if fixed is not None:
        verdict = fixed.get(bench.role, fixed["*"])
        return Judgement(verdict, _say(bench, commitment.kind)) if verdict != "ok" else Judgement("ok")
    case = bench.case
    remedies = bench.tables.remedies.get(commitment.kind, ())
    if case is None or not remedies or commitment.claim:
        return Judgement("ok")
    offers = [case.offers[code] for code in remedies if code in case.offers]
    if not offers:
        return _not_offered(remedies, bench, case)
    if commitment.named == "multiple":
        return Judgement("needs_approval", _say(bench, "multiple"), offers[0].rule.id)
    judged = [_under_rule(commitment, offer, bench) for offer in offers]
    return min(judged, key=lambda j: VERDICTS.index(j.verdict))


def _not_offered(remedies: tuple[str, ...], bench: Bench, case: Case) -> Judgement:
    rules = [case.forbidden[code] for code in remedies if code in case.forbidden]
    if rules and len(rules) == len([c for c in remedies if possible(c, case.view.order, bench.weights)]):
        words = rules[0].words.get(bench.texts.language) or rules[0].words["en"]
        return Judgement("not_allowed", _say(bench, "forbidden", rule=words), rules[0].id)
    return Judgement("needs_approval", _say(bench, "no_rule"))


def _under_rule(commitment: Commitment, offer: Offer, bench: Bench) -> Judgement:
    rule = offer.rule
    if bench.case is None:
        return Judgement("ok", policy=rule.id)
    granted = rule.grants.get(bench.role, -1.0)
    if granted == 0 and bench.role in rule.grants:
        return Judgement("needs_approval", _say(bench, "lead_only"), rule.id)
    most, _ = offered_amount(bench.case.view, offer)
    if commitment.amount is not None and most is not None and commitment.amount > most + _PENNY:
        money = bench.texts.money(most, bench.currency())
        return Judgement("needs_approval", _say(bench, "over_rule", money=money), rule.id)
    return Judgement("ok", policy=rule.id)


def _by_authority(commitment: Commitment, bench: Bench) -> Judgement:
    """More money than the writer may give alone? What the law or pack grants without limit is no gift."""
    if commitment.kind not in _MONEY or commitment.claim:
        return Judgement("ok")
    if commitment.named == "multiple" and bench.limit is not None:
        return Judgement("needs_approval", _say(bench, "multiple"))
    if commitment.amount is None or bench.limit is None or commitment.amount <= bench.limit + _PENNY:
        return Judgement("ok")
    if bench.case is not None and commitment.kind == "refund":
        for code in bench.tables.remedies["refund"]:
            offer = bench.case.offers.get(code)
            if (
                offer is not None
                and bench.role in offer.rule.grants
                and offer.rule.grants[bench.role] is None
            ):
                return Judgement("ok", policy=offer.rule.id)
    return Judgement("needs_approval", _say(bench, "limit", limit=f"{bench.limit:g}"))
