"""Search terms of a text: characters and neighbouring pairs for Han, whole words for everything else.

Word segmentation fails on colloquial Chinese; single characters with pairs do not depend on it
(Nie et al. 2000, "On the use of words and n-grams for Chinese information retrieval").
"""

from __future__ import annotations

import re
import unicodedata

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[^\W_]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LONGEST_TEXT = 20_000
_LONGEST_WORD = 64


def fold(text: str) -> str:
    """One spelling for one sign: compatibility forms composed, small letters."""
    return unicodedata.normalize("NFKC", text[:_LONGEST_TEXT]).lower()


def has_han(text: str) -> bool:
    """Whether a text holds Han characters, read as: whether it is Chinese."""
    return _HAN.search(text) is not None


def terms(text: str) -> list[str]:
    """The terms in order, with repeats."""
    found: list[str] = []
    for match in _RUN.finditer(fold(text)):
        run = match.group()
        if not _HAN.match(run):
            found += _split_mixed(run)
            continue
        found += run
        found += (run[i : i + 2] for i in range(len(run) - 1))
    return found


def _split_mixed(run: str) -> list[str]:
    """`[^\\W_]+` also takes the Han characters that follow a Latin word without a space."""
    if not _HAN.search(run):
        return [run[:_LONGEST_WORD]]
    parts: list[str] = []
    for piece in re.split(r"([\u3400-\u4dbf\u4e00-\u9fff]+)", run):
        if piece:
            parts += terms(piece)
    return parts
