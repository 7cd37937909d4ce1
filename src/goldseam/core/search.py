"""Term search in PostgreSQL: exact lexemes in, exact lexemes out, no parser in between."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchVectorField
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


class Terms(models.Func):
    """Lexemes as a tsvector, as what a new row is made with."""

    function = "array_to_tsvector"

    def __init__(self, terms: Sequence[str]) -> None:
        column = ArrayField(models.TextField())
        super().__init__(models.Value(list(terms), output_field=column), output_field=SearchVectorField())


class WithTerms(models.Func):
    """A tsvector column with these lexemes added, as what a row is saved with; at its bound it stays as it
    is."""

    template = (
        f"CASE WHEN coalesce(length(%(expressions)s), 0) < {MAX_TERMS}"
        " THEN coalesce(%(expressions)s, ''::tsvector) || array_to_tsvector(%%s::text[])"
        " ELSE %(expressions)s END"
    )

    def __init__(self, column: str, terms: Sequence[str]) -> None:
        super().__init__(models.F(column), output_field=SearchVectorField())
        self.terms = list(terms)

    def as_sql(self, compiler: Any, connection: Any, **kwargs: Any) -> tuple[str, Any]:  # type: ignore[override]
        """The terms are lexemes already; no parser in between."""
        sql, params = super().as_sql(compiler, connection, **kwargs)
        return sql, [*params, self.terms]


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
