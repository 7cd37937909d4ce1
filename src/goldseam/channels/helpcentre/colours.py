"""A shop's colour, with text on it that everybody can read (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

WHITE, BLACK = "ffffff", "000000"


def text_on(colour: str) -> str:
    """White or black, whichever stands out more on this colour (six hexadecimal digits)."""
    light, dark = luminance(WHITE), luminance(BLACK)
    ground = luminance(colour)
    on_white = (light + 0.05) / (ground + 0.05)
    on_black = (ground + 0.05) / (dark + 0.05)
    return WHITE if on_white >= on_black else BLACK


def luminance(colour: str) -> float:
    """The relative luminance of a colour, 0 to 1."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def theme(colour: str) -> str:
    """The stylesheet that gives a help centre its colour."""
    return f":root {{ --brand: #{colour}; --on-brand: #{text_on(colour)}; }}\n"
