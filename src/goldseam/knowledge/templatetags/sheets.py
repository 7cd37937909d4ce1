"""Names of what a product sheet holds."""

from __future__ import annotations

from django import template

from goldseam.knowledge.guide_forms import END_NAMES
from goldseam.knowledge.sheet_forms import LIKELIHOOD_NAMES, SENSE_NAMES

register = template.Library()


@register.filter
def sense_name(code: str) -> str:
    """By which sense a fault is noticed."""
    return str(SENSE_NAMES.get(code, code))


@register.filter
def likelihood_name(code: str) -> str:
    """How often a cause is the one."""
    return str(LIKELIHOOD_NAMES.get(code, code))


@register.filter
def end_name(code: str) -> str:
    """How a guide ends."""
    return str(END_NAMES.get(code, code))


@register.filter
def unlocal(value: float) -> str:
    """A number as HTML attributes want it."""
    return f"{value:.3f}"
