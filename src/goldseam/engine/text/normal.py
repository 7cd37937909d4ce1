"""One spelling for matching: folded text of exactly the same length, so spans fit the original."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_QUOTES = {0x3000: " ", 0x00A0: " ", 0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2032: "'"}
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]+")
_OTHER = re.compile(r"[^\W\d_a-zA-Z\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Folding:
    """Character table (code point → one character) and same-length spelling variants."""

    characters: dict[int, str]
    variants: dict[str, str]
    pattern: re.Pattern[str] | None


def make_folding(traditional: str, simplified: str, variants: dict[str, str]) -> Folding:
    """Build the table. Raises ValueError when a replacement would change a text's length."""
    if len(traditional) != len(simplified):
        raise ValueError("traditional and simplified characters must pair up one to one")
    for wrong, right in variants.items():
        if len(wrong) != len(right):
            raise ValueError(f"variant {wrong!r} → {right!r} changes the length of the text")
    characters: dict[int, str] = {code: chr(plain) for code, plain in _FULLWIDTH.items()}
    characters.update(_QUOTES)
    characters.update(zip(map(ord, traditional), simplified, strict=True))
    longest_first = sorted(variants, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first))) if variants else None
    return Folding(characters, dict(variants), pattern)


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def fold(text: str, folding: Folding) -> str:
    """Half-width, lower case, simplified characters, frequent misspellings mended; same length."""
    return mend(fold_signs(text, folding), folding)


def fold_signs(text: str, folding: Folding) -> str:
    """Each character for itself: half-width, lower case, simplified."""
    return _lower(text.translate(folding.characters))


def mend(folded: str, folding: Folding) -> str:
    """Frequent misspellings mended in a text whose characters are folded."""
    if folding.pattern is None:
        return folded
    return folding.pattern.sub(lambda found: folding.variants[found.group()], folded)


def detect_language(texts: list[str], locale: str = "") -> str:
    """ "zh", "en" or "other" by the share of Chinese characters, Latin words and other letters."""
    sample = " ".join(texts)[:4000]
    chinese = len(_CJK.findall(sample))
    latin = len(_LATIN.findall(sample))
    other = len(_OTHER.findall(sample))
    if other > chinese + latin:
        return "other"
    if chinese * 2 >= latin and chinese:
        return "zh"
    if latin:
        return "en"
    return {"zh": "zh", "en": "en"}.get(locale[:2].lower(), "zh" if not locale else "other")
