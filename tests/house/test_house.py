"""What the repository promises about itself: pinned packages, contracts for every room, honest documents."""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from pathlib import Path

import pytest

from goldseam.site.environment import variables
from tests.house.test_rooms import ROOMS

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["requirements.lock", "tools/node.lock"])
def test_every_python_package_is_pinned_with_hashes(name: str):
    blocks = re.split(r"\n(?=[a-z0-9])", read(name).strip())
    for block in blocks:
        assert re.match(r"[a-z0-9][a-z0-9.\-\[\]_]*==\S+", block), block.splitlines()[0]
        assert "--hash=sha256:" in block, block.splitlines()[0]
    assert "://" not in read(name)


def test_every_named_dependency_is_in_the_lock():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    named = project["dependencies"] + project["optional-dependencies"]["dev"]
    locked = set(re.findall(r"^([a-z0-9.\-_]+)==", read("requirements.lock"), re.MULTILINE))
    wanted = {re.split(r"[\[<>=! ]", name)[0].lower().replace("_", "-") for name in named}
    assert wanted <= locked, wanted - locked


def test_the_npm_lock_is_exact_and_names_no_registry():
    lock = json.loads(read("package-lock.json"))
    assert "resolved" not in read("package-lock.json")
    for name, package in lock["packages"].items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
    for version in json.loads(read("package.json"))["dependencies"].values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def test_every_room_stands_in_the_contracts():
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    containers = contracts["importlinter:contract:inside-rooms"]["containers"].split()
    assert {name.removeprefix("goldseam.") for name in containers} == ROOMS
    layers = re.findall(r"goldseam\.(\w+)", contracts["importlinter:contract:rings"]["layers"])
    packages = {path.parent.name for path in (ROOT / "src" / "goldseam").glob("*/__init__.py")}
    assert packages == set(layers)


@pytest.mark.parametrize("name", READMES)
def test_the_configuration_table_is_the_programs_own(name: str):
    table = dict(re.findall(r"^\| `(\w+)` \| (?:`([^`]*)`)? ?\|", read(name), re.MULTILINE))
    assert table == {variable.name: variable.default for variable in variables()}


def test_the_english_table_says_what_the_program_says():
    for variable in variables():
        default = f"`{variable.default}` " if variable.default else ""
        assert f"| `{variable.name}` | {default}| {variable.meaning} | {variable.allowed} |" in read(
            "README.md"
        )


@pytest.mark.parametrize("name", READMES)
def test_the_documents_name_only_targets_and_commands_that_exist(name: str):
    from goldseam.site.cli import COMMANDS

    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([a-z]+)", read(name), re.MULTILINE)) <= targets
    assert set(re.findall(r"`goldseam ([a-z][a-z-]+)", read(name))) <= set(COMMANDS)
    assert {"up", "demo", "doctor", "create-admin", "web", "worker", "migrate"} <= set(COMMANDS)


@pytest.mark.parametrize("name", [*READMES, "docs/map.md"])
def test_the_files_that_documents_point_to_exist(name: str):
    text = read(name)
    here = (ROOT / name).parent
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (here / target).exists(), target
    for path in re.findall(r"`((?:src|docs|tests|tools|bench)/[\w./\-]+)`", text):
        assert (ROOT / path).exists(), path


def test_the_map_names_every_room_and_ring():
    text = read("docs/map.md")
    for name in ROOMS | {"engine", "workshop", "core", "site", "demo"}:
        assert f"`{name}`" in text or f"`{name}/`" in text, name


def test_every_decision_has_its_parts():
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert len(records) >= 4
    for record in records:
        text = record.read_text(encoding="utf-8")
        for part in ("## Why", "## What follows"):
            assert part in text, f"{record.name} lacks {part!r}"
