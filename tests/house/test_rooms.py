"""The borders between rooms: others see queries, actions and events, never models, views or the rest."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "goldseam"
ROOMS = {
    ".".join(path.parent.relative_to(SOURCE).parts)
    for path in SOURCE.glob("**/models.py")
    if (path.parent / "apps.py").exists() and path.parent.name != "core"
}
PRIVATE = {"models", "views", "forms", "urls", "apps", "jobs", "migrations"}
HAN = re.compile(r"[\u3400-\u9fff]")


def room_of(module: str) -> str | None:
    """The room a dotted module below `goldseam` belongs to."""
    return next((room for room in ROOMS if module == room or module.startswith(f"{room}.")), None)


def runtime_imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module a file imports when it runs, without what stands under TYPE_CHECKING."""

    def walk(node: ast.AST) -> Iterator[tuple[int, str]]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for child in node.orelse:
                yield from walk(child)
            return
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")))


def strangers(path: Path, own: str | None) -> list[str]:
    """Imports of another room's private modules."""
    found = []
    for line, module in runtime_imports(path):
        name = module.removeprefix("goldseam.")
        room = room_of(name) if name != module else None
        if room and room != own and name.removeprefix(room).strip(".").split(".")[0] in PRIVATE:
            found.append(f"{path.relative_to(SOURCE)}:{line} imports {module}")
    return found


def test_there_are_rooms() -> None:
    assert {"people", "commerce", "conversations", "copilot", "channels.webhook"} <= ROOMS


def test_nobody_imports_another_rooms_models_or_views() -> None:
    found: list[str] = []
    for path in SOURCE.rglob("*.py"):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        if "migrations" in path.parts or name == "site.urls":
            continue
        found += strangers(path, room_of(name))
    assert not found, "\n".join(found)


def test_the_room_test_sees_a_stranger(tmp_path: Path) -> None:
    path = SOURCE / "site" / "wiring.py"
    assert strangers(path, None) == []
    models = SOURCE / "people" / "actions.py"
    assert strangers(models, None), "people.actions imports people.models, so for a stranger it must be told"


@pytest.mark.parametrize("path", sorted((SOURCE / "engine").rglob("*.py")), ids=lambda path: path.stem)
def test_the_engine_reads_no_clock_and_opens_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    forbidden_names, forbidden_methods = (
        {"open", "print", "input", "eval", "exec", "__import__"},
        {"now", "today", "utcnow"},
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                assert node.func.id not in forbidden_names, f"{path.name}:{node.lineno}"
            if isinstance(node.func, ast.Attribute):
                assert node.func.attr not in forbidden_methods, f"{path.name}:{node.lineno}"


def test_files_stay_small() -> None:
    long = [
        f"{path.relative_to(SOURCE)}: {count}"
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    ]
    assert not long, "\n".join(long)


def test_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}"
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert not long, "\n".join(long)


def chinese_literals(path: Path) -> Iterator[int]:
    """Lines whose string literals, docstrings aside, hold Chinese; ranges of characters are no text."""
    text = path.read_text(encoding="utf-8")
    if not HAN.search(text):  # single signs written as escapes are no text
        return
    tree = ast.parse(text)
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    ranges = re.compile(r"[\u3400-\u9fff]-[\u3400-\u9fff]|金缮|简体中文")
    for node in ast.walk(tree):
        literal = (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
        )
        if literal and HAN.search(ranges.sub("", node.value)):
            yield node.lineno


def chinese_lines(path: Path) -> Iterator[int]:
    """Lines of a page or script that hold Chinese, the language's own name aside."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if HAN.search(line.replace("简体中文", "")):
            yield number


def test_chinese_stands_in_data_and_catalogues_only() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{line}"
        for path in SOURCE.rglob("*.py")
        for line in chinese_literals(path)
    ]
    for pattern in ("*.html", "*.js", "*.css"):
        for path in SOURCE.rglob(pattern):
            if "vendor" not in path.parts:
                found += [f"{path.relative_to(SOURCE)}:{line}" for line in chinese_lines(path)]
    assert not found, "\n".join(found)
