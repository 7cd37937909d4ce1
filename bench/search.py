"""How well and how fast articles are found.

    python -m bench.search [--articles 20000]

Quality on the questions in bench/data/search (the halves that were kept for testing). Speed through
`knowledge.queries.search`, as the pages call it, on a real PostgreSQL with many articles: the question's
vector, the ranking, and the rows of the hits. The articles are sentences of our own articles in random order
below varied titles, so every one has a text and vectors of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

from bench.running_site import percentile, running_site
from goldseam.engine.search.passages import sentences
from goldseam.workshop.search.evaluate import ask, build_index, summary
from goldseam.workshop.search.lines import read_articles, read_queries
from goldseam.workshop.search.plain_words import packaged_plain_words
from goldseam.workshop.vectors_sentence import sentence_encoder

DATA = Path(__file__).resolve().parent / "data" / "search"
_BATCH = 2000


def quality() -> dict[str, Any]:
    """Recall on the test halves."""
    articles, _ = read_articles(DATA / "articles.jsonl")
    encoder = sentence_encoder()
    index = build_index(articles, encoder, packaged_plain_words())
    found: dict[str, Any] = {}
    for level in ("plain", "hard"):
        queries, _ = read_queries(DATA / f"queries_{level}_test.jsonl", {article.id for article in articles})
        figures = summary(ask(index, encoder, queries))
        found |= {f"{level}_recall_at_{depth}": figures[f"recall@{depth}"] for depth in (1, 3)}
    return found


def fill(shop_id: int, count: int) -> None:
    """Articles by import, a batch at a time."""
    from goldseam.knowledge.actions import import_articles
    from goldseam.knowledge.records import build_record
    from goldseam.people.queries import all_shops

    shop = all_shops().get(pk=shop_id)
    chance = random.Random(20)
    articles, _ = read_articles(DATA / "articles.jsonl")
    pool = [sentence for article in articles for sentence in sentences(article.text)]
    for start in range(0, count, _BATCH):
        records = [
            build_record(
                {
                    "id": f"bench-{number}",
                    "title": f"{chance.choice(articles).title} {chance.randint(100, 999)}",
                    "body": "".join(chance.sample(pool, 4)),
                }
            )
            for number in range(start, min(start + _BATCH, count))
        ]
        import_articles(shop, records, actor="bench")


def speed(shop_id: int) -> dict[str, float]:
    """Milliseconds of a search, and seconds of the first one after a write."""
    from goldseam.knowledge.queries import search

    paths = (DATA / "queries_plain_test.jsonl", DATA / "queries_hard_test.jsonl")
    texts = [json.loads(line)["query"] for path in paths for line in path.read_text("utf-8").splitlines()]
    started = time.perf_counter()
    search(shop_id, texts[0])
    renew = time.perf_counter() - started
    times = []
    for text in texts:
        started = time.perf_counter()
        search(shop_id, text)
        times.append((time.perf_counter() - started) * 1000)
    return {
        "ms_p50": round(percentile(times, 0.5), 2),
        "ms_p95": round(percentile(times, 0.95), 2),
        "renew_s": round(renew, 2),
    }


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=20_000)
    arguments = parser.parse_args()
    figures = quality()
    with running_site() as site:
        fill(site.shop_id, arguments.articles)
        figures |= speed(site.shop_id)
        from django.db import connection

        connection.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
