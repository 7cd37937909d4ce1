"""Runs a version of a policy pack over past decisions, beside the pack in force.

The newest decision of each conversation counts, newest first. Its words are read once and judged twice, so
that nothing but the pack makes the difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from goldseam.copilot.engine import ShopTables, with_bodies
from goldseam.copilot.models import Decision
from goldseam.core.jobs import DEFAULT, defer
from goldseam.engine.decide.decide import decide
from goldseam.engine.facts import Conversation
from goldseam.engine.parse import InvalidConversation, parse_conversation
from goldseam.engine.text.read import read
from goldseam.policies import trying
from goldseam.policies.events import TryOutRequested
from goldseam.policies.outcome import Offered, Outcome
from goldseam.policies.queries import PackRef, body_of, packs_in_force, ref_of, tryout_by_id

if TYPE_CHECKING:
    from goldseam.engine.assessment import Assessment
    from goldseam.policies.models import TryOut

JOB = "copilot.try_out"
_CHUNK = 50
_WORDS = 160


def defer_tryout(event: TryOutRequested) -> None:
    """It takes seconds to minutes, so a worker does it."""
    defer(JOB, DEFAULT, tryout_id=event.tryout_id)


def run_tryout(tryout_id: int) -> None:
    """Run it from the beginning (also a second time, if a worker died) and keep what came out."""
    tryout = tryout_by_id(tryout_id)
    base = tryout.version.pack.base
    if tryout.state in ("done", "failed"):
        return
    if tryout.version.digest != tryout.digest:
        trying.fail_tryout(tryout, trying.CHANGED)
        return
    in_force = packs_in_force(tryout.version.pack.shop_id)
    tried = tuple(ref_of(tryout.version) if ref.base == base else ref for ref in in_force)
    before, after = _tables(in_force), _tables(tried)
    if tryout.version.label not in after.digests:
        trying.fail_tryout(tryout, trying.UNREADABLE)
        return
    mine = {ref.label for ref in (*in_force, *tried) if ref.base == base}
    outcome, done = Outcome(), 0
    for chunk in _newest(tryout):
        if not trying.note_progress(tryout, done, tryout.wanted):
            return
        for conversation_id, facts in chunk:
            _compare(outcome, conversation_id, facts, before, after, mine)
        done += len(chunk)
    trying.finish_tryout(tryout, outcome.as_json(), done)


def _tables(refs: tuple[PackRef, ...]) -> ShopTables:
    return with_bodies(tuple((ref, body_of(ref)) for ref in refs))


def _newest(tryout: TryOut) -> Iterator[list[tuple[int, Any]]]:
    """Conversations with the facts of their newest decision, in chunks, as many as were asked for."""
    rows = Decision.objects.filter(conversation__shop_id=tryout.version.pack.shop_id).order_by("-pk")
    seen: set[int] = set()
    last: int | None = None
    while len(seen) < tryout.wanted:
        page = rows if last is None else rows.filter(pk__lt=last)
        found = list(page.values_list("pk", "conversation_id", "facts")[:_CHUNK])
        if not found:
            return
        last = found[-1][0]
        chunk = []
        for _pk, conversation_id, facts in found:
            if conversation_id not in seen and len(seen) < tryout.wanted:
                seen.add(conversation_id)
                chunk.append((conversation_id, facts))
        yield chunk


def _compare(
    outcome: Outcome, conversation_id: int, facts: Any, before: ShopTables, after: ShopTables, mine: set[str]
) -> None:
    try:
        talk = parse_conversation(facts)
    except InvalidConversation:
        outcome.skipped["unreadable"] += 1
        return
    reading = read(talk, before.tables.reading)
    was = decide(talk, reading, before.tables.deciding)
    now = decide(talk, reading, after.tables.deciding)
    if not {was.model.policy_pack, now.model.policy_pack} & mine:
        outcome.skipped["elsewhere"] += 1
        return
    outcome.add(conversation_id, was.issue.code, _last_words(talk), _offered(was), _offered(now))


def _offered(found: Assessment) -> list[Offered]:
    return [Offered(r.code, r.policy, r.amount, r.currency or "", r.needs_approval) for r in found.remedies]


def _last_words(talk: Conversation) -> str:
    words = next((m.text for m in reversed(talk.messages) if m.role == "customer"), "")
    return words[:_WORDS]
