"""How a call, a cancellation and their contraries are worded; from a data file."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The words of that name in every language that the shop's people write."""
    table = json.loads((files("goldseam.promises") / "data/contact_words.json").read_text("utf-8"))
    return re.compile("|".join(f"(?:{one})" for one in table[name].values()), re.IGNORECASE)


def speaks_of(name: str, text: str) -> bool:
    """Whether the text holds such words."""
    return pattern(name).search(text) is not None


def tells_of_a_call(note: str) -> bool:
    """Whether a private note says that somebody has called the customer and reached them."""
    return speaks_of("called", note) and not speaks_of("not_called", note)
