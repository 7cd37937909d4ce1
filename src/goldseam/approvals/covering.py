"""Writes about who decides for whom, and about the table of steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.approvals.authority import LEVELS
from goldseam.approvals.models import GRANT_DAYS, ApprovalSettings, ApprovalStep, Cover
from goldseam.approvals.steps import StepRow, rows_of
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.live import announce
from goldseam.core.locks import take_turns
from goldseam.engine.reply.authority import WORDING
from goldseam.people.queries import Role, colleague, require_role
from goldseam.workshop.load_terms import load_terms

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop

_LONGEST = timedelta(days=366)
_MOST_ROWS = 100
_LONGEST_WAIT = 7 * 24 * 60
LONGEST_GRANT = 365
"""Days."""


@transaction.atomic
def name_deputy(
    shop: Shop,
    by: Agent,
    agent_id: int,
    *,
    deputy_id: int | None,
    starts_at: datetime,
    ends_at: datetime,
    away: bool,
    up_to: Decimal | None = None,
    note: str = "",
) -> Cover:
    """Say that a person is away, or that somebody decides for them, for a time. People speak for themselves,
    admins for everybody; who has nothing to decide needs no deputy."""
    if by.pk != agent_id:
        require_role(by, shop.pk, Role.ADMIN)
    agent = colleague(shop.pk, agent_id)
    require_role(agent, shop.pk, Role.LEAD)
    deputy = colleague(shop.pk, deputy_id) if deputy_id is not None else None
    _check(agent, deputy, starts_at, ends_at, away=away)
    take_turns(f"approvals-cover-{shop.pk}-{agent_id}")
    overlapping = Cover.objects.filter(
        shop=shop, agent=agent, ended_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    if overlapping.exists():
        raise Conflict(gettext_noop("There is an entry for this time already; end it first."))
    cover = Cover.objects.create(
        shop=shop,
        agent=agent,
        deputy=deputy,
        starts_at=starts_at,
        ends_at=ends_at,
        away=away,
        up_to=up_to if deputy else None,
        note=note.strip(),
    )
    _told(cover, by, "named")
    return cover


@transaction.atomic
def end_cover(cover: Cover, by: Agent) -> None:
    """It is over from now on; twice changes nothing."""
    if by.pk != cover.agent_id:
        require_role(by, cover.shop_id, Role.ADMIN)
    ended = Cover.objects.filter(pk=cover.pk, ended_at=None).update(ended_at=timezone.now())
    if ended:
        _told(cover, by, "ended")


def covers_ahead(shop_id: int) -> list[Cover]:
    """What holds now or will, the nearest first."""
    rows = Cover.objects.select_related("agent", "deputy").filter(shop_id=shop_id, ended_at=None)
    return list(rows.filter(ends_at__gt=timezone.now()).order_by("starts_at", "id")[:200])


@transaction.atomic
def write_steps(
    shop: Shop, by: Agent, rows: Sequence[StepRow], small_amount: Decimal, grant_days: int = GRANT_DAYS
) -> None:
    """Put a table of steps and its figures in the place of the shop's present ones; requests that wait keep
    their way, and what was granted its time."""
    require_role(by, shop.pk, Role.ADMIN)
    if len(rows) > _MOST_ROWS:
        raise DomainError(gettext_noop("A table has at most 100 rows."), field="rows")
    for row in rows:
        _check_row(row)
    if not 1 <= grant_days <= LONGEST_GRANT:
        raise DomainError(
            gettext_noop("What was granted may be used for a day to a year."), field="grant_days"
        )
    if len({(row.issue, row.remedy, row.over) for row in rows}) != len(rows):
        raise DomainError(gettext_noop("Two rows speak of the same requests."), field="rows")
    take_turns(f"approvals-steps-{shop.pk}")
    before = [_row_json(row) for row in rows_of(shop.pk)]
    ApprovalStep.objects.filter(shop=shop).delete()
    ApprovalStep.objects.bulk_create(
        ApprovalStep(
            shop=shop,
            issue=row.issue,
            remedy=row.remedy,
            over=row.over,
            levels=list(row.levels),
            wait_minutes=row.wait_minutes,
        )
        for row in rows
    )
    ApprovalSettings.objects.update_or_create(
        shop=shop, defaults={"small_amount": small_amount, "grant_days": grant_days}
    )
    after = [_row_json(row) for row in rows]
    audit.record(
        shop.pk,
        f"agent-{by.pk}",
        "approval.steps_written",
        f"shop-{shop.pk}",
        before={"rows": before},
        after={"rows": after, "small_amount": str(small_amount), "grant_days": grant_days},
    )


def _check(agent: Agent, deputy: Agent | None, starts: datetime, ends: datetime, *, away: bool) -> None:
    if deputy is None and not away:
        raise DomainError(gettext_noop("Name a deputy, or say that the person is away."), field="deputy")
    if deputy is not None and deputy.pk == agent.pk:
        raise DomainError(gettext_noop("Nobody is their own deputy."), field="deputy")
    if ends <= starts or ends <= timezone.now():
        raise DomainError(
            gettext_noop("The end must lie after the beginning and in the future."), field="ends_at"
        )
    if ends - starts > _LONGEST:
        raise DomainError(gettext_noop("At most a year at a time."), field="ends_at")


def _check_row(row: StepRow) -> None:
    issues = load_terms().issues
    known = row.issue == "*" or row.issue in issues
    if not known and not (row.issue.endswith(".*") and any(i.startswith(row.issue[:-1]) for i in issues)):
        raise DomainError(gettext_noop("A row names an unknown issue."), field="issue")
    if row.remedy not in load_terms().remedies | {"*", WORDING}:
        raise DomainError(gettext_noop("A row names an unknown remedy."), field="remedy")
    if not row.levels or any(level not in LEVELS for level in row.levels):
        raise DomainError(gettext_noop("A row names no level."), field="levels")
    if not 1 <= row.wait_minutes <= _LONGEST_WAIT:
        raise DomainError(gettext_noop("A wait takes from a minute to a week."), field="wait_minutes")
    if row.over < 0:
        raise DomainError(gettext_noop("An amount cannot be negative."), field="over")


def _told(cover: Cover, by: Agent, verb: str) -> None:
    after = {
        "agent": cover.agent_id,
        "deputy": cover.deputy_id,
        "from": cover.starts_at.isoformat(),
        "to": cover.ends_at.isoformat(),
        "up_to": None if cover.up_to is None else str(cover.up_to),
    }
    audit.record(cover.shop_id, f"agent-{by.pk}", f"deputy.{verb}", f"agent-{cover.agent_id}", after=after)
    names = [f"approvals-{i}" for i in (cover.agent_id, cover.deputy_id) if i is not None]
    announce(cover.shop_id, "approvals", *names)


def _row_json(row: StepRow) -> dict[str, object]:
    return {
        "issue": row.issue,
        "remedy": row.remedy,
        "over": str(row.over),
        "levels": list(row.levels),
        "wait_minutes": row.wait_minutes,
    }
