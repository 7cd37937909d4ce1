"""Whatever is written into the trail has words in the table, also where its verb is put together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from goldseam.approvals.models import Verb
from goldseam.ledger.models import State
from goldseam.site.verbs import VERBS

SOURCE = Path(__file__).resolve().parents[2] / "src" / "goldseam"
SPOKEN = re.compile(r"[a-z_{}]+\.[a-z_{}]+")
MADE = {
    "approval.{verb}": {f"approval.{verb}" for verb in [*Verb.values, "amended", "expires", "moved"]},
    "deputy.{verb}": {"deputy.named", "deputy.ended"},
    "ledger.{verb}": {f"ledger.{verb}" for verb in [*State.values, "reversed"]},
    "promise.{state}": {"promise.kept", "promise.broken", "promise.withdrawn"},
    "{kind}.changed": {"customer.changed", "order.changed", "product.changed"},
    "{kind}.created": {"customer.created", "order.created", "product.created"},
    "{kind}.removed": {"canned.removed", "macro.removed"},
    "{kind}.saved": {"canned.saved", "macro.saved"},
    "{kind}s.upserted": {"customers.upserted", "orders.upserted", "products.upserted"},
}


def recorders(tree: ast.Module) -> set[str]:
    """What writes into the trail, by name: the trail itself, and functions that are handed a verb."""
    defined = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {"audit.record"} | {d.name for d in defined if any(a.arg == "verb" for a in d.args.args)}


def said(node: ast.AST) -> Iterator[str]:
    """The verbs in an expression; a part that is put in stands in braces."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield ast.unparse(node)[len("f'") : -1]
    else:
        yield from chain.from_iterable(map(said, ast.iter_child_nodes(node)))


def written(tree: ast.Module) -> Iterator[str]:
    names = recorders(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            yield from chain.from_iterable(map(said, node.args))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "verb":
            yield from said(node.value)


def test_every_verb_has_words() -> None:
    found: set[str] = set()
    for path in SOURCE.glob("**/*.py"):
        text = path.read_text("utf-8")
        if "audit" in text:
            found |= {verb for verb in written(ast.parse(text)) if SPOKEN.fullmatch(verb)}
    made = {verb for verb in found if "{" in verb}
    assert made == set(MADE)
    assert (found - made).union(*MADE.values()) == set(VERBS)
