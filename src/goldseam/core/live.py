"""Live updates, the sending side: names of what changed travel over PostgreSQL's NOTIFY at commit.

A name is never content: the browser fetches the fragment through the same gate as any page. The
receiving side is `goldseam.core.stream`.
"""

from __future__ import annotations

import json

from django.db import connection

from goldseam.core.unit import at_end

CHANNEL = "goldseam_live"


def announce(shop_id: int, *names: str) -> None:
    """Tell every open browser of the shop, when this transaction commits, that the named things changed: all
    that changed in a unit of work in one statement.

    Names: "conversation-42", "inbox", "alert-42" … PostgreSQL drops repeats within a transaction."""
    at_end(_notify, (json.dumps([shop_id, name]) for name in names))


def _notify(payloads: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [CHANNEL, payloads]
        )
