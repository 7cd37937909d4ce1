"""One outgoing text, judged before it leaves: what it promises and how it will sound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from goldseam.engine.decide.liability import liability
from goldseam.engine.decide.remedies import allowed, forbidden
from goldseam.engine.decide.risk import risk
from goldseam.engine.decide.situation import situation
from goldseam.engine.facts import Conversation
from goldseam.engine.reply.authority import WORDING, granted_to
from goldseam.engine.reply.commitments import Commitment, find_commitments
from goldseam.engine.reply.request import ReplyRequest
from goldseam.engine.reply.tone import ToneFinding, tone
from goldseam.engine.reply.verdicts import (
    SENT_ANEW,
    VERDICTS,
    Bench,
    Case,
    Judgement,
    judge_all,
    judge_remedy,
)
from goldseam.engine.tables import Tables
from goldseam.engine.text.read import read

_SENDS_ANEW = frozenset({"reship", "replace", "exchange"})


@dataclass(frozen=True, slots=True)
class ReplyCheck:
    """The result; `verdict` is the worst of the parts. `remedy` judges the solution that the reply carries
    out, where its text does not speak of it."""

    id: str
    commitments: tuple[tuple[Commitment, Judgement], ...]
    tone: tuple[ToneFinding, ...]
    verdict: str
    remedy: Judgement | None = None

    @property
    def binding(self) -> str:
        """The worst of what is sure: by this a reply is held back. What was only guessed advises, unless it
        names a sum."""
        sure = [j.verdict for c, j in self.commitments if not c.guessed or c.amount is not None]
        sure += [self.remedy.verdict] if self.remedy else []
        return VERDICTS[max(map(VERDICTS.index, sure), default=0)]

    @property
    def approved_words(self) -> str | None:
        """The approved exception for this very text, where words of it need one."""
        return next((j.grant for _, j in self.commitments if j.grant and j.remedy == WORDING), None)

    @property
    def gives(self) -> bool:
        """Whether anything in it counts against its writer's authority."""
        gifts = [judgement.gift for _, judgement in self.commitments]
        return any(gifts) or (self.remedy is not None and self.remedy.gift > 0)

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
    case = prepare(request.conversation, tables) if request.conversation else None
    return check_prepared(request, case, tables)


def prepare(conversation: Conversation, tables: Tables) -> Case:
    """What of a check is the same for every text to one conversation as it stands: read once, used for
    each stroke of the keys."""
    reading = read(conversation, tables.reading)
    view = situation(conversation, reading, tables.deciding)
    danger = risk(view, tables.deciding.risk)
    blame = liability(view, tables.deciding.liability)
    return Case(view, allowed(view, danger, blame, tables.deciding.remedies), forbidden(view, danger, blame))


def check_prepared(request: ReplyRequest, case: Case | None, tables: Tables, remedy: str = "") -> ReplyCheck:
    """`check_reply` with the conversation read already; `remedy` is the solution that the reply brings."""
    bench = _bench(request, case, tables, remedy)
    order = case.view.order.order if case else None
    promises = bench.words.promises
    found = find_commitments(request.text, bench.now, order.total if order else None, promises)
    judged = judge_all(found, bench)
    chosen = None
    if remedy and not any(remedy in bench.tables.remedies.get(c.kind, ()) for c in found):
        for _, judgement in judged:
            bench = bench.after(judgement)
        chosen = judge_remedy(remedy, bench)
    verdicts = [j.verdict for _, j in judged] + ([chosen.verdict] if chosen else [])
    worst = max(map(VERDICTS.index, verdicts), default=0)
    findings = tone(request.text, found, case.view if case else None, bench.words)
    return ReplyCheck(request.id, judged, findings, VERDICTS[worst], chosen)


def _bench(request: ReplyRequest, case: Case | None, tables: Tables, remedy: str) -> Bench:
    deciding = tables.deciding
    language = _language(request)
    pack = case.view.pack if case else deciding.pack_for(Conversation("-", ()), language)
    author = request.author
    role = author.role if author.role in pack.authority else pack.default_role
    limit = author.limit if author.limit is not None else pack.limit(role)
    return Bench(
        author=replace(author, role=role, limit=limit, granted=granted_to(request.text, author.granted)),
        pack=pack,
        texts=deciding.texts_for(language, ""),
        words=deciding.reply.words[language],
        tables=deciding.reply,
        weights=deciding.remedies,
        now=case.view.now if case else None,
        case=case,
        anew=remedy in _SENDS_ANEW or (case is not None and _sending_anew(case.view.conversation)),
    )


def _sending_anew(conversation: Conversation) -> bool:
    """Whether another parcel was promised and is still to come."""
    return any(p.kind in SENT_ANEW and p.state in ("open", "broken") for p in conversation.promises)


def _language(request: ReplyRequest) -> str:
    """The language the reply itself is written in."""
    han = sum(1 for sign in request.text if "\u4e00" <= sign <= "\u9fff")
    latin = sum(1 for sign in request.text if sign.isascii() and sign.isalpha())
    return "zh" if han * 3 >= latin and han else "en"
