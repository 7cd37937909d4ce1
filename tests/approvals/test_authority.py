"""No path grants over authority: the reckoning alone, and every verb in any order."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from goldseam.approvals import actions, granted, waits
from goldseam.approvals.authority import Purse, Spent, ceiling, obstacle
from goldseam.approvals.circle import Circle, Person, Standing
from goldseam.approvals.models import ApprovalRequest, Cover, State, Turn, Verb
from goldseam.approvals.steps import StepRow, reaching, row_for
from goldseam.core.errors import DomainError
from goldseam.people.models import Agent, Membership
from goldseam.workshop.load_deciding import read_pack
from goldseam.workshop.load_terms import shipped_pack, shipped_packs
from tests.approvals.conftest import House, build_house

PACKS = [read_pack(shipped_pack(name)) for name in shipped_packs()]
ROLES = ("agent", "lead", "admin")
AMOUNTS = st.decimals(0, 6000, places=2)


@given(
    pack=st.sampled_from(PACKS),
    data=st.data(),
    role=st.sampled_from(ROLES),
    personal=AMOUNTS,
    amount=AMOUNTS,
    day=AMOUNTS,
    month=AMOUNTS,
    currency=st.sampled_from(["CNY", "USD", "JPY"]),
)
@settings(max_examples=400)
def test_nothing_passes_that_any_limit_forbids(
    pack, data, role, personal, amount, day, month, currency
) -> None:
    chosen = data.draw(st.one_of(st.none(), st.sampled_from(pack.rules)))
    most = ceiling(pack, chosen, Purse(role, personal, "CNY", currency))
    if obstacle(amount, most, Spent(day, month)):
        return
    if chosen is not None and chosen.effect == "forbid":
        assert most.counts
        assert chosen.exception_from is not None
        assert ROLES.index(role) >= ROLES.index(chosen.exception_from)
    figure = pack.limit(role) if chosen is None else pack.limit_under(chosen, role)
    if figure is not None:
        assert amount <= Decimal(str(figure))
        assert amount <= personal
        assert currency in pack.currencies
        assert currency == "CNY" or amount == 0
        for period, spent in (("per_day", day), ("per_month", month)):
            limit = pack.limit(role, period)
            assert limit is None or spent + amount <= Decimal(str(limit))
    elif chosen is not None and role in chosen.grants:
        assert chosen.grants[role] != 0


@given(amount=AMOUNTS, more=AMOUNTS, personal=AMOUNTS, up_to=st.one_of(st.none(), AMOUNTS))
def test_what_stops_a_small_amount_stops_a_larger_one(amount, more, personal, up_to) -> None:
    most = ceiling(PACKS[0], None, Purse("lead", personal, "CNY", "CNY")).at_most(up_to)
    if obstacle(amount, most, Spent()):
        assert obstacle(amount + more, most, Spent())


PEOPLE = st.lists(st.sampled_from(ROLES), min_size=1, max_size=6).map(
    lambda roles: [Person(i, f"p{i}", role, Decimal(100)) for i, role in enumerate(roles)]
)


@given(
    people=PEOPLE,
    away=st.sets(st.integers(0, 5)),
    pairs=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6),
    requester=st.integers(0, 5),
    level=st.sampled_from(["lead", "admin"]),
)
def test_nobody_is_asked_about_or_decides_their_own_wish(people, away, pairs, requester, level) -> None:
    people = [Person(p.agent_id, p.name, p.role, p.personal, p.agent_id in away) for p in people]
    circle = Circle(people, [Standing(a, d, None) for a, d in pairs if a != d])
    assert circle.seats_of(requester, requester, level) == []
    for person in people:
        for seat in circle.seats_of(person.agent_id, requester, level):
            assert seat.principal.agent_id != requester
            assert ROLES.index(seat.principal.role) >= ROLES.index(level)
    fit = {p.agent_id: Decimal(0) for p in circle.able(requester, level)}
    asked = circle.asked(level, requester, fit)
    assert requester not in asked
    assert bool(asked) is bool(fit)
    if any(i not in away for i in fit):
        assert not set(asked) & away


ROWS = st.lists(
    st.builds(
        StepRow,
        st.sampled_from(["*", "logistics.*", "logistics.delay", "praise"]),
        st.sampled_from(["*", "coupon"]),
        st.decimals(0, 500, places=0),
        st.sampled_from([("lead",), ("admin",), ("lead", "admin")]),
        st.integers(1, 60),
    ),
    max_size=8,
)


@given(rows=ROWS, amount=AMOUNTS)
def test_the_most_special_row_decides(rows, amount) -> None:
    row = row_for(rows, "logistics.delay", "coupon", amount)
    fitting = [r for r in rows if r.fits("logistics.delay", "coupon", amount)]
    assert not fitting or (row in fitting and all(row.weight >= other.weight for other in fitting))
    assert reaching(row.levels, "admin")[-1] == "admin"


class Desk(RuleBasedStateMachine):
    """People of a shop click about at random; after each click everything that was granted must be within the
    authority it was granted by, and nobody decided their own."""

    @initialize()
    def open(self) -> None:
        self.house: House = build_house(f"s{timezone.now().timestamp():.6f}".replace(".", "-"))
        h = self.house
        self.people: list[Agent] = [h.agent, h.colleague, h.lead, h.other_lead, h.admin]
        self.conversations = [h.conversation(f"c-{n}") for n in range(2)]
        self.count = 0
        self.final: dict[int, tuple[str, Decimal | None]] = {}

    def _on(self, which, call) -> None:
        found = ApprovalRequest.objects.filter(shop=self.house.shop).order_by("pk")
        for pk in found.values_list("pk", flat=True)[which : which + 1]:
            self._try(partial(call, pk))

    def _try(self, call) -> None:
        with suppress(DomainError), transaction.atomic():
            call()

    @rule(
        who=st.integers(0, 4),
        where=st.integers(0, 1),
        remedy=st.sampled_from(["coupon", "gift", "return_refund", "replace"]),
        amount=st.sampled_from([0, 40, 120, 300, 301, 499, 501, 1500]),
        currency=st.sampled_from(["CNY", "CNY", "CNY", "USD"]),
    )
    def ask(self, who, where, remedy, amount, currency) -> None:
        self.count += 1
        self._try(
            lambda: self.house.ask(
                self.conversations[where],
                amount,
                remedy=remedy,
                by=self.people[who],
                key=f"k{self.count}",
                currency=currency,
            )
        )

    @rule(
        who=st.integers(0, 4),
        which=st.integers(0, 9),
        amount=st.sampled_from([None, 20, 300, 450, 600, 2000]),
    )
    def approve(self, who, which, amount) -> None:
        wanted = None if amount is None else Decimal(amount)
        self._on(which, lambda pk: actions.approve(pk, self.people[who], amount=wanted))

    @rule(who=st.integers(0, 4), which=st.integers(0, 9))
    def refuse(self, who, which) -> None:
        self._on(which, lambda pk: actions.refuse(pk, self.people[who], words="no"))

    @rule(who=st.integers(0, 4), which=st.integers(0, 9))
    def pass_on(self, who, which) -> None:
        self._on(which, lambda pk: actions.pass_on(pk, self.people[who]))

    @rule(who=st.integers(0, 4), which=st.integers(0, 9))
    def withdraw(self, who, which) -> None:
        self._on(which, lambda pk: actions.withdraw(pk, self.people[who]))

    @rule(which=st.integers(0, 9))
    def time_passes(self, which) -> None:
        self._on(which, lambda pk: waits.escalate(pk, timezone.now() + timedelta(days=1)))

    @rule(
        whom=st.integers(2, 4),
        deputy=st.integers(0, 4),
        away=st.booleans(),
        up_to=st.sampled_from([None, 100, 1000]),
    )
    def delegate(self, whom, deputy, away, up_to) -> None:
        if whom == deputy:
            return
        now = timezone.now()
        Cover.objects.create(
            shop=self.house.shop,
            agent=self.people[whom],
            deputy=self.people[deputy],
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
            away=away,
            up_to=up_to,
        )

    @rule(who=st.integers(0, 4), limit=st.sampled_from([0, 200, 800]))
    def change_limit(self, who, limit) -> None:
        Membership.objects.filter(agent=self.people[who]).update(limit=limit)

    @rule(which=st.integers(0, 9))
    def use(self, which) -> None:
        self._on(which, lambda pk: granted.use_grant(pk, agent=self.people[0]))

    @rule(who=st.integers(0, 4), which=st.integers(0, 9))
    def give_back(self, who, which) -> None:
        self._on(which, lambda pk: granted.give_back(pk, self.people[who]))

    @rule(which=st.integers(0, 9), days=st.sampled_from([1, 20]))
    def grants_grow_old(self, which, days) -> None:
        self._on(which, lambda pk: granted.pass_time(pk, timezone.now() + timedelta(days=days)))

    @invariant()
    def nobody_grants_more_than_they_may(self) -> None:
        if not hasattr(self, "house"):
            return
        for r in ApprovalRequest.objects.filter(shop=self.house.shop):
            if r.state in (State.APPROVED, State.REFUSED):
                assert r.decided_by_id != r.requester_id
                assert r.grantor_id is None or r.grantor_id != r.requester_id
            ends = (State.APPROVED, State.REFUSED, State.WITHDRAWN)
            if r.pk in self.final:
                assert self.final[r.pk] == (r.state, r.granted_amount), "a final word has changed"
            elif r.state in ends:
                self.final[r.pk] = (r.state, r.granted_amount)
                self._within_authority(r)
            ends_of_a_grant = (Verb.USED, Verb.RETURNED, Verb.EXPIRED)
            assert Turn.objects.filter(request=r, verb__in=ends_of_a_grant).count() <= 1

    def _within_authority(self, r: ApprovalRequest) -> None:
        """Judged at the moment it was decided, from the tables alone."""
        if r.state != State.APPROVED:
            return
        assert r.granted_amount is not None
        assert r.grantor is not None
        member = Membership.objects.get(agent=r.grantor, shop=r.shop)
        assert member.role in ("lead", "admin")
        pack = PACKS[0]
        found = pack.rule(r.policy) if r.policy else None
        limit = pack.limit_under(found, member.role) if found else pack.limit(member.role)
        assert not (found and found.grants.get(member.role) == 0)
        if r.verdict == "forbidden":
            assert found is not None
            lowest = found.exception_from
            assert lowest is not None
            assert ROLES.index(member.role) >= ROLES.index(lowest)
        if limit is not None:
            assert r.granted_amount <= min(Decimal(str(limit)), member.limit)
        if r.decided_by != r.grantor:
            covers = Cover.objects.filter(agent=r.grantor, deputy=r.decided_by)
            assert any(c.up_to is None or r.granted_amount <= c.up_to for c in covers)


@pytest.mark.django_db
def test_no_order_of_clicks_grants_over_authority() -> None:
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
