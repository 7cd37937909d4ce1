"""Reads what the bot understands and says from the package, and compiles it once."""

from __future__ import annotations

from functools import lru_cache

from goldseam.engine.bot.tables import BotTables, Sayings, compile_words
from goldseam.workshop.packaged import read_data

LANGUAGES = ("zh", "en")


@lru_cache(maxsize=1)
def load_bot() -> BotTables:
    """Everything the bot needs beside the engine's tables. Frozen, so shared."""
    return compile_words(
        read_data("bot/words.json"), {language: _sayings(language) for language in LANGUAGES}
    )


def _sayings(language: str) -> Sayings:
    raw = read_data(f"templates/bot.{language}.json")
    return Sayings(language=language, lines=raw["lines"], names=raw["names"])
