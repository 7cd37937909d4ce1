"""Changes of many conversations, the reading side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from goldseam.conversations.models import BulkRun
from goldseam.core.errors import NotFound

if TYPE_CHECKING:
    from goldseam.people.models import Agent

MOST = 5000
"""No more conversations at once."""

AT_ONCE = 100
"""Up to here the answer is waited for; more go through the queue, with a progress bar."""

_SHOWN = 20


def access_run(agent: Agent, shop_id: int, run_id: int) -> BulkRun:
    """The gate: a change that this person asked for, else "not found"."""
    run = BulkRun.objects.filter(pk=run_id, shop_id=shop_id, agent=agent).first()
    if run is None:
        raise NotFound(gettext_noop("There is no such change."))
    return run


@dataclass(frozen=True, slots=True)
class Summary:
    """How far a change is. `changed` conversations were changed, `same` were so already, and `reasons` names
    those that were refused: (words, how many, some of their names)."""

    run: BulkRun
    total: int
    dealt_with: int
    changed: int
    same: int
    refused: int
    reasons: list[tuple[str, int, list[str]]]
    can_undo: bool

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.run.finished_at is not None

    @property
    def percent(self) -> int:
        """Of the conversations, how many are dealt with."""
        return 100 if not self.total else self.dealt_with * 100 // self.total


def summary_of(run: BulkRun) -> Summary:
    """The run for a screen."""
    reasons: dict[str, list[str]] = {}
    for _pk, name, words in run.refused:
        reasons.setdefault(words, []).append(name)
    changed = sum(1 for _pk, before in run.done if before is not None)
    undone = BulkRun.objects.filter(undoes=run).exists()
    return Summary(
        run=run,
        total=len(run.ids),
        dealt_with=run.position,
        changed=changed,
        same=len(run.done) - changed,
        refused=len(run.refused),
        reasons=[(words, len(names), names[:_SHOWN]) for words, names in reasons.items()],
        can_undo=bool(changed) and run.finished_at is not None and run.undoes_id is None and not undone,
    )
