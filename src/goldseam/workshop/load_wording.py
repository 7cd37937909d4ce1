"""Loads the prompts and the masks' forms that come with the package."""

from __future__ import annotations

import re
from functools import lru_cache

from goldseam.engine.wording.ask import PromptWords
from goldseam.engine.wording.mask import MaskingForms
from goldseam.workshop.packaged import read_data

LANGUAGES = ("zh", "en")


@lru_cache(maxsize=len(LANGUAGES))
def load_prompts(language: str) -> PromptWords:
    """The prompts of a language; English where there are none."""
    raw = read_data(f"wording/prompts.{language if language in LANGUAGES else 'en'}.json")
    return PromptWords(**raw)


@lru_cache(maxsize=1)
def load_masking() -> MaskingForms:
    """The forms of personal data."""
    raw = read_data("wording/masking.json")
    kinds = tuple((kind, re.compile(form)) for kind, form in raw["kinds"])
    return MaskingForms(raw["version"], kinds, re.compile(raw["spare"]))
