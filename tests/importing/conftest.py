"""A shop, and one way to import files into it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from goldseam.commerce.importing.mapping import load_mapping
from goldseam.commerce.importing.plan import plan_import
from goldseam.commerce.importing.rejects import RejectFile
from goldseam.commerce.importing.report import Report
from goldseam.commerce.importing.runner import Importer
from goldseam.commerce.importing.schema import COMMERCE
from goldseam.conversations.importing import CONVERSATION
from goldseam.knowledge.mapped import KNOWLEDGE
from goldseam.people.models import Shop

ENTITIES = {**COMMERCE, "conversation": CONVERSATION, **KNOWLEDGE}


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(slug="s", name="小店", timezone="Asia/Shanghai", currency="CNY")


@dataclass
class Result:
    """A report with the rejects' lines."""

    report: Report
    rejects: list[dict[str, Any]]
    rejects_path: Path | None

    def counts(self, entity: str = "order") -> tuple[int, int, int, int]:
        """Created, changed, unchanged and refused records of an entity, over all sources."""
        found = [tally for (_, name), tally in self.report.tallies.items() if name == entity]
        return (
            sum(tally.created for tally in found),
            sum(tally.changed for tally in found),
            sum(tally.unchanged for tally in found),
            sum(tally.refused for tally in found),
        )


Run = Callable[..., Result]


@pytest.fixture
def run(shop: Shop, tmp_path: Path) -> Run:
    """Writes a mapping and files, and imports them; call it again with what changed."""
    number = 0

    def _run(
        mapping: str | Path,
        files: Mapping[str, bytes | str] | None = None,
        *,
        paths: list[Path] | None = None,
        dry_run: bool = False,
        into: Shop | None = None,
    ) -> Result:
        nonlocal number
        number += 1
        folder = tmp_path / f"run{number}"
        folder.mkdir()
        if isinstance(mapping, str):
            (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
            mapping = tmp_path / "map.toml"
        loaded = load_mapping(mapping, ENTITIES, ZoneInfo((into or shop).timezone))
        sources = list(paths or [])
        for name, content in (files or {}).items():
            path = folder / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            sources.append(path)
        kept = RejectFile(tmp_path / f"rejects{number}.jsonl")
        importer = Importer(into or shop, loaded, kept, actor="import", advance=lambda path, done: None)
        tasks = plan_import(loaded, sources).tasks
        report = importer.rehearse(tasks) if dry_run else importer.run(tasks)
        lines = kept.path.read_text(encoding="utf-8").splitlines() if kept.path else []
        return Result(report, [json.loads(line) for line in lines], kept.path)

    return _run


ORDERS = """
[[source]]
name = "orders"
[source.order]
external_id = "id"
customer = "buyer"
status = { column = "status", map = { "已签收" = "delivered", "已付款" = "paid" } }
total = "total"
placed_at = "placed"
"""
"""A mapping of plain order rows."""


@pytest.fixture
def orders_map() -> str:
    return ORDERS
