"""The command: what it says, and its exit status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from goldseam.commerce.importing.errors import ImportRefused
from goldseam.commerce.models import Order
from goldseam.people.models import Shop
from goldseam.site import cli_data
from tests.importing.conftest import ORDERS


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "m.toml"
    path.write_text(ORDERS, encoding="utf-8")
    return path


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "orders.csv"
    path.write_text("id,buyer,status,total,placed\no-1,u,paid,1,\no-2,u,[飞了],1,\n", encoding="utf-8")
    return path


@pytest.mark.django_db
def test_it_tells_what_it_did(
    shop: Shop, orders: Path, mapping: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli_data.run_import([orders], str(mapping), "", None, dry_run=False) == 1
    out = capsys.readouterr().out
    for told in ("orders.csv", "order.status", "[飞了]", "value map does not know", "orders.rejects.jsonl"):
        assert told in out
    assert (orders.parent / "orders.rejects.jsonl").exists()
    orders.write_text("id,buyer,status,total,placed\no-1,u,paid,1,\n", encoding="utf-8")
    assert cli_data.run_import([orders], str(mapping), "s", None, dry_run=False) == 0


@pytest.mark.django_db
def test_a_dry_run_leaves_nothing_behind(
    shop: Shop, orders: Path, mapping: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli_data.run_import([orders], str(mapping), "", None, dry_run=True) == 1
    assert "nothing was stored" in capsys.readouterr().out
    assert not Order.objects.exists()
    assert not list(orders.parent.glob("*.rejects.jsonl"))


@pytest.mark.django_db
def test_the_shop_must_be_clear(
    shop: Shop, orders: Path, mapping: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Shop.objects.create(slug="t", name="别家")
    for slug, told in (("", "Name the shop with --shop; there are: s, t."), ("x", "There is no shop 'x'")):
        with pytest.raises(typer.Exit) as caught:
            cli_data.run_import([orders], str(mapping), slug, None, dry_run=False)
        assert caught.value.exit_code == 2
        assert told in capsys.readouterr().err


@pytest.mark.django_db
def test_a_wrong_mapping_is_refused_before_anything_is_read(shop: Shop, orders: Path, mapping: Path) -> None:
    mapping.write_text(ORDERS.replace("total", "totel"), encoding="utf-8")
    with pytest.raises(
        ImportRefused, match=r"m.toml:8: source.order.totel: unknown key; did you mean 'total'"
    ):
        cli_data.run_import([orders], str(mapping), "", None, dry_run=False)


@pytest.mark.django_db
def test_a_refused_file_does_not_hide_what_the_others_did(
    shop: Shop, orders: Path, mapping: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = orders.with_name("z.csv")
    other.write_text("number\n1\n", encoding="utf-8")
    with pytest.raises(ImportRefused, match="needs the column 'id'"):
        cli_data.run_import([orders, other], str(mapping), "", None, dry_run=False)
    assert "value map does not know" in capsys.readouterr().out
    assert Order.objects.count() == 1


def test_the_shipped_mappings_are_listed() -> None:
    command = [sys.executable, "-m", "goldseam.site.cli", "import", "--list-mappings"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "shopify-orders",
        "taobao-orders",
        "woocommerce-orders",
    ]
