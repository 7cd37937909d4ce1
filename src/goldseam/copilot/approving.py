"""What the shop's policy pack says about a remedy that somebody asks approval for: the facts are gathered
anew, so nobody can raise an authority by naming a rule that does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from goldseam.approvals.actions import note_terms
from goldseam.approvals.queries import base_of_pack, request_by_id
from goldseam.conversations.queries import conversation_by_id
from goldseam.copilot.engine import tables_of
from goldseam.copilot.facts import gather

if TYPE_CHECKING:
    from goldseam.approvals.events import TermsWanted
    from goldseam.engine.decide.policy import Rule
    from goldseam.engine.facts import Conversation


@dataclass(frozen=True, slots=True)
class RemedyTerms:
    """The rule that allows or forbids a remedy on the facts (None: no rule speaks of it), in which pack, and
    the amount that the rule itself would offer."""

    verdict: str
    rule: Rule | None
    pack: str
    offered: float | None = None


def judge_request(event: TermsWanted) -> None:
    """Answer a new request with what the pack says, in its transaction."""
    request = request_by_id(event.request_id)
    conversation = conversation_by_id(event.conversation_id)
    terms = remedy_terms(gather(conversation, timezone.now()), request.remedy, event.shop_id)
    note_terms(
        event.request_id,
        terms.verdict,
        policy=terms.rule.id if terms.rule else "",
        pack=terms.pack,
        base=base_of_pack(event.shop_id, terms.pack),
        words=_told(terms),
    )


def remedy_terms(conversation: Conversation, remedy: str, shop_id: int | None = None) -> RemedyTerms:
    """One remedy on the facts, by the packs in force."""
    from goldseam.engine.decide.liability import liability
    from goldseam.engine.decide.remedies import allowed, forbidden, offered_amount
    from goldseam.engine.decide.risk import risk
    from goldseam.engine.decide.situation import situation
    from goldseam.engine.text.read import read

    loaded = tables_of(shop_id).tables
    deciding = loaded.deciding
    view = situation(conversation, read(conversation, loaded.reading), deciding)
    danger, blame = risk(view, deciding.risk), liability(view, deciding.liability)
    banned = forbidden(view, danger, blame).get(remedy)
    if banned is not None:
        return RemedyTerms("forbidden", banned, view.pack.label)
    offer = allowed(view, danger, blame, deciding.remedies).get(remedy)
    if offer is None:
        return RemedyTerms("not_offered", None, view.pack.label)
    return RemedyTerms("allowed", offer.rule, view.pack.label, offered_amount(view, offer)[0])


def _told(terms: RemedyTerms) -> dict[str, Any]:
    if terms.rule is None:
        return {}
    rule = terms.rule
    return {
        "words": dict(rule.words),
        "source": dict(rule.source),
        "evidence": list(rule.evidence),
        "payer": rule.payer,
        "offered": terms.offered,
    }
