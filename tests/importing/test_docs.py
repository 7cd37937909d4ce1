"""What docs/importing.md says is true: its examples go in, its function table is complete and right."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jmespath.functions
import pytest

from goldseam.commerce.importing.expressions import KNOWN, Expression
from goldseam.commerce.importing.functions import MappingFunctions
from goldseam.commerce.importing.mapping import shipped_mappings
from goldseam.commerce.importing.schema import Schema
from goldseam.commerce.models import Order
from goldseam.conversations.models import Conversation
from tests.importing.conftest import ENTITIES, Run

TEXT = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {name: body for _, name, body in BLOCK.findall(TEXT) if name}
MAPPINGS = [body for kind, _, body in BLOCK.findall(TEXT) if kind == "toml"]
ROW = re.compile(r"^\| `(\w+)\((.*?)\)`(?:, `(\w+)\(x\)`)? \| `{1,2}(.*?)`{1,2} \| `(.*?)` \|$", re.MULTILINE)


def example(name: str) -> tuple[str, dict[str, str]]:
    mapping = next(text for file, text in zip(FILES, MAPPINGS, strict=True) if file == name)
    return mapping, {name: FILES[name]}


@pytest.mark.django_db
def test_the_first_mapping(run: Run) -> None:
    assert run(*example("orders.csv")).counts() == (2, 0, 0, 0)
    order = Order.objects.get(external_id="1001")
    assert (order.status, str(order.total)) == ("delivered", "1299.00")


@pytest.mark.django_db
def test_rows_that_belong_together(run: Run) -> None:
    assert run(*example("lines.csv")).counts() == (2, 0, 0, 0)
    order = Order.objects.get(external_id="A-1")
    assert (order.items.count(), order.parcels.get().tracking_no) == (2, "SF100")
    assert not Order.objects.get(external_id="A-2").parcels.exists()


@pytest.mark.django_db
def test_nested_maps(run: Run) -> None:
    assert run(*example("logistics.json")).counts() == (1, 0, 0, 0)
    order = Order.objects.get()
    assert order.delivered_at is not None
    assert order.delivered_at.isoformat() == "2026-11-04T09:30:00+00:00"
    assert order.parcels.get().scans.count() == 2


@pytest.mark.django_db
def test_conversations(run: Run) -> None:
    assert run(*example("chats.tsv")).counts("conversation") == (2, 0, 0, 0)
    assert Conversation.objects.get(external_id="s-1").messages.count() == 2


@pytest.mark.django_db
def test_the_fields_piece(run: Run) -> None:
    piece = next(body for kind, _, body in BLOCK.findall(TEXT) if kind == "toml-piece")
    lines = {line.split(" ", 1)[0]: line for line in piece.splitlines()}
    mapping = "[maps.status]\nsent = 'shipped'\n[[source]]\n[source.order]\n"
    mapping += "\n".join(lines[name] for name in ("external_id", "currency", "status", "placed_at"))
    mapping += "\n[source.order.items]\neach = '@'\nquantity = 1\n" + lines["title"]
    rows = [{"order": {"no": "1"}, "state": "?", "created": "01.11.2026 09:30", "Lineitem name": "Pot"}]
    assert run(mapping, {"o.json": json.dumps(rows)}).counts() == (1, 0, 0, 0)
    assert Order.objects.get().status == "processing"


@pytest.mark.parametrize(("name", "call", "shown"), [(m[0], m[3], m[4]) for m in ROW.findall(TEXT)])
def test_the_function_table(name: str, call: str, shown: str) -> None:
    functions = MappingFunctions(ZoneInfo("Asia/Shanghai"), {"status": {"已签收": "delivered"}})
    found = Expression(call, functions)({})
    if isinstance(found, datetime):
        assert found.isoformat() == shown
    else:
        assert found == json.loads(shown)
    assert call.startswith(name)


def test_every_function_is_described() -> None:
    described = {name for row in ROW.findall(TEXT) for name in (row[0], row[2]) if name}
    assert described == KNOWN - set(jmespath.functions.Functions.FUNCTION_TABLE)


def test_every_field_and_code_is_described() -> None:
    def described(schema: Schema) -> None:
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| {schema.name} |"))
        for name, field in schema.fields.items():
            assert re.search(rf"\b{name}\b", row), (schema.name, name)
            assert all(re.search(rf"\b{code}\b", TEXT) for code in field.choices)
            assert (f"**{name}**" in row) == (name in schema.required)
        for below in schema.lists.values():
            described(below)

    for entity in ENTITIES.values():
        described(entity.schema)


def test_every_shipped_mapping_is_described() -> None:
    assert all(f"| `{name}` |" in TEXT for name in shipped_mappings())
