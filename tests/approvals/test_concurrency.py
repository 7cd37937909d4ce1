"""Several people at once, and processes that die, on a real PostgreSQL with real connections."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from goldseam.approvals import actions, granted
from goldseam.approvals.models import ApprovalRequest, Cover, Notice, State, Turn, Verb
from goldseam.approvals.routing import spent_by
from goldseam.channels.webhook.actions import deliver
from goldseam.channels.webhook.models import Delivery, DeliveryStatus, Endpoint
from goldseam.conversations import actions as inbox
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.models import AuditEntry
from goldseam.people.models import Agent, Membership
from goldseam.people.queries import Role
from tests.approvals.conftest import House, build_house

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


@pytest.fixture
def house(transactional_db: None) -> House:
    return build_house()


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run all at the same moment, each on a connection of its own; what each returned or raised."""
    start = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        try:
            start.wait(10)
            results[number] = call()
        except DomainError as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for somebody in a circle"
    return results


def final_turns(request: ApprovalRequest) -> int:
    return Turn.objects.filter(request=request, verb__in=[Verb.APPROVED, Verb.REFUSED]).count()


def jobs_of(delivery: Delivery) -> int:
    found = ProcrastinateJob.objects.filter(task_name="webhook.deliver", args={"delivery": str(delivery.pk)})
    return found.count()


def listen(house: House, url: str = "https://shop.example/hook") -> None:
    Endpoint.objects.create(shop=house.shop, url=url, secret="whs_x", events=["approval.decided"])


def test_two_leads_who_approve_at_once_grant_it_once(house: House) -> None:
    listen(house)
    for number in range(ROUNDS):
        request = house.ask(house.conversation(f"c-{number}"), 120)
        results = at_once(
            lambda pk=request.pk: actions.approve(pk, house.lead),  # type: ignore[misc]
            lambda pk=request.pk: actions.approve(pk, house.other_lead),  # type: ignore[misc]
            lambda pk=request.pk: actions.approve(pk, house.admin),  # type: ignore[misc]
        )
        refused = [r for r in results if isinstance(r, Conflict)]
        assert len(refused) == 2
        assert {error.code for error in refused} == {"decided"}
        assert final_turns(request) == 1
        subject = f"approval-{request.pk}"
        assert AuditEntry.objects.filter(subject=subject, verb="approval.approved").count() == 1
        assert Notice.objects.filter(request=request, kind="decided").count() == 1
    assert Delivery.objects.count() == ROUNDS
    assert [jobs_of(delivery) for delivery in Delivery.objects.all()] == [1] * ROUNDS


def test_yes_and_no_at_once_leave_one_word(house: House) -> None:
    for number in range(ROUNDS):
        request = house.ask(house.conversation(f"c-{number}"), 120)
        results = at_once(
            lambda pk=request.pk: actions.approve(pk, house.lead),  # type: ignore[misc]
            lambda pk=request.pk: actions.refuse(pk, house.other_lead, words="不行"),  # type: ignore[misc]
            lambda pk=request.pk: actions.withdraw(pk, house.agent),  # type: ignore[misc]
        )
        assert sum(isinstance(r, Conflict) for r in results) == 2
        request.refresh_from_db()
        assert (request.state == State.WITHDRAWN) is (final_turns(request) == 0)


def test_a_double_click_is_one_click(house: House) -> None:
    request = house.ask(house.conversation(), 120)
    clicks = [lambda: actions.approve(request.pk, house.lead, key="one") for _ in range(4)]
    results = at_once(*clicks)
    assert all(isinstance(r, ApprovalRequest) for r in results)
    assert final_turns(request) == 1


def test_asking_twice_at_once_makes_one_request(house: House) -> None:
    conversation = house.conversation()
    same = at_once(*[lambda: house.ask(conversation, 120, key="k") for _ in range(4)])
    assert len({r.pk for r in same if isinstance(r, ApprovalRequest)}) == 1
    others = at_once(*[lambda n=n: house.ask(conversation, 50, remedy="gift", key=f"g{n}") for n in range(4)])  # type: ignore[misc]
    assert sum(isinstance(r, Conflict) for r in others) == 3
    assert ApprovalRequest.objects.filter(remedy="gift").count() == 1


def test_a_limit_of_the_day_is_not_passed_by_deciding_at_once(house: House) -> None:
    """A lead may grant 5,000 a day: eleven times 480 at once is more, so one of them is refused."""
    requests = [house.ask(house.conversation(f"c-{n}"), 480) for n in range(11)]
    results = at_once(*[lambda pk=r.pk: actions.approve(pk, house.lead) for r in requests])  # type: ignore[misc]
    told = [r for r in results if isinstance(r, DomainError)]
    assert [error.code for error in told] == ["over_authority"]
    spent = spent_by(house.shop, house.lead.pk, "CNY", requests[0].created_at)
    assert spent.day == Decimal(4800)


