"""Jobs: only with their transaction, again after a worker's death, and by the clock."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from goldseam.conversations import jobs as conversation_jobs
from goldseam.conversations.actions import open_conversation, snooze
from goldseam.core.jobs import app, job, patient, rescue, tidy, work
from goldseam.people.actions import create_shop

done: list[str] = []


@job("tests.note", retry=patient(2, first_wait=1))
def note(word: str) -> None:
    """Remember a word."""
    done.append(word)


@job("tests.pass_on")
def pass_on(word: str) -> None:
    """Defer another job, then fail: neither may count."""
    with transaction.atomic():
        note.defer(word=word)
        raise ValueError(word)


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty(transactional_db):
    """Nothing is done yet."""
    done.clear()


def run_worker() -> None:
    asyncio.run(work(concurrency=2, once=True))


def test_a_job_lives_and_dies_with_its_transaction():
    with transaction.atomic():
        note.defer(word="kept")
    with transaction.atomic():
        note.defer(word="rolled back")
        transaction.set_rollback(True)
    run_worker()
    assert done == ["kept"]


def test_what_a_job_defers_belongs_to_the_jobs_own_transaction():
    pass_on.defer(word="lost")
    run_worker()
    assert done == []
    assert not ProcrastinateJob.objects.filter(task_name="tests.note").exists()


def test_the_jobs_of_a_dead_worker_are_done_again():
    note.defer(word="rescued")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    with contextlib.suppress(AlreadyEnqueued):  # the clock was faster
        rescue.defer(timestamp=0)
    run_worker()
    run_worker()
    assert done == ["rescued"]


def test_old_jobs_are_forgotten():
    note.defer(word="old")
    run_worker()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '100 hours'")
    tidy.defer(timestamp=0)
    run_worker()
    assert not ProcrastinateJob.objects.filter(task_name="tests.note").exists()


def test_every_periodic_job_is_known_and_runs_alone():
    tasks = [entry.task for entry in app.periodic_registry.periodic_tasks.values()]
    assert {"jobs.rescue", "jobs.tidy", "conversations.wake"} <= {task.name for task in tasks}
    assert all(task.queueing_lock for task in tasks)


def test_snoozed_conversations_come_back_when_their_time_has_come():
    shop = create_shop("north", "North", actor="test")
    due = open_conversation(shop, external_id="due", actor="test")
    later = open_conversation(shop, external_id="later", actor="test")
    snooze(due, timezone.now() + timedelta(hours=1), actor="test")
    snooze(later, timezone.now() + timedelta(hours=1), actor="test")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_conversation SET snoozed_until = now() - interval '1 second' WHERE id = %s",
            [due.pk],
        )
    assert conversation_jobs.wake(0) == 1
    assert conversation_jobs.wake(0) == 0
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.status, later.status) == ("open", "snoozed")
