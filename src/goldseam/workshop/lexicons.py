"""Compiles the lexicon files (TOML) into the engine's reading tables."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from goldseam.engine.text.matcher import Matcher, Phrase, expand, make_matcher, split_parts
from goldseam.engine.text.normal import Folding, fold, fold_signs, make_folding, mend
from goldseam.engine.text.plain import PlainWords, make_plain
from goldseam.engine.text.tables import DateWords, Forms, Negation, NumberForms

Table = dict[str, Any]
_OPTIONAL = re.compile("([\u4e00-\u9fff])\\?(?=.)")
_LATIN_GAP, _CHINESE_GAP = 24, 8
_LONGEST_NUMERAL = 12
FILES = (
    "fold",
    "plain",
    "signals",
    "emotion",
    "negation",
    "requests",
    "order_words",
    "numbers",
    "dates",
    "issues",
    "hints",
)


class LexiconError(ValueError):
    """A lexicon file is not what it must be; the message names file and entry."""


def read_lexicons() -> dict[str, Table]:
    """All packaged lexicon files by name."""
    folder = files("goldseam.engine") / "data" / "lexicons"
    tables: dict[str, Table] = {}
    for name in FILES:
        try:
            tables[name] = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise LexiconError(f"lexicons/{name}.toml is not valid TOML: {error}") from error
    return tables


def lexicon_version(tables: Mapping[str, Table]) -> str:
    """The newest date among the files."""
    return max(str(table["version"]) for table in tables.values())


def build_folding(table: Table) -> Folding:
    """Character and spelling table of fold.toml."""
    return make_folding(table["traditional"], table["simplified"], table["variants"])


def build_plain(table: Table, folding: Folding) -> PlainWords:
    """plain.toml; its words are folded as messages are."""
    words = {fold(word, folding): said for word, said in table["words"].items()}
    return make_plain(table["letters"], table["characters"]["from"], table["characters"]["to"], words)


def alternatives(patterns: Iterable[str], folding: Folding) -> list[str]:
    """All literal phrases of some patterns, folded, without repetition, in order."""
    written = [
        literal
        for pattern in patterns
        for literal in expand(fold_signs(_OPTIONAL.sub(r"{\1|}", pattern.replace("}?", "|}")), folding))
    ]
    mended = mend("\n".join(written), folding).split("\n")  # all at once: a start takes its time for them
    return [literal for literal in dict.fromkeys(mended) if literal.strip("^$ ")]


def _phrases(
    patterns: Iterable[str],
    folding: Folding,
    kind: str,
    code: str,
    strength: float = 1.0,
    negatable: bool = True,
) -> list[Phrase]:
    """One phrase per pattern; a pattern with a gap inside a group gives one for each reading."""
    result = []
    for pattern in patterns:
        written = split_parts(pattern)
        whole = [[pattern]] if len(written) == 1 else [written]
        if len(written) == 1 and "~" in pattern:
            whole = [reading.split("~") for reading in alternatives(whole[0], folding)]
        for parts in whole:
            literals = [tuple(alternatives([part], folding)) for part in parts]
            chosen = tuple(words for words in literals if words)
            if not chosen:
                raise LexiconError(f"{kind} {code}: the phrase {pattern!r} is empty")
            gap = _LATIN_GAP if chosen[0][0].isascii() else _CHINESE_GAP
            result.append(Phrase(chosen, kind, code, strength, negatable, gap))
    return result


def build_matcher(tables: Mapping[str, Table], folding: Folding) -> Matcher:
    """One matcher over all phrase files; kinds: signal, unless, emotion, sarcasm, amplifier,
    softener, request, topic, state, rank, answer, goods, hint."""
    phrases: list[Phrase] = []
    for code, entry in _entries(tables["signals"]):
        negatable = bool(entry.get("negatable", True))
        phrases += _phrases(entry["phrases"], folding, "signal", code, negatable=negatable)
        phrases += _phrases(entry.get("unless", ()), folding, "unless", code)
    for group in tables["emotion"]["group"]:
        phrases += _phrases(group["phrases"], folding, "emotion", group["label"], group["strength"])
    for kind in ("sarcasm", "amplifier", "softener"):
        phrases += _phrases(tables["emotion"][kind]["phrases"], folding, kind, kind)
    phrases += _phrases(tables["emotion"]["unless"]["phrases"], folding, "unless", "emotion")
    for kind, file in (("request", "requests"), ("topic", "issues")):
        for code, entry in _entries(tables[file]):
            phrases += _phrases(entry["phrases"], folding, kind, code)
            phrases += _phrases(entry.get("unless", ()), folding, "unless", code)
    for kind in ("state", "rank", "answer"):
        for code, words in tables["order_words"][kind].items():
            phrases += _phrases(words, folding, kind, code)
    for row, words in enumerate(tables["order_words"]["same"]["rows"]):
        phrases += _phrases(words, folding, "goods", str(row))
    for group, entry in _entries(tables["hints"]):
        phrases += _phrases(entry["phrases"], folding, "hint", group)
    return make_matcher(phrases)


def _entries(table: Table) -> list[tuple[str, Table]]:
    return [(code, entry) for code, entry in table.items() if isinstance(entry, dict) and "phrases" in entry]


def build_asked(table: Table) -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """Questions about a danger and the answers that own up to it, by signal."""
    return {
        code: (re.compile(entry["question"]), re.compile(entry["answer"]))
        for code, entry in table["asked"].items()
    }


def build_settled(table: Table) -> frozenset[str]:
    """Signals that a message of thanks never raises."""
    codes = frozenset(table["settled_by_thanks"])
    if unknown := codes - {code for code, _ in _entries(table)}:
        raise LexiconError(f"lexicons/signals.toml: settled_by_thanks names no signal: {sorted(unknown)}")
    return codes


def build_unsaid(table: Table) -> dict[str, tuple[float, float]]:
    """How sure of a calm mood and of a problem the models may be for a signal that no phrase names."""
    return {code: (float(entry["calm"]), float(entry["problem"])) for code, entry in table["unsaid"].items()}


def build_bars(table: Table) -> dict[str, tuple[float, float]]:
    """Probability bars of signals.toml, for every signal that has phrases."""
    codes = {code for code, _ in _entries(table)}
    bars = {code: (float(low), float(high)) for code, (low, high) in table["bars"].items()}
    if set(bars) != codes:
        raise LexiconError(
            f"lexicons/signals.toml: [bars] and the signals differ: {sorted(set(bars) ^ codes)}"
        )
    return bars


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of some words, the longest first; Latin words whole, unless they end in `*`. It looks
    at the first sign before it tries the words one by one."""
    parts, first = [], set()
    for word in sorted(words, key=len, reverse=True):
        literal = word.rstrip("*")
        left = r"(?<![a-z0-9])" if literal[0].isascii() and literal[0].isalpha() else ""
        right = r"(?![a-z0-9])" if literal[-1].isascii() and literal[-1].isalnum() and literal == word else ""
        parts.append(left + re.escape(literal) + right)
        first.add(re.escape(literal[0]))
    return re.compile(f"(?=[{''.join(sorted(first))}])(?:{'|'.join(parts)})")


