"""What the policy pack says about a remedy that somebody asks approval for, and the check about words: the
facts are gathered anew, so nobody can raise an authority by naming a rule that does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.approvals.actions import note_terms
from goldseam.approvals.authority import LEVELS
from goldseam.approvals.queries import base_of_pack, request_by_id
from goldseam.conversations.queries import conversation_by_id
from goldseam.copilot.checking import check_words, writer_of
from goldseam.copilot.engine import tables_of
from goldseam.copilot.facts import gather
from goldseam.core.errors import Conflict, NotAllowed
from goldseam.engine.reply.authority import WORDING
from goldseam.engine.reply.check import prepare

if TYPE_CHECKING:
    from goldseam.approvals.events import TermsWanted
    from goldseam.approvals.models import ApprovalRequest
    from goldseam.conversations.models import Conversation
    from goldseam.engine.decide.policy import Rule
    from goldseam.engine.facts import Conversation as Facts
    from goldseam.engine.reply.check import ReplyCheck

_ASKABLE = "needs_approval"


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
    if request.is_wording:
        _judge_words(request, conversation)
        return
    terms = remedy_terms(gather(conversation, timezone.now()), request.remedy, event.shop_id)
    note_terms(
        event.request_id,
        terms.verdict,
        policy=terms.rule.id if terms.rule else "",
        pack=terms.pack,
        base=base_of_pack(event.shop_id, terms.pack),
        words=_told(terms),
    )


def remedy_terms(conversation: Facts, remedy: str, shop_id: int | None = None) -> RemedyTerms:
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


def _judge_words(request: ApprovalRequest, conversation: Conversation) -> None:
    """What the check finds in the words as their writer's, and who may approve that. Refused where approval
    would not let them out (a rule or a fact forbids a part) or is not needed."""
    now = timezone.now()
    loaded = tables_of(request.shop_id)
    case = prepare(gather(conversation, now), loaded.tables)
    author = writer_of(conversation, request.requester, case, now)
    check = check_words(conversation, author, request.reply, "", case, loaded)
    if check.binding not in ("ok", _ASKABLE):
        raise NotAllowed(_barred(check), code="forbidden_by_rule", field="reply")
    found = [(c, j) for c, j in check.commitments if j.verdict == _ASKABLE and j.remedy == WORDING]
    if not found:
        raise Conflict(gettext_noop("No words of this reply need approval."), code="not_needed")
    findings = [{"start": c.span[0], "end": c.span[1], "words": c.text, "why": j.why} for c, j in found]
    label = case.view.pack.label
    fixed = [loaded.tables.deciding.reply.verdicts[c.kind] for c, _j in found]
    note_terms(
        request.pk,
        "",
        policy="",
        pack=label,
        base=base_of_pack(request.shop_id, label),
        words={"findings": findings, "from": _lowest_role(fixed)},
    )


def _barred(check: ReplyCheck) -> str:
    """Why no approval would let the words out."""
    sure = (pair for pair in check.commitments if not pair[0].guessed or pair[0].amount is not None)
    commitment, judgement = next(pair for pair in sure if pair[1].verdict == check.binding)
    told = {"words": commitment.text, "why": judgement.why}
    return _("No approval would let this out; change it first: “%(words)s”. %(why)s.") % told


def _lowest_role(verdicts: Iterable[Mapping[str, str]]) -> str:
    """Who may approve words: the lowest role that may say them alone, else the highest of all."""
    fixed = tuple(verdicts)
    alone = (level for level in LEVELS if all(row.get(level, row["*"]) == "ok" for row in fixed))
    return next(alone, LEVELS[-1])
