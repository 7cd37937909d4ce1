"""What the list's templates say about labels and clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django import template
from django.utils import timezone

from goldseam.conversations.filter_screen import CLOCK_NAMES

if TYPE_CHECKING:
    from goldseam.conversations.models import Label

register = template.Library()


@register.filter
def labels_among(ids: Iterable[int], labels: Mapping[int, Label]) -> list[Label]:
    """The labels with these ids; one that was removed meanwhile is passed over."""
    return [labels[pk] for pk in ids if labels and pk in labels]


@register.filter
def clock_name(kind: str) -> str:
    """Which of the service clocks it is."""
    return str(CLOCK_NAMES.get(kind, kind))


@register.filter
def is_past(moment: datetime | None) -> bool:
    """Whether a moment has come."""
    return moment is not None and moment <= timezone.now()
