"""Colours as six hexadecimal digits, and their contrast as WCAG 2.2 works it out (1.4.3)."""

from __future__ import annotations

WHITE, BLACK = "ffffff", "000000"


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' relative luminance, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(ground: str) -> str:
    """White or black, whichever is read better on a colour; one of them always reaches 4.5."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, ground))


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
