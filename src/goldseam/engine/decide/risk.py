"""How likely this ends in a complaint, a dispute or a bad review: a logistic model whose parts add up.

The score is σ(b + Σ wᵢxᵢ). What a feature adds to the probability is its integrated gradient from the
empty conversation (Sundararajan, Taly & Yan 2017): for a logistic model that is wᵢxᵢ times the mean slope
along the path, so that base and factors sum to the score and a factor's sign is its feature's sign. The
weights are documented expert judgement in a data file until a shop's own closed conversations replace them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from goldseam.engine.assessment import Factor, Risk
from goldseam.engine.decide.features import Feature, features, own_promises
from goldseam.engine.decide.situation import Situation
from goldseam.engine.decide.tables import RiskWeights
from goldseam.engine.decide.texts import Texts
from goldseam.engine.reading import Outlook

_DIGITS = 4
_SMALL = 1e-9
_EDGE = 1e-3


def risk(view: Situation, weights: RiskWeights) -> Risk:
    """Score the conversation as it stands. A model that the shop's own closed conversations taught has seen
    all of this itself and stands for the whole; its parts are the factors."""
    outlook = view.reading.outlook
    if outlook.learned:
        return _learned(outlook, weights, view)
    return score(features(view, weights), weights, view.texts.say("risk_base"))


def score(found: Iterable[Feature], weights: RiskWeights, base_words: str) -> Risk:
    """Turn features into a score with factors, strongest first; the factors sum to the score."""
    parts = [(f, f.weight * f.value) for f in found if f.weight and f.value]
    total = math.fsum(part for _, part in parts)
    base = _sigmoid(weights.intercept)
    slope = _mean_slope(weights.intercept, total)
    factors = [Factor(f.code, round(part * slope, _DIGITS), f.evidence) for f, part in parts]
    factors = [f for f in factors if f.weight]
    factors.sort(key=lambda f: (-abs(f.weight), f.code))
    factors.append(Factor("base", round(base, _DIGITS), base_words))
    value = round(math.fsum(f.weight for f in factors), _DIGITS)
    clipped = min(1.0, max(0.0, value))
    if clipped != value:  # Rounding alone can carry the sum past an end; the base takes it up.
        factors[-1] = Factor("base", round(factors[-1].weight + clipped - value, _DIGITS), base_words)
    return Risk(score=clipped, level=level(clipped, weights), factors=tuple(factors))


def _learned(outlook: Outlook, weights: RiskWeights, view: Situation) -> Risk:
    texts = view.texts
    factors = [
        Factor(code, round(weight, _DIGITS), _learned_words(code, words, texts))
        for code, weight, words in outlook.parts
    ]
    dissatisfied = outlook.dissatisfied
    for feature in own_promises(view, weights):  # no closed conversation of a former desk could teach these
        chance = min(1 - _EDGE, max(_EDGE, dissatisfied))
        odds = math.log(chance / (1 - chance))
        step = feature.value * feature.weight
        factors.append(Factor(feature.code, round(step * _mean_slope(odds, step), _DIGITS), feature.evidence))
        dissatisfied += step * _mean_slope(odds, step)
    factors = [f for f in factors if f.weight and f.code != "base"]
    factors.sort(key=lambda f: (-abs(f.weight), f.code))
    value = round(min(1.0, max(0.0, dissatisfied)), _DIGITS)
    rest = round(value - math.fsum(f.weight for f in factors), _DIGITS)
    factors.append(Factor("base", rest, texts.say("risk_base")))
    return Risk(score=value, level=level(value, weights), factors=tuple(factors))


def _learned_words(code: str, found: str, texts: Texts) -> str:
    """What a learned part looked at, with the words or figure that spoke most."""
    said = texts.say("learned", what=texts.name("outlook", code))
    return f"{said} ({found})" if found else said


def level(value: float, weights: RiskWeights) -> str:
    """The level a score belongs to."""
    medium, high, critical = weights.levels
    if value >= critical:
        return "critical"
    if value >= high:
        return "high"
    return "medium" if value >= medium else "low"


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _mean_slope(start: float, step: float) -> float:
    if abs(step) < _SMALL:
        at = _sigmoid(start)
        return at * (1 - at)
    return (_sigmoid(start + step) - _sigmoid(start)) / step
