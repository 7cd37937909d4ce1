"""Whether an answer is a clear yes to one change. In doubt it is not.

A text is a yes only when all of it is made of words of assent, of politeness and of the change's own name,
with at least one word of assent among them. A question, a condition, a wish for something else or one
unknown word make it unclear. What is unclear is asked again, never acted upon."""

from __future__ import annotations

import re

from goldseam.engine.bot.tables import BotTables

_MARKS = re.compile(r"[\s,\uff0c。.!\uff01~\uff5e、;\uff1b:\uff1a·…]+")
_ASKS = re.compile(r"[?\uff1f]")
_LONGEST = 40


def read_confirm(text: str, kind: str, choices: tuple[str, str], tables: BotTables) -> str:
    """Says "yes", "no" or "unclear". `choices` are the two texts that were offered to be touched."""
    said = text.strip().lower()
    if said in {choice.lower() for choice in choices}:
        return "yes" if said == choices[0].lower() else "no"
    if not said or len(said) > _LONGEST or _ASKS.search(said):
        return "unclear"
    words = tables.confirm
    named = words.named.get(kind, ())
    kinds = _spell(said, (("yes", words.yes), ("no", words.no), ("", (*named, *words.filler))))
    return kinds.pop() if kinds and len(kinds) == 1 else "unclear"


def read_end(text: str, tables: BotTables) -> str:
    """How a customer ends a subject: "solved" when they say so, "thanks" for thanks and "I see" alone, else
    nothing. Made wholly of such words, as a yes is."""
    said = text.strip().lower()
    if not said or len(said) > _LONGEST or _ASKS.search(said):
        return ""
    ends = tables.ends
    kinds = _spell(said, (("solved", ends["solved"]), ("thanks", ends["thanks"]), ("", ends["filler"])))
    if not kinds:
        return ""
    return "solved" if "solved" in kinds else "thanks"


def _spell(text: str, vocabulary: tuple[tuple[str, tuple[str, ...]], ...]) -> set[str] | None:
    """Which kinds of words a text is wholly made of; None when anything else stands in it. The longest word
    wins at each place, so that "do not" is no "do"."""
    entries = sorted(
        ((word, kind) for kind, words in vocabulary for word in words), key=lambda entry: -len(entry[0])
    )
    text = _MARKS.sub(" ", text)
    found: set[str] = set()
    place = 0
    while place < len(text):
        if text[place] == " ":
            place += 1
            continue
        match = next((e for e in entries if _stands(text, place, e[0])), None)
        if match is None:
            return None
        place += len(match[0])
        if match[1]:
            found.add(match[1])
    return found


def _stands(text: str, place: int, word: str) -> bool:
    """Whether the word stands here; a Latin word only as a whole."""
    if not text.startswith(word, place):
        return False
    if not (word[0].isascii() and word[0].isalpha()):
        return True
    before, after = text[place - 1 : place], text[place + len(word) : place + len(word) + 1]
    return not (before.isascii() and before.isalpha()) and not (after.isascii() and after.isalpha())
