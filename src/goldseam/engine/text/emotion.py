"""The customer's mood: label, intensity, words and course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from goldseam.engine.reading import Emotion
from goldseam.engine.text.marks import Marked
from goldseam.engine.text.ngrams import Head, Vector, softmax

_KINDS = ("emotion", "sarcasm")
_FLOORS = {
    "self_harm": 3.0,
    "injury": 2.0,
    "threat_to_staff": 3.0,
    "abuse": 2.0,
    "regulator": 1.5,
    "legal": 1.5,
}
_LABELS = {"self_harm": "distressed", "threat_to_staff": "angry"}
_UPSET = ("angry", "distressed", "anxious", "disappointed")
_STRONG, _STRONG_FLOOR = 3.0, 1.6
# The label's probabilities sharpen the intensity: on unseen writers its rank correlation gains 0.01.
_ANGER, _CALM = 0.4, 0.3
_FADE = 0.8
_KEYWORDS = 6


@dataclass(frozen=True, slots=True)
class Mood:
    """Mood of one message: label probabilities and intensity 0…3 as a number."""

    text: str
    marked: Marked
    labels: dict[str, float]
    intensity: float


def message_moods(
    texts: list[str], marked: list[Marked], raw: Vector, heads: Mapping[str, Head]
) -> list[Mood]:
    """The mood of each message, from a row of model scores each."""
    label, intensity = heads["label"], heads["intensity"]
    chances = softmax((raw[:, label.start : label.stop] + label.bias) / label.temperature)
    strengths = _strengths(raw[:, intensity.start : intensity.stop] + intensity.bias, intensity)
    return [
        _mood(text, one, dict(zip(label.classes, row, strict=True)), strength)
        for text, one, row, strength in zip(texts, marked, chances.tolist(), strengths, strict=True)
    ]


def _strengths(scores: Vector, head: Head) -> list[float]:
    """Intensity as a number: what the levels' probabilities expect, or the one column that says it."""
    if len(head.classes) == 1:
        found: list[float] = scores[:, 0].tolist()
        return found
    levels = np.arange(len(head.classes), dtype=np.float32)
    expected: list[float] = (softmax(scores / head.temperature) @ levels).tolist()
    return expected


def _mood(text: str, marked: Marked, labels: dict[str, float], intensity: float) -> Mood:
    """Model and danger signs together: a threat or an injury is never calm, whatever the model says."""
    intensity += _ANGER * labels.get("angry", 0.0) - _CALM * labels.get("calm", 0.0)
    for hit in marked.hits:
        if hit.phrase.kind == "emotion" and hit.phrase.strength >= _STRONG and hit.phrase.code in _UPSET:
            intensity = max(intensity, _STRONG_FLOOR)
        if hit.phrase.kind == "signal":
            intensity = max(intensity, _FLOORS.get(hit.phrase.code, 0.0))
            forced = _LABELS.get(hit.phrase.code)
            if forced in labels:
                labels[forced] += 1.0
    return Mood(text, marked, labels, min(3.0, max(0.0, intensity)))


def read_emotion(moods: list[Mood]) -> Emotion:
    """The mood now. A short matter-of-fact message (a number, "yes") keeps the mood before it,
    fading; thanks and every message with feeling of its own set it anew."""
    if not moods:
        return Emotion("calm", 0)
    now, at = moods[0].intensity, 0
    for place, mood in enumerate(moods[1:], 1):
        if _matter_of_fact(mood) and mood.intensity < now * _FADE:
            now *= _FADE
        else:
            now, at = mood.intensity, place
    speaking = moods[at]
    level = int(min(3, max(0, round(now))))
    label = max(speaking.labels, key=lambda name: (speaking.labels[name], name))
    if label == "calm" and level >= 2:
        upset = {name: chance for name, chance in speaking.labels.items() if name not in ("calm", "grateful")}
        label = max(upset, key=lambda name: (upset[name], name))
    return Emotion(
        label, level, _keywords(moods, at, label), tuple(round(mood.intensity, 2) for mood in moods)
    )


def _matter_of_fact(mood: Mood) -> bool:
    if len(mood.text.strip()) > 14:
        return False
    return not any(hit.phrase.kind in _KINDS and hit.phrase.code != "calm" for hit in mood.marked.hits)


def _keywords(moods: list[Mood], at: int, label: str) -> tuple[str, ...]:
    """Words of feeling of the deciding message, and of earlier ones while there are few."""
    words: dict[str, None] = {}
    for mood in [moods[at], *reversed(moods[:at])]:
        for start, end in _feeling_spans(mood, label):
            words.setdefault(mood.text[start:end], None)
        if len(words) >= 2:
            break
    return tuple(words)[:_KEYWORDS]


def _feeling_spans(mood: Mood, label: str) -> list[tuple[int, int]]:
    skip = ("calm",) if label == "calm" else ("calm", "grateful") if label != "grateful" else ("calm",)
    spans: list[list[int]] = []
    for hit in sorted(mood.marked.hits, key=lambda found: found.start):
        if hit.phrase.kind not in _KINDS or hit.phrase.code in skip:
            continue
        if spans and hit.start < spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], hit.end)
        else:
            spans.append([hit.start, hit.end])
    return [(start, end) for start, end in spans]
