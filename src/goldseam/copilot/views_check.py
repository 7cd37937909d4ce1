"""The check while somebody types: what the words promise, and how they will sound."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_noop
from django.views.decorators.http import require_POST

from goldseam.approvals.queries import words_wait
from goldseam.conversations.actions import MAX_TEXT
from goldseam.conversations.queries import access_conversation
from goldseam.copilot.checking import MAY_OVERRIDE, carrier_of, check_words, currency_of
from goldseam.copilot.prepared import desk_of
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.engine.reply.authority import WORDING

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.copilot.engine import ShopTables
    from goldseam.engine.decide.policy import PolicyPack
    from goldseam.engine.reply.check import ReplyCheck
    from goldseam.engine.reply.commitments import Commitment
    from goldseam.engine.reply.verdicts import Case, Judgement

_ASKABLE = "needs_approval"


@require_POST
def check(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The text as it stands in the composer, judged as this person's. Nothing is stored."""
    conversation = access_conversation(request.user, conversation_id)
    text = request.POST.get("text", "")
    if len(text) > MAX_TEXT:
        raise DomainError(gettext_noop("The message is too long to be checked."), field="text")
    remedy = request.POST.get("remedy", "")[:30]
    membership = next(m for m in request.memberships if m.shop_id == conversation.shop_id)
    desk = desk_of(conversation, membership, news=request.POST.get("news") == "1")
    case, loaded = desk.case, desk.loaded
    found = check_words(conversation, desk.author, text, remedy, case, loaded)
    context = {
        "conversation": conversation,
        "check": found,
        "promises": [
            _promise(number, commitment, judgement, conversation, case, loaded, text)
            for number, (commitment, judgement) in enumerate(found.commitments)
        ],
        "words_wait": SimpleLazyObject(lambda: words_wait(conversation.pk, request.user, text)),
        "solution": _solution(remedy, found, conversation, case, text),
        "tone": [
            {"id": f"t{number}", "finding": finding, "words": text[finding.span[0] : finding.span[1]]}
            for number, finding in enumerate(found.tone)
        ],
        "marks": json.dumps(_marks(found)),
        "may_override": desk.author.role in MAY_OVERRIDE,
        "refused": request.POST.get("refused") == "1" and found.binding != "ok",
    }
    return render(request, "copilot/check.html", context)


def _promise(
    number: int,
    commitment: Commitment,
    judgement: Judgement,
    conversation: Conversation,
    case: Case,
    loaded: ShopTables,
    text: str,
) -> dict[str, Any]:
    """One commitment as the list shows it."""
    remedy = carrier_of(commitment.kind, judgement, case, loaded)
    return {
        "id": f"p{number}",
        "commitment": commitment,
        "judgement": judgement,
        "rule": _rule_words(case.view.pack, judgement.policy),
        "ask": _ask_address(conversation, remedy, commitment.amount, text)
        if judgement.verdict == _ASKABLE and remedy
        else "",
        "is_wording": remedy == WORDING,
        "currency": currency_of(conversation, case),
    }


def _solution(
    remedy: str, found: ReplyCheck, conversation: Conversation, case: Case, text: str
) -> dict[str, Any] | None:
    """The chosen solution where it may not be carried out, or only because somebody approved it."""
    judgement = found.remedy
    if judgement is None or (judgement.verdict == "ok" and judgement.grant is None):
        return None
    address = _ask_address(conversation, remedy, None, text) if judgement.verdict == _ASKABLE else ""
    rule = _rule_words(case.view.pack, judgement.policy)
    return {"remedy": remedy, "judgement": judgement, "rule": rule, "ask": address}


def _ask_address(conversation: Conversation, remedy: str, amount: float | None, text: str) -> str:
    """The dialog that asks for approval, filled in."""
    fields = {"remedy": remedy, "amount": "" if amount is None else f"{amount:.2f}", "text": text[:2000]}
    if remedy == WORDING:  # asked for to the letter, however long: the dialog takes them from the composer
        fields = {"remedy": remedy}
    return f"{reverse('approvals:ask', args=[conversation.pk])}?{urlencode(fields)}"


def _rule_words(pack: PolicyPack, rule_id: str | None) -> str:
    """The rule in the reader's language, else in English, else in whatever it has."""
    rule = pack.rule(rule_id) if rule_id else None
    if rule is None:
        return ""
    language = (get_language() or "en")[:2]
    return rule.words.get(language) or rule.words.get("en") or next(iter(rule.words.values()), "")


def _marks(found: ReplyCheck) -> list[dict[str, Any]]:
    """The stretches to be underlined, in order of place, none across another: promises before tone."""
    marks: list[dict[str, Any]] = []
    taken: list[tuple[int, int]] = []
    wanted = [(c.span, f"p{i}", j.verdict) for i, (c, j) in enumerate(found.commitments)]
    wanted += [(f.span, f"t{i}", "tone") for i, f in enumerate(found.tone)]
    for (start, end), name, sort in wanted:
        if end > start and all(end <= a or start >= b for a, b in taken):
            taken.append((start, end))
            marks.append({"start": start, "end": end, "id": name, "sort": sort})
    return sorted(marks, key=lambda mark: mark["start"])
