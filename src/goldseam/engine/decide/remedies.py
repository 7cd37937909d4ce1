"""What may be done, best first: allowed by the order's state and the policy pack, ranked by the probability
that the customer ends satisfied minus the cost, with reasons from the customer's own facts."""

from __future__ import annotations

from dataclasses import dataclass

from goldseam.engine.assessment import Liability, Remedy, Risk
from goldseam.engine.decide.parcel import OrderFacts
from goldseam.engine.decide.policy import Rule
from goldseam.engine.decide.reasons import reasons
from goldseam.engine.decide.remedy_model import learned_chance
from goldseam.engine.decide.situation import Situation, policy_facts
from goldseam.engine.decide.tables import RemedyWeights
from goldseam.engine.decide.urgency import crisis, safety

_ESCALATIONS = ("escalate_crisis", "escalate_safety")
_FIRST = 0.99


@dataclass(frozen=True, slots=True)
class Offer:
    """One allowed remedy with the rule that carries it and the order it is for."""

    code: str
    rule: Rule
    order: OrderFacts


def remedies(view: Situation, risk: Risk, blame: Liability, weights: RemedyWeights) -> tuple[Remedy, ...]:
    """Rank everything that is allowed; reasons are only worked out for what is shown."""
    offers = allowed(view, risk, blame, weights)
    in_crisis = crisis(view)
    ranked = [
        _rated(view, offer, weights)
        for offer in offers.values()
        if not (in_crisis and offer.code in weights.money)
    ]
    urgent = in_crisis or safety(view)
    ranked.sort(key=lambda r: (not (urgent and r.offer.code in _ESCALATIONS), -r.score, r.offer.code))
    if not urgent:
        ranked = [r for r in ranked if r.offer.code not in _ESCALATIONS]
    return tuple(_remedy(view, rated) for rated in ranked[: weights.most])


def possible(remedy: str, order: OrderFacts, weights: RemedyWeights) -> bool:
    """Whether the order's state leaves room for the remedy at all, whatever a policy pack says."""
    if order.state in ("none", "unclear", ""):
        return True
    if order.state in weights.states.get(remedy, frozenset()):
        return True
    special = weights.states_special.get(remedy, {}).get(order.state, frozenset())
    return any(getattr(order, flag) for flag in special)


def allowed(view: Situation, risk: Risk, blame: Liability, weights: RemedyWeights) -> dict[str, Offer]:
    """Remedy → offer, for everything that order state and policy pack allow. With several orders in question,
    what one of them allows may be spoken of."""
    offers: dict[str, Offer] = {}
    for order in view.candidates or (view.order,):
        for code, offer in _for_order(view, order, risk, blame, weights).items():
            old = offers.get(code)
            if old is None or offer.rule.merit > old.rule.merit:
                offers[code] = offer
    return offers


def forbidden(view: Situation, risk: Risk, blame: Liability) -> dict[str, Rule]:
    """Remedy → the rule that forbids it for the order meant."""
    facts = policy_facts(view, view.order, risk.score, blame.party)
    rules = view.pack.matching(facts, view.now.date() if view.now else None)
    return {code: rule for rule in rules if rule.effect == "forbid" for code in rule.remedies}


def _for_order(
    view: Situation, order: OrderFacts, risk: Risk, blame: Liability, weights: RemedyWeights
) -> dict[str, Offer]:
    facts = policy_facts(view, order, risk.score, blame.party)
    rules = view.pack.matching(facts, view.now.date() if view.now else None)
    banned = {code for rule in rules if rule.effect == "forbid" for code in rule.remedies}
    asked = {r.remedy for r in view.reading.requests}
    offers: dict[str, Offer] = {}
    for rule in rules:
        if rule.effect != "allow":
            continue
        for code in rule.remedies:
            if code in banned or (rule.asked and code not in asked) or not possible(code, order, weights):
                continue
            if code not in offers or rule.merit > offers[code].rule.merit:
                offers[code] = Offer(code, rule, order)
    return offers


