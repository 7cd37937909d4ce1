"""Chinese text for PostgreSQL's full-text search: character unigrams and bigrams.

Word segmentation fails on colloquial Chinese, so Han text is indexed by single characters and by
neighbouring pairs; Latin words and numbers stay whole, numbers also by their last four digits.
"""

from __future__ import annotations

import re
import unicodedata

_TOKEN = re.compile(r"[一-鿿㐀-䶿]+|[0-9a-z_]+")
_MAX_CHARS = 20_000


def tokens(text: str) -> list[str]:
    """The index terms of a text, in order, without repeats."""
    seen: dict[str, None] = {}
    folded = unicodedata.normalize("NFKC", text[:_MAX_CHARS]).lower()
    for match in _TOKEN.finditer(folded):
        run = match.group()
        if "0" <= run[0] <= "z":
            seen[run[:64]] = None
            if run.isdigit() and len(run) > 4:
                seen[run[-4:]] = None
            continue
        for i, char in enumerate(run):
            seen[char] = None
            if i:
                seen[run[i - 1 : i + 1]] = None
    return list(seen)


def query_tokens(text: str) -> list[str]:
    """The terms that must all occur: bigrams for Han runs (the character itself when it stands alone),
    whole Latin words and numbers."""
    terms: dict[str, None] = {}
    folded = unicodedata.normalize("NFKC", text[:200]).lower()
    for match in _TOKEN.finditer(folded):
        run = match.group()
        if "0" <= run[0] <= "z" or len(run) == 1:
            terms[run] = None
        else:
            terms.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
    return list(terms)
