"""A wrong mapping is refused before anything is read, with line, key and remedy."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from goldseam.commerce.importing.errors import ImportRefused, MappingError
from goldseam.commerce.importing.mapping import find_mapping, load_mapping, shipped_mappings
from tests.importing.conftest import ENTITIES

UTC = ZoneInfo("UTC")
TAIL = "\n[source.product]\nexternal_id = 'i'"
START = """title = "x"
[maps.status]
"已签收" = "delivered"
[[source]]
name = "a"
[source.order]
external_id = "id"
"""


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path, ENTITIES, UTC)


@pytest.mark.parametrize(
    ("added", "line", "key", "message"),
    [
        ("stauts = \"s\"", 8, "source.order.stauts", "did you mean 'status'"),
        ("status = { column = \"s\", map = \"state\" }", 8, "status.map", "there is no map 'state'"),
        ("status = { column = \"s\", map = { a = \"flown\" } }", 8, "status.map", "'flown' is no known code"),
        ("status = { value = \"flown\" }", 8, "status.value", "Unknown value"),
        ("status = { column = \"s\", otherwise = \"flown\" }", 8, "status.otherwise", "no known code"),
        ("status = { column = \"s\", expr = \"t\" }", 8, "source.order.status", "exactly one of"),
        ("status = {}", 8, "source.order.status", "exactly one of"),
        ("total = \"foo(x)\"", 8, "source.order.total", "There is no function foo()"),
        ("total = \"a..b\"", 8, "source.order.total", "cannot be read"),
        ("total = { column = \"t\", form = \"x\" }", 8, "source.order.total.form", "did you mean 'format'"),
        ("[source.order.items]\nsku = \"s\"", 8, "source.order.items.each", "'each'"),
        ("[source.order.parcels]\neach = \"p\"\ncarrier = \"c\"", 8, "parcels", "needs tracking_no"),
        ("[source.order.items]\neach = \"i\"\nprise = \"p\"", 10, "items.prise", "did you mean 'price'"),
        ("[[source]]\nname = \"a\"" + TAIL, 9, "source.name", "two sources"),
        ("[[source]]\nname = \"b\"", 8, "source", "needs a table for one of"),
        ("[[source]]\nencoding = \"utf-9\"" + TAIL, 9, "encoding", "unknown"),
        ("[[source]]\nformat = \"xml\"" + TAIL, 9, "format", "known: csv"),
        ("[[source]]\ntimezone = \"Mars\"" + TAIL, 9, "timezone", "no time zone"),
        ("[[source]]\ndelimiter = \"ab\"" + TAIL, 9, "delimiter", "one character"),
        ("[[source]]\nskip = \"1\"" + TAIL, 9, "skip", "a whole number"),
        ("[[source]]\nempty = \"keep\"" + TAIL, 9, "empty", "'leave', 'clear'"),
        ("[[source]]\n[source.product]\ntitle = \"i\"", 9, "source.product", "product needs external_id"),
        ("[[source]]\nclock = { seconds = 3 }" + TAIL, 9, "clock.start", "a start"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, added: str, line: int, key: str, message: str) -> None:
    with pytest.raises(MappingError) as caught:
        load(tmp_path, START + added)
    assert message in str(caught.value)
    assert caught.value.key.endswith(key)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"map.toml:{line}: ")


def test_broken_toml_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        load(tmp_path, 'title = "x"\nname = = 3\n')
    assert caught.value.line == 2


@pytest.mark.parametrize("text", ["", "title = 'x'", "source = 3", "source = [1]"])
def test_a_mapping_needs_sources(tmp_path: Path, text: str) -> None:
    with pytest.raises(MappingError, match=r"source"):
        load(tmp_path, text)


def test_a_mapping_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"no mapping 'nothing'.*shopify-orders"):
        find_mapping("nothing")
    path = tmp_path / "m.toml"
    path.write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(ImportRefused, match="save it as UTF-8"):
        load_mapping(path, ENTITIES, UTC)
    path.write_bytes(b"#" * 2_000_000)
    with pytest.raises(ImportRefused, match="is it a mapping"):
        load_mapping(path, ENTITIES, UTC)


@pytest.mark.parametrize("name", sorted(shipped_mappings()))
def test_shipped_mappings_load_and_are_titled(name: str) -> None:
    mapping = load_mapping(find_mapping(name), ENTITIES, UTC)
    assert mapping.title != name
