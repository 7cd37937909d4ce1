"""Live updates, the sending side: names of what changed travel over PostgreSQL's NOTIFY at commit.

A name is never content: the browser fetches the fragment through the same gate as any page. The
receiving side is `goldseam.core.stream`.
"""

from __future__ import annotations

import json

from django.db import connection

CHANNEL = "goldseam_live"


def announce(shop_id: int, *names: str) -> None:
    """Tell every open browser of the shop, when this transaction commits, that the named things changed.

    Names: "conversation-42", "inbox", "alert-42" … PostgreSQL drops repeats within a transaction."""
    payloads = [json.dumps([shop_id, name]) for name in names]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [CHANNEL, payloads]
        )
