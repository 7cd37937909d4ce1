"""Whatever a file holds, it is read or refused with an explanation; nothing else happens."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldseam.commerce.importing.build import build_record, context_of
from goldseam.commerce.importing.errors import BrokenRow, CutOff, FieldProblem, ImportRefused
from goldseam.commerce.importing.group import Unit, expanded, grouped
from goldseam.commerce.importing.mapping import Mapping, load_mapping
from goldseam.commerce.importing.plan import open_reader
from goldseam.commerce.importing.rejects import RejectFile, is_reject_file, read_rejects
from goldseam.commerce.importing.rows import Row
from goldseam.commerce.records import BadRecord, cleaned
from tests.importing.conftest import ENTITIES

MAPPING = """
[[source]]
group = "default(id, no)"
[source.order]
external_id = "default(id, no)"
customer = "buyer"
status = { expr = "default(status, 'paid')" }
total = "total"
placed_at = "placed"
attributes = "@"
[source.order.items]
sku = "sku"
quantity = "n"
price = "divide(total, n)"
"""
HEAD = ["id", "no", "buyer", "total", "sku", "n"]
CELLS = st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "no", "sku", "n", "total", "placed", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def mapping(folder: Path) -> Mapping:
    path = folder / "m.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return load_mapping(path, ENTITIES, ZoneInfo("UTC"))


def take_in(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = mapping(Path(folder)).sources[0]
        path = Path(folder) / name
        path.write_bytes(content)
        rejects = RejectFile(Path(folder) / "r.jsonl")
        kept = 0
        with contextlib.suppress(ImportRefused):
            reader = open_reader(path, source, lambda done: None)
            assert source.group is not None
            for unit in grouped(expanded(reader, source.rows), source.group):
                kept += not stored(unit, source.entities[0], rejects)
            reader.close()
        rejects.close()
        assert bool(kept) == (rejects.path is not None)
        if rejects.path is not None:
            assert is_reject_file(rejects.path)
            assert len(list(read_rejects(rejects.path))) == kept


def stored(unit: Unit | BrokenRow | CutOff, entity: object, rejects: RejectFile) -> bool:
    """Whether a record came of the unit; if not, it is kept like an import keeps it."""
    rows: list[Row] = []
    try:
        if not isinstance(unit, Unit):
            raise FieldProblem("", None, unit.reason)
        rows = unit.rows
        if unit.fault:
            raise FieldProblem("", None, unit.fault)
        cleaned(build_record(entity, context_of(rows, None, is_grouped=True), clears=False))  # type: ignore[arg-type]
    except (FieldProblem, BadRecord) as problem:
        rejects.add(
            source="source 1",
            file="f",
            entity="order",
            field=str(problem.field),
            value=problem.value,
            reason=str(problem),
            rows=rows,
            raw="" if not rows else None,
            number=1,
        )
        return False
    return True


SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(st.binary(max_size=400), st.sampled_from(["f.csv", "f.tsv", "f.json", "f.jsonl", "f.xlsx", "f.xls"]))
def test_any_bytes(content: bytes, name: str) -> None:
    take_in(content, name)


@SLOW
@given(CELLS)
def test_any_cells(rows: list[list[str]]) -> None:
    text = "\n".join(",".join(row) for row in [HEAD, *rows])
    take_in(text.encode("utf-8", "surrogatepass"), "f.csv")


@SLOW
@given(st.lists(VALUES, max_size=5))
def test_any_json(rows: list[object]) -> None:
    take_in(json.dumps(rows).encode(), "f.json")
    take_in("\n".join(json.dumps(row) for row in rows).encode(), "f.jsonl")
