"""Slow work: the one place that names the queue, its queues and its patience.

A job is deferred in the transaction that needs it (`my_job.defer(...)`), so it exists if and only if that
transaction does. Jobs may run twice (a worker can die between doing and noting), so they are idempotent.
Rooms write theirs in `jobs.py`, which is found by itself:

    from goldseam.core.jobs import WEBHOOKS, job

    @job("webhook.deliver", queue=WEBHOOKS, retry=patient(8))
    def deliver(delivery: str) -> None: ...

Periodic jobs take the timestamp they were due at; however many workers run, each time is deferred once.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

import psycopg
import structlog
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.retry import RetryStrategy

DEFAULT = "default"
WEBHOOKS = "webhooks"
_STALLED_SECONDS = 30
_STOP_SECONDS = 2.0
_PAUSE_SECONDS = 1.0
_KEEP_HOURS = 72

log = structlog.get_logger(__name__)

_Work = TypeVar("_Work", bound=Callable[..., Any])


def patient(attempts: int, *, first_wait: int = 2) -> RetryStrategy:
    """Try again after `first_wait`, then its powers, in seconds: 2, 4, 8, …"""
    return RetryStrategy(max_attempts=attempts, exponential_wait=first_wait)


def job(name: str, *, queue: str = DEFAULT, retry: RetryStrategy | None = None) -> Callable[[_Work], Any]:
    """Make a function a job. `name` stays for good: it is what waits in the database."""
    return cast("Callable[[_Work], Any]", app.task(name=name, queue=queue, retry=retry or patient(3)))


def defer(name: str, queue: str, at: datetime | None = None, **arguments: Any) -> None:
    """Let the job of this name be done (not before `at`), if the present transaction commits. For rooms
    whose actions and jobs call each other."""
    app.configure_task(name, queue=queue, schedule_at=at).defer(**arguments)


def every(cron: str, name: str, *, queue: str = DEFAULT) -> Callable[[_Work], Any]:
    """Make a function (of one timestamp) a periodic job; at most one of it waits or runs at a time."""

    def decorate(work: _Work) -> Any:
        task = app.task(name=name, queue=queue, lock=name, queueing_lock=name)(work)
        return app.periodic(cron=cron, periodic_id=name)(task)

    return decorate


@app.periodic(cron="* * * * *", periodic_id="jobs.rescue")
@app.task(name="jobs.rescue", pass_context=True, queueing_lock="jobs.rescue")
async def rescue(context: JobContext, timestamp: int) -> None:
    """Give the jobs of workers that died back to the queue."""
    manager = context.app.job_manager
    for lost in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
        await manager.retry_job(lost)


@app.periodic(cron="17 * * * *", periodic_id="jobs.tidy")
@app.task(name="jobs.tidy", pass_context=True, queueing_lock="jobs.tidy")
async def tidy(context: JobContext, timestamp: int) -> None:
    """Forget jobs that ended well days ago; those that failed stay to be looked at."""
    await context.app.job_manager.delete_old_jobs(nb_hours=_KEEP_HOURS)


async def work(*, concurrency: int, once: bool = False) -> None:
    """Do jobs until SIGTERM or SIGINT (or, with `once`, until none is left).

    Jobs run in threads. What they defer goes through Django's connection and so belongs to their own
    transactions: hence an app of the worker's own beside Django's, with the same tasks. A database that goes
    away is waited for; what was being done then is done again."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while not stop.is_set():
        try:
            await _work_until(stop, concurrency, once)
        except (ConnectorException, psycopg.Error, OSError) as error:
            log.warning("jobs.database_away", error=str(error.__cause__ or error).strip())
        if once:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _PAUSE_SECONDS)


async def _work_until(stop: asyncio.Event, concurrency: int, once: bool) -> None:
    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    async with app.with_connector(connector).open_async() as worker_app:
        worker = asyncio.create_task(
            worker_app.run_worker_async(
                concurrency=concurrency,
                wait=not once,
                install_signal_handlers=False,
                shutdown_graceful_timeout=_STOP_SECONDS,
                update_heartbeat_interval=_STALLED_SECONDS / 3,
                stalled_worker_timeout=_STALLED_SECONDS,
            )
        )
        asked = asyncio.create_task(stop.wait())
        await asyncio.wait({worker, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not asked.cancel():
            worker.cancel()  # it finishes what it is doing first
        with contextlib.suppress(asyncio.CancelledError):
            await worker
