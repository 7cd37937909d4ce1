"""How much a person may grant: the pack in force says it by role, rule and period, and the person's own limit
narrows it. Nothing here reads the database.

The reckoning, in this order:

1. A rule that grants a role 0 means: never alone; nor may the roles below it that the rule does not name.
   From a rule that forbids only the roles that it names, and those above, may make an exception.
2. A rule or role without limit is not narrowed by the person's own limit. What a rule grants a role without
   limit is a right of the customer, so it does not count against the grantor's day and month either; an
   exception is no right.
3. Everything else is the smaller of the pack's figure (of the rule where it names the role, else of the role)
   and the person's own limit.
4. Figures hold in the pack's currencies and a person's own limit in the shop's. Money in any other currency
   may only be granted by somebody without limit, because nothing says what it is worth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from goldseam.engine.decide.policy import ROLES

if TYPE_CHECKING:
    from goldseam.engine.decide.policy import PolicyPack, Rule

LEVELS = ("lead", "admin")
"""Roles that may be asked, the lower first."""

MONEY = frozenset(
    {
        "return_refund",
        "refund_only",
        "partial_refund",
        "price_adjust",
        "coupon",
        "gift",
        "freight_refund",
        "cancel_order",
        "review_reward",
    }
)
"""Remedies that cost money: a request for one names an amount above 0."""


def rank(role: str) -> int:
    """The place of a role on the ladder; an unknown one stands below all."""
    return ROLES.index(role) if role in ROLES else -1


@dataclass(frozen=True, slots=True)
class Purse:
    """Whose authority, over what money: the role, the person's own limit (in `home`, the shop's currency),
    and the currency of the request."""

    role: str
    personal: Decimal
    home: str
    currency: str


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that may be granted per case, day and month (None = without limit); `never`: not even an
    amount of 0; `counts`: whether what is granted uses up the day and the month."""

    per_case: Decimal | None
    per_day: Decimal | None = None
    per_month: Decimal | None = None
    never: bool = False
    counts: bool = True

    def at_most(self, amount: Decimal | None) -> Ceiling:
        """The same, narrowed to an amount per case (None narrows nothing)."""
        if amount is None:
            return self
        return replace(self, per_case=amount if self.per_case is None else min(self.per_case, amount))


NOTHING = Ceiling(Decimal(0), Decimal(0), Decimal(0), never=True)
FREE = Ceiling(None, counts=False)
"""Without limit, and counting against nothing."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a grantor has granted already, in one currency."""

    day: Decimal = Decimal(0)
    month: Decimal = Decimal(0)


def ceiling(pack: PolicyPack, rule: Rule | None, purse: Purse) -> Ceiling:
    """What a person may grant under a rule (None: no rule allows it, so only the role's authority counts)."""
    role = purse.role
    if rule is not None and pack.never_alone(rule, role):
        return NOTHING
    figure = pack.limit(role) if rule is None else pack.limit_under(rule, role)
    by_right = rule is not None and rule.effect == "allow"
    if figure is None and by_right and pack.limit(role) is not None:
        return FREE
    if pack.currencies and purse.currency not in pack.currencies:
        return Ceiling(None) if figure is None else NOTHING
    day, month = _figure(pack.limit(role, "per_day")), _figure(pack.limit(role, "per_month"))
    if figure is None:
        return Ceiling(None, day, month)
    own = purse.personal if purse.currency == purse.home else Decimal(0)
    return Ceiling(min(Decimal(str(figure)), own), day, month)


def obstacle(amount: Decimal, most: Ceiling, spent: Spent) -> str:
    """What forbids granting this amount: "never", "per_case", "per_day", "per_month"; empty when nothing
    does."""
    if most.never:
        return "never"
    if most.per_case is not None and amount > most.per_case:
        return "per_case"
    if not most.counts:
        return ""
    if most.per_day is not None and spent.day + amount > most.per_day:
        return "per_day"
    if most.per_month is not None and spent.month + amount > most.per_month:
        return "per_month"
    return ""


def _figure(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
