"""Taking turns between processes, with PostgreSQL's advisory locks."""

from __future__ import annotations

from django.db import connection


def take_turns(name: str) -> None:
    """Wait until no other transaction holds the turn `name`, then hold it to the end of this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
