"""Checks the starter corpus: repeated lines, near copies across the split, conflicting labels."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from goldseam.workshop.corpus import Example, held_out_writers, load_corpus, split

NEAR = 0.8
SHORTEST = 8
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What is wrong, as pairs of origins with the text; all empty in a clean corpus."""

    lines: int
    repeated: tuple[tuple[str, str, str], ...]
    near_copies: tuple[tuple[str, str, str, str], ...]
    conflicts: tuple[tuple[str, str, str], ...]


def plain(text: str) -> str:
    """Text without punctuation, blanks and case."""
    return _NOISE.sub("", text.lower())


def check(examples: Sequence[Example]) -> CorpusReport:
    """Check all examples (each line once). Fragments that need the turn before are compared with it."""
    lines = list({example.origin: example for example in examples}.values())
    by_text: dict[str, list[Example]] = defaultdict(list)
    for example in lines:
        context = "|".join(f"{role}:{plain(text)}" for role, text in example.before)
        by_text[f"{example.language}|{context}|{plain(example.text)}"].append(example)
    groups = [group for key, group in by_text.items() if len(group) > 1 and not key.endswith("|")]
    repeated = [
        (g[0].origin, e.origin, e.text) for g in groups for e in g[1:] if len(plain(e.text)) >= SHORTEST
    ]
    conflicts = [
        (group[0].origin, other.origin, other.text)
        for group in groups
        for other in group[1:]
        if other.issues[0] != group[0].issues[0]
    ]
    train, test = split(list(examples), held_out_writers(examples))
    return CorpusReport(len(lines), tuple(repeated), tuple(near_copies(train, test)), tuple(conflicts))


def near_copies(train: Sequence[Example], test: Sequence[Example]) -> list[tuple[str, str, str, str]]:
    """Pairs across the split whose character trigrams overlap by at least NEAR (Jaccard)."""
    grams: dict[str, int] = {}
    left, left_items = _bags(train, grams)
    right, right_items = _bags(test, grams)
    if not left_items or not right_items:
        return []
    width = len(grams)
    a, b = _matrix(left, width), _matrix(right, width)
    sizes_a, sizes_b = np.asarray(a.sum(axis=1)).ravel(), np.asarray(b.sum(axis=1)).ravel()
    found: list[tuple[str, str, str, str]] = []
    for start in range(0, b.shape[0], 500):
        shared = (b[start : start + 500] @ a.T).tocoo()
        union = sizes_b[start + shared.row] + sizes_a[shared.col] - shared.data
        for place in np.flatnonzero(shared.data >= NEAR * union):
            one, two = right_items[start + int(shared.row[place])], left_items[int(shared.col[place])]
            found.append((one.origin, two.origin, one.text, two.text))
    return found


def _bags(examples: Sequence[Example], grams: dict[str, int]) -> tuple[list[list[int]], list[Example]]:
    bags, kept = [], []
    for example in examples:
        text = plain(example.text)
        if len(text) >= SHORTEST:
            names = {text[i : i + 3] for i in range(len(text) - 2)}
            bags.append(sorted(grams.setdefault(name, len(grams)) for name in names))
            kept.append(example)
    return bags, kept


def _matrix(bags: list[list[int]], width: int) -> csr_matrix:
    starts = np.cumsum([0, *map(len, bags)])
    columns = np.array([column for bag in bags for column in bag], dtype=np.int32)
    return csr_matrix((np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(bags), width))


def main() -> int:
    """Print the report; exit status 1 when something is wrong."""
    report = check(load_corpus())
    out = [f"{report.lines} lines"]
    for name in ("repeated", "near_copies", "conflicts"):
        rows = getattr(report, name)
        out += [f"{name}: {len(rows)}", *["  " + " | ".join(row) for row in rows]]
    print("\n".join(out))  # noqa: T201 - a command's output
    return int(bool(report.repeated or report.near_copies or report.conflicts))


if __name__ == "__main__":
    raise SystemExit(main())
