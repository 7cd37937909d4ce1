"""The contrast of the tokens against each other, worked out as WCAG 2.2 does (relative luminance, 1.4.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from goldseam.core.colour import contrast

_SITE = Path(__file__).resolve().parent / "static" / "site"
TOKENS = (_SITE / "tokens.css", _SITE / "dark.css")
TEXT, PART = 4.5, 3.0
"""What running text needs, and what lines and signs need."""

PAIRS = (
    ("ink", "paper", TEXT),
    ("ink", "surface", TEXT),
    ("ink", "hover", TEXT),
    ("ink-2", "paper", TEXT),
    ("ink-2", "surface", TEXT),
    ("ink-2", "surface-2", TEXT),
    ("ink-2", "hover", TEXT),
    ("ink-strong", "gold-soft", TEXT),
    ("on-ink", "ink", TEXT),
    ("gold-ink", "surface", TEXT),
    ("gold-ink", "paper", TEXT),
    ("gold-ink", "gold-soft", TEXT),
    ("alarm", "surface", TEXT),
    ("alarm", "alarm-soft", TEXT),
    ("surface", "alarm", TEXT),
    ("note-ink", "note", TEXT),
    ("ink", "note", TEXT),
    ("ink", "agent", TEXT),
    ("less", "surface", PART),
    ("line-strong", "surface", PART),
)
_BLOCK = re.compile(r"(?P<who>:root[^{]*)\{(?P<body>[^}]*)\}")
_COLOUR = re.compile(r"--([\w-]+):\s*#([0-9a-fA-F]{6})\b")


@dataclass(frozen=True, slots=True)
class Contrast:
    """One token on another: the ratio, and whether it reaches what it needs."""

    ink: str
    ground: str
    ratio: float
    needed: float

    @property
    def is_enough(self) -> bool:
        """Whether people with weak sight can read it."""
        return self.ratio >= self.needed


def colours() -> dict[str, dict[str, str]]:
    """The tokens that are colours, by mode ("light", "dark"), as six hexadecimal digits."""
    modes: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    for block in _BLOCK.finditer("".join(path.read_text(encoding="utf-8") for path in TOKENS)):
        mode = "dark" if "dark" in block["who"] else "light"
        modes[mode].update(_COLOUR.findall(block["body"]))
    return modes


def contrasts(mode: str) -> list[Contrast]:
    """Every pair that occurs on pages, in one mode."""
    known = colours()[mode]
    return [
        Contrast(ink, ground, round(contrast(known[ink], known[ground]), 2), needed)
        for ink, ground, needed in PAIRS
    ]
