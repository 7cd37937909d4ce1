"""The report card of a training: old against new on the same held-out conversations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from goldseam.engine.assess import assess
from goldseam.engine.decide.remedies import chance_of
from goldseam.engine.decide.situation import situation
from goldseam.engine.tables import Tables
from goldseam.engine.text.read import read
from goldseam.workshop.calibrate import expected_calibration_error
from goldseam.workshop.labelled import Labelled
from goldseam.workshop.measures import area_under_curve, calibration_table, class_table, rank_correlation
from goldseam.workshop.train_remedies import log_likelihood

WORST = 20
DISSATISFIED = 0.5
_EXCERPT = 160


def report_card(
    task: str, seen: Sequence[Labelled], held_out: Sequence[Labelled], old: Tables, new: Tables
) -> dict[str, Any]:
    """Measures of old and new, whether the new one is taken, slices, calibration and worst examples."""
    make = CARDS[task]
    before, _, _ = make(held_out, old)
    after, detail, losses = make(held_out, new)
    deciding = _deciding(task, held_out)
    taken = after[deciding] > before[deciding]
    return {
        "train": len(seen),
        "held_out": len(held_out),
        "deciding_measure": deciding,
        "old": before,
        "new": after,
        "taken": bool(taken),
        "slices": _slices(task, held_out, new, make),
        **detail,
        "worst": _worst(held_out, losses),
    }


Card = tuple[dict[str, float], dict[str, Any], list[tuple[float, str]]]


def _issue_card(items: Sequence[Labelled], tables: Tables) -> Card:
    issues = [read(item.conversation, tables.reading).issue for item in items]
    truth = [item.code for item in items]
    guessed = [issue.code for issue in issues]
    top3 = [[issue.code, *[a.code for a in issue.alternatives[:2]]] for issue in issues]
    correct = np.array([t == g for t, g in zip(truth, guessed, strict=True)])
    confidence = np.array([issue.confidence for issue in issues])
    measures = {
        "accuracy": round(float(correct.mean()), 4),
        "top3": round(float(np.mean([t in three for t, three in zip(truth, top3, strict=True)])), 4),
        "calibration_error": round(expected_calibration_error(confidence, correct), 4),
    }
    detail = {
        "classes": class_table(truth, guessed),
        "calibration": calibration_table(confidence, correct.astype(float)),
    }
    losses = [
        (
            float(issue.confidence) if not right else -1.0,
            f"said {issue.code} ({issue.confidence:.2f}), was {item.code}",
        )
        for issue, item, right in zip(issues, items, correct, strict=True)
    ]
    return measures, detail, losses


def _mood_card(items: Sequence[Labelled], tables: Tables) -> Card:
    emotions = [read(item.conversation, tables.reading).emotion for item in items]
    fine = np.array([_level(emotion.course, emotion.intensity) for emotion in emotions])
    whole = np.array([float(emotion.intensity) for emotion in emotions])
    truth = np.array([item.value for item in items])
    measures = {
        "spearman": round(rank_correlation(fine, truth), 4),
        "mean_absolute_error": round(float(np.abs(whole - truth).mean()), 4),
        "exact": round(float((whole == np.round(truth)).mean()), 4),
    }
    levels = [str(round(float(value))) for value in truth]
    detail = {"classes": class_table(levels, [str(int(value)) for value in whole])}
    losses = [
        (abs(float(guess) - float(real)), f"said {guess:.0f}, was {real:.0f}")
        for guess, real in zip(whole, truth, strict=True)
    ]
    return measures, detail, losses


def _level(course: tuple[float, ...], intensity: int) -> float:
    """The whole level with the last message's finer value inside it."""
    last = course[-1] if course else 0.0
    return intensity + 0.3 * last


