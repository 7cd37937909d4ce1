"""How long it takes to find a person for a conversation, and to reckon a conversation's clocks.

    python -m bench.service_speed [--people 200] [--rounds 2000]

The decision alone (200 people, a furious conversation), and a clock of 30 runs on a calendar with breaks and
twelve holidays; then both on a database: a shop with 40 people, messages that come in with assignment on,
milliseconds per search and per reckoning.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bench.running_site import percentile, running_site
from goldseam.engine.worktime.clocks import RESOLUTION, Clock, standing
from goldseam.engine.worktime.hours import Calendar
from goldseam.engine.worktime.placing import Person, Weights, Work, place
from goldseam.engine.worktime.text import read_openings

FURIOUS = Work("logistics.delay", "zh", frozenset(), 3, hard=True)


def timed(work: Callable[[int], object], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    spent = []
    for number in range(rounds):
        began = time.perf_counter()
        work(number)
        spent.append((time.perf_counter() - began) * 1000)
    return spent


def crew(count: int) -> list[Person]:
    """People with plausible loads."""
    chance = random.Random(11)
    return [
        Person(
            id=number,
            available=chance.random() < 0.8,
            on_shift=chance.random() < 0.7,
            open=chance.randint(0, 12),
            hard=chance.randint(0, 4),
            most_open=12,
            most_hard=4,
            strain=chance.random() * 30,
            row=chance.randint(0, 3),
            turn=number,
        )
        for number in range(count)
    ]


def long_clock() -> tuple[Calendar, Clock]:
    """A clock that was paused and went on for a month."""
    office = read_openings("09:00-12:00, 13:00-18:00")
    free: dict[date, tuple[()]] = {date(2026, 11, day): () for day in range(1, 25, 2)}
    calendar = Calendar(ZoneInfo("Asia/Shanghai"), (office,) * 5 + ((), ()), free)
    start = datetime(2026, 10, 20, 2, tzinfo=UTC)
    runs = [(start + timedelta(days=n), start + timedelta(days=n, minutes=40)) for n in range(29)]
    return calendar, Clock(RESOLUTION, (*runs, (start + timedelta(days=30), None)))


def on_database() -> dict[str, float]:
    """Both on the tables of a running site."""
    with running_site() as site:
        from goldseam.conversations import actions as inbox
        from goldseam.people.actions import add_person
        from goldseam.people.queries import Role, all_shops
        from goldseam.routing import placing
        from goldseam.routing.models import RoutingSettings
        from goldseam.sla.actions import USUAL_HOURS, publish_times, save_calendar
        from goldseam.sla.moves import reckon
        from goldseam.sla.queries import shipped_rows

        shop = all_shops().get(pk=site.shop_id)
        hours = USUAL_HOURS
        save_calendar(shop, None, name="desk", timezone="UTC", hours=hours, team_id=None, actor="bench")
        publish_times(shop, shipped_rows(), author=None, actor="bench")
        for number in range(40):
            add_person(shop, f"p{number}@b.example", f"P{number}", None, role=Role.AGENT, limit=0, actor="b")
        rows = []
        for number in range(200):
            row = inbox.open_conversation(shop, f"s-{number}", actor="bench")
            inbox.receive_message(row, "我的快递怎么还没到")
            rows.append(row.pk)
        RoutingSettings.objects.create(shop=shop, mode="assign")
        found = timed(lambda number: placing.find_person(rows[number]), len(rows))
        reckoned = timed(lambda number: reckon(rows[number]), len(rows))
    return {
        "search_ms_p50": round(percentile(found, 0.5), 2),
        "search_ms_p95": round(percentile(found, 0.95), 2),
        "reckon_ms_p50": round(percentile(reckoned, 0.5), 2),
        "reckon_ms_p95": round(percentile(reckoned, 0.95), 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2000)
    given = parser.parse_args()
    people, (calendar, clock) = crew(given.people), long_clock()
    now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    decided = timed(lambda _: place(FURIOUS, people, Weights()), given.rounds)
    stood = timed(lambda _: standing(calendar, clock, timedelta(days=3), 0.75, now), given.rounds // 4)
    figures = {
        "decision_ms_p95": round(percentile(decided, 0.95), 3),
        "standing_ms_p95": round(percentile(stood, 0.95), 3),
    }
    print(json.dumps(figures | on_database()))


if __name__ == "__main__":
    main()
