"""Budgets: what a team, or the whole shop, may give in a month, and how far the month has come.

Only `goodwill` weighs on a budget. A month begins at midnight of the shop's own time zone. Two entries that
commit at the same moment may each miss a share that they reach together; the job that looks every few minutes
tells it then, so no lock makes all decisions of a shop stand in one row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core import audit
from goldseam.core.errors import DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.ledger import events
from goldseam.ledger.models import Account, Budget, BudgetWarning, Line
from goldseam.people.queries import Role, all_shops, require_role, team_of_shop, teams_of

if TYPE_CHECKING:
    from goldseam.ledger.models import Entry
    from goldseam.people.models import Agent, Shop

ZERO = Decimal(0)
SHARES = (80, 100)
_MOST_SHARES = 5


@dataclass(frozen=True, slots=True)
class Usage:
    """How far a budget is used up in a month. `team` is None for the whole shop."""

    budget: Budget
    month: date
    limit: Decimal
    spent: Decimal

    @property
    def share(self) -> int:
        """Per cent of the budget, rounded down so that 100 means used up."""
        return int(self.spent * 100 / self.limit)

    @property
    def left(self) -> Decimal:
        """What may still be given; below zero when it was passed."""
        return self.limit - self.spent

    @property
    def level(self) -> str:
        """calm, near (a share under 100 was reached) or over."""
        if self.share >= 100:
            return "over"
        return "near" if any(self.share >= share for share in self.budget.shares) else "calm"

    @property
    def bar(self) -> int:
        """The length of the bar, 0 to 100."""
        return max(0, min(100, self.share))


def month_of(moment: datetime, zone: str) -> date:
    """The first day of the month in which a moment lies, in a time zone."""
    return moment.astimezone(ZoneInfo(zone)).date().replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def month_bounds(month: date, zone: str) -> tuple[datetime, datetime]:
    """When a month begins and ends (exclusive) in a time zone."""
    begin = datetime.combine(month, time(), ZoneInfo(zone))
    return begin, datetime.combine(next_month(month), time(), ZoneInfo(zone))


def budgets_in_force(shop_id: int, month: date) -> list[Budget]:
    """The budgets that hold in a month, one per team and currency, the whole shop's first."""
    rows = Budget.objects.select_related("team", "shop").filter(shop_id=shop_id, since__lte=month)
    latest = rows.order_by("team", "currency", "-since").distinct("team", "currency")
    found = [budget for budget in latest if budget.amount is not None]
    return sorted(found, key=lambda b: (b.team_id is not None, b.team.name if b.team else "", b.currency))


def spent_in(shop: Shop, month: date) -> dict[tuple[int | None, str], Decimal]:
    """Goodwill given in a month by team and currency; under None the sum of the whole shop."""
    begin, end = month_bounds(month, shop.timezone)
    lines = Line.objects.filter(shop=shop, account=Account.GOODWILL, at__gte=begin, at__lt=end)
    found: dict[tuple[int | None, str], Decimal] = {}
    for row in lines.values("team_id", "currency").annotate(total=Sum("amount")).order_by("team_id"):
        for team in {row["team_id"], None}:
            place = (team, row["currency"])
            found[place] = found.get(place, ZERO) + row["total"]
    return found


def usages(shop: Shop, month: date) -> list[Usage]:
    """Every budget of a month with what was given against it: two queries."""
    spent = spent_in(shop, month)
    return [
        Usage(budget, month, budget.amount, spent.get((budget.team_id, budget.currency), ZERO))
        for budget in budgets_in_force(shop.pk, month)
        if budget.amount is not None
    ]


def usages_for(shop: Shop, agent_id: int | None, currency: str, now: datetime) -> list[Usage]:
    """The budgets on which a gift of this person would weigh now: of the shop and of their team."""
    mine = teams_of(shop.pk).filter(members__agent_id=agent_id).order_by("pk") if agent_id else None
    team = mine.values_list("pk", flat=True).first() if mine is not None else None
    found = usages(shop, month_of(now, shop.timezone))
    return [u for u in found if u.budget.currency == currency and u.budget.team_id in (None, team)]


