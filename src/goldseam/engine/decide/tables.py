"""The data deciding works with: policy packs, documented weights, words. All frozen, all versioned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from goldseam.engine.decide.parcel import ScanWords
from goldseam.engine.decide.policy import PolicyPack
from goldseam.engine.decide.talk import Acts
from goldseam.engine.decide.texts import Texts
from goldseam.engine.facts import Conversation
from goldseam.engine.reply_tables import ReplyTables


@dataclass(frozen=True, slots=True)
class RiskWeights:
    """A logistic model over named features. `levels`: the lowest score of medium, high, critical."""

    version: str
    intercept: float
    weights: Mapping[str, float]
    issues: Mapping[str, float]
    signals: Mapping[str, float]
    levels: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class LiabilityWeights:
    """Log-odds points per party: what an issue says before any fact, and what each piece of evidence adds."""

    version: str
    issues: Mapping[str, Mapping[str, float]]
    evidence: Mapping[str, Mapping[str, float]]
    unclear: float


@dataclass(frozen=True, slots=True)
class RemedyModel:
    """What a shop's closed conversations taught about remedies (see `remedy_model`). `seen`: how many taught
    each "issue/remedy"; `prior_strength`: how many weigh as much as the documented belief."""

    version: str
    bias: float
    weights: Mapping[str, float]
    seen: Mapping[str, int]
    prior_strength: float


@dataclass(frozen=True, slots=True)
class RemedyWeights:
    """What is believed before a shop's own history is known. `works`: issue → remedy → probability that the
    customer ends satisfied; `prior_strength`: how many conversations that belief counts for; `cost`: remedy
    → handling cost in the same unit; `money_cost`: cost of giving away the whole order value, for the
    remedies in `gives_away`. `states`: the order states in which a remedy is possible at all."""

    version: str
    works: Mapping[str, Mapping[str, float]]
    prior_strength: float
    cost: Mapping[str, float]
    money_cost: float
    asked: float
    states: Mapping[str, frozenset[str]]
    states_special: Mapping[str, Mapping[str, frozenset[str]]]
    gives_away: frozenset[str]
    money: frozenset[str]
    most: int
    learned: RemedyModel | None = None


@dataclass(frozen=True, slots=True)
class DecidingTables:
    """Everything `decide` needs beside the facts. A shop's own pack stands first in `packs`."""

    packs: tuple[PolicyPack, ...]
    risk: RiskWeights
    liability: LiabilityWeights
    remedies: RemedyWeights
    scans: ScanWords
    customer_acts: Acts
    agent_acts: Acts
    texts: Mapping[str, Texts]
    reply: ReplyTables
    safety_signals: Mapping[str, str] = field(default_factory=dict)

    def pack_for(self, conversation: Conversation, language: str) -> PolicyPack:
        """The first pack made for the conversation's locale, else for its orders' currency, else for its
        language, else the first of all."""
        locale = (conversation.locale or "").lower()
        currencies = {o.currency for o in conversation.orders}
        by_locale = [p for p in self.packs if locale and locale.startswith(p.locales)]
        by_currency = [p for p in self.packs if currencies and not currencies.isdisjoint(p.currencies)]
        by_language = [p for p in self.packs if language in p.locales]
        return next(iter((*by_locale, *by_currency, *by_language, *self.packs)))

    def texts_for(self, language: str, locale: str) -> Texts:
        """The words of the customer's language; English for any language without words of its own."""
        return self.texts.get(language) or self.texts.get(locale[:2].lower()) or self.texts["en"]
