"""What is said about a filter that cannot be used."""

from __future__ import annotations

from goldseam.core.errors import DomainError


class BadFilter(DomainError):
    """A filter that cannot be used: `place` is where in it (such as all[1].any[0].value), the message says
    what is wrong and what to do."""

    code = "bad_filter"

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}", field=place)
        self.place = place
        self.remedy = message
