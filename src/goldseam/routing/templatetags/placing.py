"""`{% load placing %}{{ code|reason_words }}`: why somebody was chosen, or was not."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from goldseam.routing import codes

register = template.Library()


@register.filter
def reason_words(code: str) -> str:
    """A reason for or against somebody."""
    return str(codes.REASONS.get(code, code))


@register.filter
def part_words(code: str) -> str:
    """A part of somebody's cost."""
    return str(codes.PARTS.get(code, code))


@register.filter
def weight_words(code: str) -> str:
    """A weight."""
    return str(codes.WEIGHTS.get(code, code))


@register.filter
def language_words(code: str) -> str:
    """A language that somebody can answer in."""
    return str(codes.LANGUAGES.get(code, code))


@register.filter
def reasons_joined(reasons: Sequence[str]) -> str:
    """Several reasons in a row."""
    return " · ".join(reason_words(reason) for reason in reasons)