@transaction.atomic
def set_budget(
    shop: Shop,
    agent: Agent,
    *,
    team_id: int | None,
    since: date,
    currency: str,
    amount: Decimal | None,
    shares: list[int] | None = None,
) -> Budget:
    """From the month of `since` on, this is the budget (None ends it). Leads only; months that are over keep
    the budget they had."""
    require_role(agent, shop.pk, Role.LEAD)
    month = since.replace(day=1)
    if month < month_of(timezone.now(), shop.timezone):
        raise DomainError(gettext_noop("A month that is over keeps its budget."), field="since")
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise DomainError(gettext_noop("A currency has three letters, such as CNY."), field="currency")
    if amount is not None and not (amount.is_finite() and 0 < amount < Decimal("9999999999")):
        raise DomainError(gettext_noop("A budget is an amount above 0."), field="amount")
    if amount is not None and amount != amount.quantize(Decimal("0.01")):
        raise DomainError(gettext_noop("The amount has more than two decimal places."), field="amount")
    told = sorted(set(SHARES if shares is None else shares))
    if len(told) > _MOST_SHARES or not all(1 <= share <= 200 for share in told):
        raise DomainError(gettext_noop("Warn at up to five shares from 1 to 200 per cent."), field="shares")
    team = None if team_id is None else team_of_shop(shop.pk, team_id)
    budget, _ = Budget.objects.update_or_create(
        shop=shop,
        team=team,
        since=month,
        currency=currency,
        defaults={"amount": amount, "shares": told, "set_by": agent},
    )
    after = {"team": team_id, "since": str(month), "amount": f"{amount} {currency}", "shares": told}
    audit.record(shop.pk, f"agent-{agent.pk}", "ledger.budget_set", f"shop-{shop.pk}", after=after)
    announce(shop.pk, "budgets")
    look_at(shop, timezone.now())
    return budget


def watch_budgets(entry: Entry) -> None:
    """After money moved: tell the leads once for each share that this month has reached."""
    now = timezone.now()
    if month_of(entry.at, entry.shop.timezone) == month_of(now, entry.shop.timezone):
        announce(entry.shop_id, "budgets")
        look_at(entry.shop, now)


def look_at(shop: Shop, now: datetime) -> int:
    """Compare this month with its budgets and keep each share that was reached and not told yet. Returns how
    many are new."""
    new = 0
    for usage in usages(shop, month_of(now, shop.timezone)):
        for share in usage.budget.shares:
            if usage.share >= share:
                _, is_new = BudgetWarning.objects.get_or_create(
                    budget=usage.budget,
                    month=usage.month,
                    share=share,
                    defaults={"spent": usage.spent},
                )
                new += is_new
                if is_new:
                    emit(events.BudgetCrossed(shop.pk, usage.budget.pk, share))
    if new:
        announce(shop.pk, "budgets", "budget-warnings")
    return new


def look_at_all(now: datetime) -> int:
    """Every shop's budgets; how many warnings are new."""
    total = 0
    for shop in all_shops():
        with transaction.atomic():
            total += look_at(shop, now)
    return total


def warnings_for(agent: Agent, shop: Shop, now: datetime) -> QuerySet[BudgetWarning]:
    """What a lead has not taken notice of yet, of this month: of the teams they lead, and of the shop."""
    rows = BudgetWarning.objects.select_related("budget__team", "budget__shop").filter(
        budget__shop=shop, month=month_of(now, shop.timezone)
    )
    mine = Q(budget__team=None) | Q(budget__team__lead=agent) | Q(budget__team__lead=None)
    return rows.filter(mine).exclude(seen_by=agent).order_by("-share", "id")


def highest(warnings: Iterable[BudgetWarning]) -> list[BudgetWarning]:
    """Of each budget the highest share only: whoever passed 100 per cent need not hear of 80."""
    found: dict[int, BudgetWarning] = {}
    for warning in warnings:
        before = found.get(warning.budget_id)
        if before is None or before.share < warning.share:
            found[warning.budget_id] = warning
    return list(found.values())


def see_warnings(agent: Agent, shop: Shop) -> None:
    """The person has taken notice of what is open."""
    for warning in warnings_for(agent, shop, timezone.now()):
        warning.seen_by.add(agent)