def test_a_grant_is_used_by_one_reply(house: House) -> None:
    request = house.ask(house.conversation(), 120)
    actions.approve(request.pk, house.lead)

    def use(agent: Agent) -> None:
        with transaction.atomic():
            granted.use_grant(request.pk, agent=agent)

    results = at_once(*[lambda a=a: use(a) for a in (house.agent, house.colleague, house.lead)])  # type: ignore[misc]
    assert sum(isinstance(r, Conflict) for r in results) == 2
    assert Turn.objects.filter(request=request, verb=Verb.USED).count() == 1


def test_asking_and_closing_at_once_never_leave_a_request_on_a_closed_conversation(house: House) -> None:
    for number in range(ROUNDS):
        conversation = house.conversation(f"c-{number}")
        results = at_once(
            lambda c=conversation: house.ask(c, 120),  # type: ignore[misc]
            lambda c=conversation: inbox.close(c, actor=f"agent-{house.lead.pk}"),  # type: ignore[misc]
        )
        assert sum(isinstance(r, Conflict) for r in results) == 1
        conversation.refresh_from_db()
        waits = ApprovalRequest.objects.filter(conversation=conversation, state=State.PENDING).exists()
        assert waits is (conversation.status != "closed")


def test_deputies_of_each_other_do_not_wait_in_a_circle(house: House) -> None:
    now = timezone.now()
    for one, other in ((house.lead, house.other_lead), (house.other_lead, house.lead)):
        Cover.objects.create(
            shop=house.shop,
            agent=one,
            deputy=other,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=9),
            away=False,
        )
    for number in range(ROUNDS):
        a, b = (house.ask(house.conversation(f"{letter}{number}"), 120).pk for letter in "ab")
        results = at_once(
            lambda a=a: actions.approve(a, house.lead),  # type: ignore[misc]
            lambda b=b: actions.approve(b, house.other_lead),  # type: ignore[misc]
        )
        assert all(isinstance(r, ApprovalRequest) for r in results)


DIE = """
import os, sys
import django
django.setup()
from django.db import transaction
from goldseam.approvals import actions
from goldseam.people.models import Agent
with transaction.atomic():
    actions.approve(int(sys.argv[1]), Agent.objects.get(pk=int(sys.argv[2])))
    if sys.argv[3] == "before":
        os._exit(9)
os._exit(9)
"""


def die(request: ApprovalRequest, agent: Agent, moment: str) -> None:
    """Approve in a process that is gone before, or right after, its transaction is written."""
    given = connection.settings_dict
    where = {"host": given["HOST"], "port": given.get("PORT"), "password": given.get("PASSWORD")}
    query = urlencode({name: value for name, value in where.items() if value})
    address = f"postgresql://{given['USER']}@/{given['NAME']}?{query}"
    child = subprocess.run(
        [sys.executable, "-c", DIE, str(request.pk), str(agent.pk), moment],
        env=os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == 9, child.stderr


@dataclass
class Receiver:
    """An honest twin of a shop's program."""

    port: int = 0
    calls: list[bytes] = field(default_factory=list)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    twin = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            twin.calls.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    twin.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(
        settings, "ENVIRONMENT", settings.ENVIRONMENT.model_copy(update={"webhook_private": True})
    )
    yield twin
    server.shutdown()
    thread.join()
    server.server_close()


def test_who_dies_before_the_commit_has_decided_nothing(house: House) -> None:
    listen(house)
    request = house.ask(house.conversation(), 120)
    die(request, house.lead, "before")
    request.refresh_from_db()
    assert (request.state, final_turns(request), Delivery.objects.count()) == (State.PENDING, 0, 0)
    assert actions.approve(request.pk, house.other_lead).state == State.APPROVED


def test_who_dies_after_the_commit_has_decided_all_of_it_and_it_is_carried_out_once(
    house: House, receiver: Receiver
) -> None:
    listen(house, f"http://127.0.0.1:{receiver.port}/hook")
    request = house.ask(house.conversation(), 120)
    die(request, house.lead, "after")
    request.refresh_from_db()
    assert (request.state, request.decided_by) == (State.APPROVED, house.lead)
    assert receiver.calls == []  # the worker has not come to it yet
    delivery = Delivery.objects.get()
    assert jobs_of(delivery) == 1
    at_once(lambda: deliver(delivery.pk), lambda: deliver(delivery.pk), lambda: deliver(delivery.pk))
    deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.DELIVERED
    (body,) = receiver.calls
    assert f'"key":"approval-{request.pk}"'.encode() in body
    assert b'"granted_amount":"120.00"' in body


def test_a_role_taken_away_meanwhile_grants_nothing(house: House) -> None:
    request = house.ask(house.conversation(), 120)
    Membership.objects.filter(agent=house.lead).update(role=Role.AGENT)
    with pytest.raises(DomainError):
        actions.approve(request.pk, house.lead)