@dataclass(frozen=True, slots=True)
class _Rated:
    offer: Offer
    score: float
    amount: float | None
    currency: str | None
    history: tuple[int, int]


def _rated(view: Situation, offer: Offer, weights: RemedyWeights) -> _Rated:
    """The probability that the customer ends satisfied minus what it costs."""
    amount, currency = offered_amount(view, offer)
    tried, worked = _history(view, offer)
    chance = chance_of(view, offer.code, offer.order, weights, (tried, worked))
    chance += offer.rule.merit * (1 - chance)
    if view.asked(offer.code) is not None:
        chance += weights.asked * (1 - chance)
    total = offer.order.order.total if offer.order.order else None
    given = 0.0
    if amount and total and offer.code in weights.gives_away:
        given = weights.money_cost * amount / total
    score = _FIRST if offer.code in _ESCALATIONS else chance - weights.cost.get(offer.code, 0.0) - given
    return _Rated(offer, round(min(_FIRST, max(0.01, score)), 3), amount, currency, (tried, worked))


def chance_of(
    view: Situation, code: str, order: OrderFacts, weights: RemedyWeights, history: tuple[int, int] = (0, 0)
) -> float:
    """How likely the customer ends satisfied with a remedy: the documented belief, updated by what a model of
    the shop's own learned, or without one by its history (tried, worked) as a beta posterior mean."""
    belief = weights.works.get(view.issue, {}).get(code, weights.works["*"].get(code, 0.3))
    if weights.learned is not None:
        return learned_chance(view, code, order, weights.learned, belief)
    tried, worked = history
    return (belief * weights.prior_strength + worked) / (weights.prior_strength + tried)


def _remedy(view: Situation, rated: _Rated) -> Remedy:
    offer = rated.offer
    return Remedy(
        code=offer.code,
        score=rated.score,
        amount=rated.amount,
        currency=rated.currency,
        needs_approval=needs_approval(view, offer.rule, rated.amount),
        policy=offer.rule.id,
        why=reasons(view, offer.code, offer.rule, offer.order, rated.history),
    )


def needs_approval(view: Situation, rule: Rule, amount: float | None, role: str = "") -> bool:
    """Whether the role (the pack's default one when empty) may not grant this alone."""
    role = role or view.pack.default_role
    if view.pack.never_alone(rule, role):
        return True
    limit = view.pack.limit_under(rule, role)
    at_stake = at_most(rule) if amount is None else amount
    return limit is not None and at_stake > limit


def at_most(rule: Rule) -> float:
    """What a rule may cost when the amount is not known yet."""
    if rule.amount is None:
        return 0.0
    return rule.amount.value if rule.amount.kind == "fixed" else rule.amount.cap or float("inf")


def offered_amount(view: Situation, offer: Offer) -> tuple[float | None, str | None]:
    rule, order = offer.rule.amount, offer.order.order
    if rule is None or order is None or view.candidates:
        return None, None
    total = order.total
    if rule.kind == "fixed":
        amount: float | None = rule.value if order.currency in view.pack.currencies else None
    else:
        share = 1.0 if rule.kind == "full" else rule.value
        amount = None if total is None else total * share
    if amount is None:
        return None, None
    if rule.cap is not None and order.currency in view.pack.currencies:
        amount = min(amount, rule.cap)
    if total is not None:
        amount = min(amount, total)
    amount = round(float(amount), 2)
    return (amount, order.currency) if amount > 0 else (None, None)


def _history(view: Situation, offer: Offer) -> tuple[int, int]:
    """Tried and worked in closed conversations with this issue, and this order status where it is told."""
    tried = worked = 0
    for record in view.conversation.remedy_records:
        same = record.issue == view.issue and record.remedy == offer.code
        if same and record.order_status in ("", offer.order.state):
            tried += record.tried
            worked += record.worked
    return tried, min(worked, tried)