def build_negation(table: Table, folding: Folding) -> Negation:
    """negation.toml, longest words first."""

    def words(key: str) -> re.Pattern[str]:
        return any_of(alternatives(table[key], folding))

    wishes = frozenset(alternatives(table["wishes"], folding))
    return Negation(int(table["reach"]), words("before"), wishes, words("keeps"), words("near_miss"))


def _forms(patterns: Iterable[str]) -> Forms:
    compiled = []
    for pattern in patterns:
        try:
            compiled.append(re.compile(pattern))
        except re.error as error:
            raise LexiconError(f"lexicons/numbers.toml: bad pattern {pattern!r}: {error}") from error
    return tuple(compiled)


def _units(words: Iterable[str]) -> re.Pattern[str]:
    """Any of some words right at a place; a Latin one must end there."""
    ordered = sorted(words, key=len, reverse=True)
    return re.compile(
        "|".join(re.escape(w) + (r"(?![a-z0-9])" if w[-1].isalpha() and w.isascii() else "") for w in ordered)
    )


def _longest(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=len, reverse=True))


def build_numbers(table: Table, folding: Folding) -> NumberForms:
    """numbers.toml with compiled patterns."""
    amounts, digits = table["amounts"], table["digits"]
    return NumberForms(
        longest_token=int(table["longest_token"]),
        carriers={name: _forms(patterns) for name, patterns in table["carriers"].items()},
        phone=_forms(table["forms"]["phone"]),
        order=_forms(table["forms"]["order"]),
        sku=_forms(table["forms"]["sku"]),
        cues={kind: _longest(alternatives(words, folding)) for kind, words in table["cues"].items()},
        amount_before=_longest([fold(word, folding) for word in amounts["before"]]),
        amount_after=_units(fold(word, folding) for word in amounts["after"]),
        amount_unless=_units(alternatives(amounts["unless"], folding)),
        amount_factors={word: float(factor) for word, factor in amounts["factors"].items()},
        amount_whole=tuple(amounts["whole"]),
        amount_between=tuple(amounts["between"]),
        not_tenths=tuple(amounts["not_tenths"]),
        pieces_after=tuple(amounts["pieces_after"]),
        asked_before=_longest(alternatives(amounts["asked_before"], folding)),
        asked_after=re.compile(amounts["asked_after"]),
        digit_values=dict(digits["values"]),
        digit_units=dict(digits["units"]),
        numeral=re.compile(f"[{''.join([*digits['values'], *digits['units']])}]{{1,{_LONGEST_NUMERAL}}}"),
        half=str(digits["half"]),
    )


def build_dates(table: Table, folding: Folding) -> DateWords:
    """dates.toml with compiled patterns; `worded` finds all fixed day words."""

    def folded(key: str) -> dict[str, Any]:
        return {fold(word, folding): value for word, value in table[key].items()}

    patterns = {name: re.compile(pattern) for name, pattern in table["patterns"].items()}
    names = sorted({*folded("days"), *folded("spans"), *folded("feasts")}, key=len, reverse=True)
    patterns["worded"] = re.compile("|".join(map(re.escape, names)))
    return DateWords(
        days=folded("days"),
        spans={word: (int(low), int(high)) for word, (low, high) in folded("spans").items()},
        weekdays=dict(table["weekdays"]),
        months=dict(table["months"]),
        feasts={word: (int(month), int(day)) for word, (month, day) in folded("feasts").items()},
        units=dict(table["units"]),
        counts=dict(table["counts"]["words"]),
        half=str(table["counts"]["half"]),
        some=str(table["counts"]["some"]),
        week_prefixes=dict(table["week_prefixes"]),
        not_day_after=tuple(table["not_day"]["after"]),
        not_day_before=tuple(table["not_day"]["before"]),
        patterns=patterns,
    )


def build_goods(table: Table, folding: Folding) -> dict[str, tuple[str, ...]]:
    """Row number → its words: different words of one row mean the same goods."""
    return {str(row): tuple(alternatives(words, folding)) for row, words in enumerate(table["same"]["rows"])}
