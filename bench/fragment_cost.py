"""What every fragment of the site costs with 100,000 conversations in the database, free of what else the
machine does.

    python -m bench.fragment_cost [--conversations 100000] [--rounds 9]

Every address that answers a GET is taken from the site's own table of addresses, so that none is forgotten;
its parameters are those of a busy conversation, its customer and the like. The requests run in this process,
one after the other, against the database of a running site. Counted are the processor's time (of this process
and of the database's process that serves it), which other programs cannot stretch, and the statements.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.inbox_page import PATHS, fill, furnish
from bench.running_site import Site, percentile, running_site

_LEFT_OUT = re.compile(r"^/(api/|sign-out|csat/|guide/|join/|print/)|\.(csv|xlsx)$|/(export|export\.\w+)/$")
"""Other doors, and what is a file and no page."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of the processor, in the web process and in the database, and the statements."""

    web: float
    database: float
    statements: int

    @property
    def together(self) -> float:
        """What a request takes on an idle machine, but for the network."""
        return self.web + self.database


def addresses(known: dict[str, object]) -> Iterator[str]:
    """Every address whose parameters are known."""
    from django.urls import get_resolver

    for path in _walk(get_resolver().url_patterns, ""):
        names = re.findall(r"<(?:\w+:)?(\w+)>", path)
        if all(name in known for name in names) and not _LEFT_OUT.search(path):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(known[match.group(1)]), path)


def _walk(patterns: list[Any], before: str) -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, here)
        else:
            yield "/" + here


def costs(site: Site, rounds: int, more: list[str]) -> dict[str, Cost]:
    """What each address costs at the median, of those that answer with a page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"Host": "127.0.0.1", "HX-Request": "true"})
    client.cookies["sessionid"] = site.session
    found: dict[str, Cost] = {}
    for path in dict.fromkeys([*PATHS, *more, *addresses(_known())]):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path)
            statements = len(asked)
        if answer.status_code != 200:
            continue
        spent = [_one(client, path) for _ in range(rounds)]
        found[path] = Cost(
            round(statistics.median(web for web, _ in spent), 1),
            round(statistics.median(database for _, database in spent), 1),
            statements,
        )
    return found


def _one(client: Any, path: str) -> tuple[float, float]:
    from django.db import connection

    connection.ensure_connection()
    serving = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    before, began = int(serving.read_text().split()[0]), time.process_time_ns()
    client.get(path)
    ended, after = time.process_time_ns(), int(serving.read_text().split()[0])
    return (ended - began) / 1e6, (after - before) / 1e6


def _known() -> dict[str, object]:
    """The parameters of addresses: the busy conversation's, and the first of each kind."""
    from goldseam.conversations.models import Conversation, SavedView
    from goldseam.people.models import Membership

    row = Conversation.objects.filter(status="open", messages__isnull=False).order_by("pk")[0]
    order = row.customer.orders.first() if row.customer else None
    return {
        "conversation_id": row.pk,
        "customer_id": row.customer_id,
        "order_id": order.pk if order else 0,
        "view_id": SavedView.objects.values_list("pk", flat=True)[0],
        "label_id": row.label_ids[0] if row.label_ids else 1,
        "membership_id": Membership.objects.values_list("pk", flat=True)[0],
        "agent_id": Membership.objects.values_list("agent_id", flat=True)[0],
    }


def summary(found: dict[str, Cost]) -> dict[str, Any]:
    """The figures, and every address with its cost, the dearest first."""
    dearest = sorted(found.items(), key=lambda item: -item[1].together)
    return {
        "fragments": len(found),
        "p50_ms": round(percentile([cost.together for cost in found.values()], 0.5), 1),
        "p95_ms": round(percentile([cost.together for cost in found.values()], 0.95), 1),
        "worst_ms": round(dearest[0][1].together, 1),
        "most_statements": max(cost.statements for cost in found.values()),
        "each": {path: f"{c.web} + {c.database} ms, {c.statements} statements" for path, c in dearest},
    }


def main() -> None:
    """Fill, analyse, measure, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with running_site() as site:
        fill(site, options.conversations)
        more = furnish(site)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        print(json.dumps(summary(costs(site, options.rounds, more)), ensure_ascii=False, indent=1))
        connection.close()


if __name__ == "__main__":
    main()