def _risk_card(items: Sequence[Labelled], tables: Tables) -> Card:
    scores = np.array([assess(item.conversation, tables).risk.score for item in items])
    truth = np.array([item.value for item in items])
    positive = truth > DISSATISFIED if (truth > DISSATISFIED).any() else truth >= truth.max()
    top = np.argsort(-scores, kind="stable")[: max(1, len(scores) // 10)]
    measures = {
        "spearman": round(rank_correlation(scores, truth), 4),
        "auc": round(area_under_curve(scores, positive), 4),
        "precision_top_tenth": round(float(positive[top].mean()), 4),
        "mean_squared_error": round(float(((scores - truth) ** 2).mean()), 4),
    }
    detail = {"calibration": calibration_table(scores, truth)}
    losses = [
        (abs(float(s) - float(t)), f"said {s:.2f}, was {t:.2f}") for s, t in zip(scores, truth, strict=True)
    ]
    return measures, detail, losses


def _remedies_card(items: Sequence[Labelled], tables: Tables) -> Card:
    chances = np.array([_chance(item, tables) for item in items])
    truth = np.array([item.value for item in items])
    content = truth > DISSATISFIED
    measures = {
        "log_likelihood": round(log_likelihood(chances, truth), 4),
        "auc": round(area_under_curve(chances, content), 4) if content.any() and not content.all() else 0.5,
        "mean_squared_error": round(float(((chances - truth) ** 2).mean()), 4),
    }
    losses = [
        (abs(float(c) - float(t)), f"{item.code}: said {c:.2f}, was {t:.2f}")
        for item, c, t in zip(items, chances, truth, strict=True)
    ]
    return measures, {"calibration": calibration_table(chances, truth)}, losses


def _chance(item: Labelled, tables: Tables) -> float:
    view = situation(item.conversation, read(item.conversation, tables.reading), tables.deciding)
    return chance_of(view, item.code, view.order, tables.deciding.remedies)


CARDS = {"issue": _issue_card, "mood": _mood_card, "risk": _risk_card, "remedies": _remedies_card}
DECIDING = {"issue": "accuracy", "mood": "spearman", "risk": "spearman", "remedies": "log_likelihood"}


def _deciding(task: str, items: Sequence[Labelled]) -> str:
    """The measure that old and new are compared by. Where outcomes are yes or no, Spearman's ρ favours
    scores with many ties, the area under the curve does not."""
    if task == "risk" and len({item.value for item in items}) == 2:
        return "auc"
    return DECIDING[task]


def _slices(
    task: str, items: Sequence[Labelled], tables: Tables, make: Callable[[Sequence[Labelled], Tables], Card]
) -> list[dict[str, Any]]:
    """The same measures for parts of the held-out conversations."""
    parts: dict[str, list[Labelled]] = {}
    for item in items:
        turns = sum(message.role == "customer" for message in item.conversation.messages)
        said = ("no customer message", "one customer message", "several customer messages")[min(turns, 2)]
        parts.setdefault(said, []).append(item)
        known = "with orders" if item.conversation.orders else "without orders"
        parts.setdefault(known, []).append(item)
        length = sum(len(m.text) for m in item.conversation.messages if m.role == "customer")
        parts.setdefault("short texts" if length < 20 else "longer texts", []).append(item)
    return [
        {"slice": name, "n": len(chosen), **make(chosen, tables)[0]}
        for name, chosen in sorted(parts.items())
        if 5 <= len(chosen) < len(items)
    ]


def _worst(items: Sequence[Labelled], losses: list[tuple[float, str]]) -> list[dict[str, Any]]:
    order = sorted(range(len(items)), key=lambda place: (-losses[place][0], items[place].line))[:WORST]
    return [
        {
            "line": items[p].line,
            "id": items[p].conversation.id,
            "what": losses[p][1],
            "text": _excerpt(items[p]),
        }
        for p in order
        if losses[p][0] > 0
    ]


def _excerpt(item: Labelled) -> str:
    texts = [message.text for message in item.conversation.messages if message.role == "customer"]
    joined = " / ".join(texts).replace("\n", " ")
    return joined if len(joined) <= _EXCERPT else joined[: _EXCERPT - 1] + "…"


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report for people."""
    verdict = "taken" if report["taken"] else "not taken: it does not beat the old one"
    lines = [
        f"# Training report: {report['task']}",
        "",
        f"Version {report['version']}, {report['train']} conversations to learn from, "
        f"{report['held_out']} later ones held out. The new model is **{verdict}**.",
        "",
        "| measure | old | new |",
        "|---|---|---|",
        *[f"| {name} | {report['old'][name]} | {value} |" for name, value in report["new"].items()],
    ]
    for title in ("classes", "calibration", "slices", "worst"):
        if report.get(title):
            lines += ["", f"## {title.capitalize()}", "", *_table(report[title])]
    if report["bad_lines"]:
        lines += ["", f"{report['bad_lines']} lines were left out:", "", *_table(report["first_bad_lines"])]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    names = list(rows[0])
    body = [
        "| " + " | ".join(str(row.get(name, "")).replace("|", "\\|") for name in names) + " |" for row in rows
    ]
    return ["| " + " | ".join(names) + " |", "|" + "---|" * len(names), *body]
