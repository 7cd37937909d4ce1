"""How rooms speak upwards: an event is a frozen dataclass in the past tense; who listens stands in one
table, `goldseam.site.wiring`, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Handler = Callable[[Any], None]

_handlers: dict[type, tuple[Handler, ...]] = {}


def connect(table: Mapping[type, Sequence[Handler]]) -> None:
    """Take over the wiring table; called once when the site starts."""
    _handlers.clear()
    _handlers.update({event: tuple(handlers) for event, handlers in table.items()})


def emit(event: object) -> None:
    """Run the event's handlers at once, in the caller's transaction: either all that follows from a
    write happens with it, or nothing does. Slow work is deferred by the handlers as a job."""
    for handler in _handlers.get(type(event), ()):
        handler(event)
