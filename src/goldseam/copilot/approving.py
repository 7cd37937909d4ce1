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
from goldseam.engine.reply.check import prepare

if TYPE_CHECKING:
    from goldseam.approvals.events import TermsWanted
    from goldseam.engine.decide.policy import Rule
    from goldseam.engine.facts import Conversation


@dataclass(frozen=True, slots=True)
class RemedyTerms:
    """The rule that allows or forbids a remedy on the facts (None: no rule speaks of it), in which pack, and
    the amount that the rule itself would offer. The same judgement as that of words which promise it."""

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
    from goldseam.engine.decide.remedies import offered_amount

    case = prepare(conversation, tables_of(shop_id).tables)
    standing, offer = case.standing(remedy), case.offers.get(remedy)
    verdict = "forbidden" if standing.verdict == "exception" else standing.verdict
    offered = offered_amount(case.view, offer)[0] if offer is not None else None
    return RemedyTerms(verdict, standing.rule, case.view.pack.label, offered)


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
