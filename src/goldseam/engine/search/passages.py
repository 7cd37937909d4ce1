"""Cuts an article into the passages that are searched and quoted."""

from __future__ import annotations

import re

SHORTEST = 60
"""A passage takes sentences until it has so many characters (twice as many for Latin script)."""
LONGEST = 400

_SENTENCE = re.compile(r"[^。!?!?;;\n]*?(?:[。!?!?;;\n]+|\.(?=\s)|$)", re.DOTALL)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, none empty, each with its closing mark."""
    return [found for match in _SENTENCE.finditer(text) if (found := match.group().strip())]


def passages(text: str) -> list[str]:
    """Sentences gathered into passages; a last short one joins the one before it."""
    least = SHORTEST if _HAN.search(text) else 2 * SHORTEST
    gathered: list[str] = []
    current = ""
    for sentence in sentences(text):
        for piece in _pieces(sentence):
            current = f"{current}{_gap(current)}{piece}"
            if len(current) >= least:
                gathered.append(current)
                current = ""
    if current and gathered and len(current) < least // 2 and len(gathered[-1]) + len(current) <= LONGEST:
        gathered[-1] += _gap(gathered[-1]) + current
    elif current:
        gathered.append(current)
    return gathered


def _gap(before: str) -> str:
    return "" if not before or _HAN.match(before[-1]) or before[-1] in "。!?;、,:" else " "


def _pieces(sentence: str) -> list[str]:
    """A sentence without an end in sight is cut by length."""
    return [sentence[at : at + LONGEST] for at in range(0, len(sentence), LONGEST)]


def search_texts(title: str, text: str) -> list[str]:
    """What stands for an article among the sentence vectors: its passages, each below the title."""
    return [f"{title}。{passage}" if title else passage for passage in passages(text)] or [title]
