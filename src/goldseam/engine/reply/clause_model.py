"""What a clause commits the shop to, by a linear model over its words.

The words are read as n-grams with every time and every sum of money put as one sign each, so that a wording
is known whatever the day or the amount. Beside them stand the fields of meaning that the words belong to, one
by one and two by two (goods that leave, money that comes back), so that a word that was never taught still
counts; the kinds that the word patterns found, the marks of asking, denying and intending, and the words of
the clause before.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from goldseam.engine.reply.clauses import Clause
from goldseam.engine.reply_tables import PromiseWords
from goldseam.engine.text.ngrams import TextModel, features, known, raw_scores, softmax

_SIGN = "\x01"
_FIELD = "\x02"
_NEAR = 4
_MARKS = ("negation", "customer", "question", "marker", "firm", "intent", "offer")


def plain(text: str, words: PromiseWords) -> str:
    """The text in lower case with times and sums of money as signs."""
    time, money = words.signs
    for amount in words.amount:
        text = amount.sub(money, text)
    for when in words.times:
        text = when.pattern.sub(time, text)
    text = words.clock.sub(time, text)
    while time + time in text:
        text = text.replace(time + time, time)
    return text.lower()


def clause_features(
    clause: Clause, before: Clause | None, kinds: Iterable[str], words: PromiseWords
) -> set[str]:
    """Everything the model looks at in one clause. `kinds` are those that the word patterns found in it."""
    said = plain(clause.text, words)
    found = features(said)
    fields = [name for name, pattern in words.fields.items() if pattern.search(said)]
    found |= {_FIELD + name for name in fields}
    found |= {f"{_FIELD}{one}+{other}" for one, other in combinations(fields, 2)}
    if before is not None:
        earlier = features(plain(before.text, words))
        longest = _NEAR if words.dense else 3 * _NEAR
        found |= {"<" + name for name in earlier if len(name) < longest}
    found |= {_SIGN + name for name in _MARKS if getattr(words, name).search(clause.text)}
    if clause.asks:
        found.add(_SIGN + "asks")
    for kind in kinds:
        found |= {_SIGN + "rule", f"{_SIGN}r:{kind}"}
    return found


def manner_features(clause: Clause, before: Clause | None) -> set[str]:
    """What the model of how a clause will sound looks at: its words, and marks of those before."""
    found = features(clause.text.lower())
    if before is not None:
        found |= {"<" + name for name in features(before.text.lower()) if len(name) < _NEAR}
    return found


def chances(found: set[str], model: TextModel | None) -> dict[str, float]:
    """The probability of each kind and of "none"; they sum to 1. Nothing without a model."""
    if model is None:
        return {}
    head = model.heads["kind"]
    raw = raw_scores(model, known(model, found))
    return dict(zip(head.classes, softmax((raw + head.bias) / head.temperature).tolist(), strict=True))
