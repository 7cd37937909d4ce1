"""Term search in PostgreSQL: exact lexemes in, exact lexemes out, no parser in between."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection, models

MAX_TERMS = 20_000
"""A tsvector holds at most 1 MB; past this many terms a row takes no more."""


class TermQuery(SearchQuery):
    """Matches rows whose search column holds every one of the terms (see `goldseam.core.text`); with the
    sign `|` any of them."""

    def __init__(self, terms: Sequence[str], sign: str = " & ") -> None:
        super().__init__(sign.join(f"'{term}'" for term in terms), search_type="raw")

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        """A cast instead of to_tsquery: the terms are lexemes already."""
        sql, params = compiler.compile(self.get_source_expressions()[-1])
        return f"{sql}::tsquery", params


def add_terms(model: type[models.Model], column: str, pk: int, terms: Sequence[str]) -> None:
    """Add lexemes to a row's tsvector column."""
    quote = connection.ops.quote_name
    table, name = quote(model._meta.db_table), quote(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {name} = coalesce({name}, ''::tsvector) || array_to_tsvector(%s::text[])"  # noqa: S608
            f" WHERE id = %s AND coalesce(length({name}), 0) < {MAX_TERMS}",
            [list(terms), pk],
        )


def add_terms_to_many(model: type[models.Model], column: str, terms: Mapping[int, Sequence[str]]) -> None:
    """Add lexemes to many rows' tsvector column, in one statement."""
    quote = connection.ops.quote_name
    table, name = quote(model._meta.db_table), quote(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {name} = coalesce({name}, ''::tsvector) || array_to_tsvector("  # noqa: S608
            "ARRAY(SELECT jsonb_array_elements_text(news.terms)))"
            " FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::jsonb[]) AS terms) AS news"
            f" WHERE {table}.id = news.id AND coalesce(length({name}), 0) < {MAX_TERMS}",
            [list(terms), [json.dumps(list(some), ensure_ascii=False) for some in terms.values()]],
        )
