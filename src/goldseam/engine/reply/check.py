"""One outgoing text, judged before it leaves: what it promises and how it will sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from goldseam.engine.decide.liability import liability
from goldseam.engine.decide.remedies import allowed, forbidden
from goldseam.engine.decide.risk import risk
from goldseam.engine.decide.situation import situation
from goldseam.engine.facts import Conversation
from goldseam.engine.reply.commitments import Commitment, find_commitments
from goldseam.engine.reply.request import ReplyRequest
from goldseam.engine.reply.tone import ToneFinding, tone
from goldseam.engine.reply.verdicts import VERDICTS, Bench, Case, Judgement, judge
from goldseam.engine.tables import Tables
from goldseam.engine.text.read import read


@dataclass(frozen=True, slots=True)
class ReplyCheck:
    """The result; `verdict` is the worst of the parts."""

    id: str
    commitments: tuple[tuple[Commitment, Judgement], ...]
    tone: tuple[ToneFinding, ...]
    verdict: str

    def as_contract(self, elapsed_ms: float) -> dict[str, Any]:
        """Exactly the keys of the check-reply contract. Spans are half-open character ranges."""
        return {
            "id": self.id,
            "commitments": [
                {
                    "kind": c.kind,
                    "span": list(c.span),
                    "text": c.text,
                    "due": c.due.isoformat() if c.due else None,
                    "amount": c.amount,
                    "verdict": j.verdict,
                    "why": j.why,
                    "policy": j.policy,
                    "rewrite": j.rewrite,
                }
                for c, j in self.commitments
            ],
            "tone": [
                {"kind": t.kind, "span": list(t.span), "why": t.why, "rewrite": t.rewrite} for t in self.tone
            ],
            "verdict": self.verdict,
            "elapsed_ms": elapsed_ms,
        }


def check_reply(request: ReplyRequest, tables: Tables) -> ReplyCheck:
    """Find the commitments, judge each, and read the tone."""
    deciding = tables.deciding
    case = _case(request.conversation, tables) if request.conversation else None
    language = _language(request)
    words = deciding.reply.words[language]
    pack = case.view.pack if case else deciding.pack_for(Conversation("-", ()), language)
    role = request.author.role if request.author.role in pack.authority else pack.default_role
    limit = request.author.limit if request.author.limit is not None else pack.limit(role)
    now = case.view.now if case else None
    bench = Bench(
        role=role,
        limit=limit,
        pack=pack,
        texts=deciding.texts_for(language, ""),
        words=words,
        tables=deciding.reply,
        weights=deciding.remedies,
        now=now,
        case=case,
    )
    order = case.view.order.order if case else None
    found = find_commitments(request.text, now, order.total if order else None, words.promises)
    judged = tuple((c, judge(c, bench)) for c in found)
    worst = max((VERDICTS.index(j.verdict) for _, j in judged), default=0)
    findings = tone(request.text, found, case.view if case else None, words)
    return ReplyCheck(request.id, judged, findings, VERDICTS[worst])


def _case(conversation: Conversation, tables: Tables) -> Case:
    reading = read(conversation, tables.reading)
    view = situation(conversation, reading, tables.deciding)
    danger = risk(view, tables.deciding.risk)
    blame = liability(view, tables.deciding.liability)
    return Case(view, allowed(view, danger, blame, tables.deciding.remedies), forbidden(view, danger, blame))


def _language(request: ReplyRequest) -> str:
    """The language the reply itself is written in."""
    han = sum(1 for sign in request.text if "\u4e00" <= sign <= "\u9fff")
    latin = sum(1 for sign in request.text if sign.isascii() and sign.isalpha())
    return "zh" if han * 3 >= latin and han else "en"
