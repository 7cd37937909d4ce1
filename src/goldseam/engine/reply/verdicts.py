"""Judges one commitment against the writer's authority, the policy pack and the facts of the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from goldseam.engine.decide.policy import PolicyPack, Rule
from goldseam.engine.decide.remedies import Offer, at_most, offered_amount, possible
from goldseam.engine.decide.situation import Situation
from goldseam.engine.decide.tables import RemedyWeights
from goldseam.engine.decide.texts import Texts
from goldseam.engine.reply.authority import PENNY, WORDING, Author, covering, excess, gift, narrowed
from goldseam.engine.reply.commitments import Commitment
from goldseam.engine.reply.moments import due
from goldseam.engine.reply_tables import ReplyTables, ReplyWords

VERDICTS = ("ok", "needs_approval", "contradicts_fact", "not_allowed")
"""Mildest first."""
SENT_ANEW = frozenset({"reship", "replace"})
_STALLED_HOURS = 48.0
_SOON_DAYS = 2


@dataclass(frozen=True, slots=True)
class Case:
    """The conversation behind the reply: its situation, what is allowed and what is forbidden in it."""

    view: Situation
    offers: Mapping[str, Offer]
    forbidden: Mapping[str, Rule]

    def standing(self, code: str) -> Standing:
        """What the pack says of a remedy here; the same for words that promise it and a request for it."""
        if code in self.offers:
            return Standing("allowed", self.offers[code].rule)
        rule = self.forbidden.get(code)
        if rule is None:
            return Standing("not_offered", None)
        return Standing("forbidden" if rule.exception_from is None else "exception", rule)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a remedy stands on the facts: `allowed` by the rule, `not_offered` by any, `forbidden` by the rule,
    or forbidden with an `exception` that may be asked for. Only what is `forbidden` cannot be."""

    verdict: str
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Bench:
    """What a commitment is judged by. `anew`: goods are being sent once more, so what is said of shipping and
    delivery is not about the parcel that the facts know."""

    author: Author
    pack: PolicyPack
    texts: Texts
    words: ReplyWords
    tables: ReplyTables
    weights: RemedyWeights
    now: datetime | None
    case: Case | None = None
    anew: bool = False

    @property
    def role(self) -> str:
        """The writer's role."""
        return self.author.role

    def after(self, judgement: Judgement) -> Bench:
        """For what follows in the same text: a gift counts, an approved exception is used (unless it is for
        the text as a whole)."""
        author = self.author
        if not judgement.gift and judgement.grant is None:
            return self
        granted = tuple(g for g in author.granted if g.key != judgement.grant or g.texts)
        given = author.given.plus(judgement.gift)
        return replace(self, author=replace(author, given=given, granted=granted))

    def currency(self) -> str:
        """The currency of the order spoken of, else the pack's."""
        order = self.case.view.order.order if self.case else None
        if order is not None:
            return order.currency
        return self.pack.currencies[0] if self.pack.currencies else ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason in words, the rule behind it, and a wording that is allowed. `remedy` is what
    would carry it (and is to be asked for), `grant` the approved exception that does, `gift` what counts
    against the writer's authority."""

    verdict: str
    why: str = ""
    policy: str | None = None
    rewrite: str | None = None
    grant: str | None = None
    gift: float = 0.0
    remedy: str = ""


def judge_all(found: Iterable[Commitment], bench: Bench) -> tuple[tuple[Commitment, Judgement], ...]:
    """Each commitment in turn: what one gives, the next has no more."""
    judged = []
    found = tuple(found)
    bench = replace(bench, anew=bench.anew or any(c.kind in SENT_ANEW for c in found))
    for commitment in found:
        judgement = judge(commitment, bench)
        judged.append((commitment, judgement))
        bench = bench.after(judgement)
    return tuple(judged)


def judge_remedy(code: str, bench: Bench) -> Judgement:
    """The solution that a reply carries out without a word about it in its text."""
    case, tables = bench.case, bench.tables
    kinds = [kind for kind, remedies in tables.remedies.items() if code in remedies]
    if case is None or not kinds:
        return Judgement("ok")
    offer = case.offers.get(code)
    amount = None
    if offer is not None:
        amount = offered_amount(case.view, offer)[0]
        amount = at_most(offer.rule) if amount is None else amount
    named = replace(bench, tables=replace(tables, remedies={**tables.remedies, kinds[0]: (code,)}))
    return judge(Commitment(kinds[0], (0, 0), "", amount=amount), named)


def judge(commitment: Commitment, bench: Bench) -> Judgement:
    """The gravest of what facts, policy and authority say."""
    policed = _by_policy(commitment, bench)
    if policed.verdict != "ok":
        policed = _approved(commitment, policed, bench)
    found = [_by_fact(commitment, bench), policed]
    worst = max(found, key=lambda j: VERDICTS.index(j.verdict))
    policy = worst.policy or policed.policy
    if worst.verdict == "ok":
        return replace(policed, why=policed.why or bench.words.why["ok"])
    key = f"{commitment.kind}/{worst.verdict}"
    rewrites = bench.words.rewrite
    text = rewrites.get(key)
    if text is None and worst.verdict != "contradicts_fact":
        text = rewrites.get(commitment.kind)
    if text is None:
        text = rewrites[worst.verdict]
    return Judgement(worst.verdict, worst.why, policy, text, remedy=policed.remedy)


def _say(bench: Bench, key: str, **values: object) -> str:
    text = bench.words.why[key]
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def _by_fact(commitment: Commitment, bench: Bench) -> Judgement:
    """Does the clock, the order's state, a scan or a known date speak against it?"""
    if commitment.due is not None and bench.now is not None and commitment.due <= bench.now:
        return Judgement("contradicts_fact", _say(bench, "past"))
    if bench.case is None or bench.case.view.order.order is None:
        return Judgement("ok")
    if commitment.claim:
        return _claimed(commitment, bench, bench.case)
    if bench.anew and commitment.kind in ("ship_by", "deliver_by"):
        return Judgement("ok")
    checks = {"ship_by": _shipping, "deliver_by": _delivery, "refund": _refund}
    reason = checks[commitment.kind](commitment, bench, bench.case) if commitment.kind in checks else ""
    if not reason:
        reason = _state_forbids(commitment, bench, bench.case)
    return Judgement("contradicts_fact", reason) if reason else Judgement("ok")


def _claimed(commitment: Commitment, bench: Bench, case: Case) -> Judgement:
    order = case.view.order
    true = {
        "refunded": order.state == "refunded",
        "shipped": order.shipped,
        "delivered": order.delivered and not order.delivery_disputed,
    }[commitment.claim]
    if true or not order.state:
        return Judgement("ok")
    state = bench.texts.name("order_state", order.state)
    key = "disputed" if order.delivery_disputed else "state"
    return Judgement("contradicts_fact", _say(bench, key, state=state))


def _shipping(commitment: Commitment, bench: Bench, case: Case) -> str:
    order = case.view.order
    if order.shipped or order.state in ("cancelled", "refunded", "refunding", "pending_payment"):
        return _say(bench, "state", state=bench.texts.name("order_state", order.state))
    stock = _restock(bench, case)
    if stock is not None and commitment.due is not None and commitment.due < stock:
        return _say(bench, "restock", day=bench.texts.day(stock, bench.now))
    return ""


def _delivery(commitment: Commitment, bench: Bench, case: Case) -> str:
    order = case.view.order
    if (order.delivered and not order.delivery_disputed) or order.state in (
        "cancelled",
        "refunded",
        "refunding",
    ):
        return _say(bench, "state", state=bench.texts.name("order_state", order.state))
    if order.carrier_lost:
        return _say(bench, "lost")
    soon = (
        commitment.due is not None
        and bench.now is not None
        and commitment.due <= bench.now + timedelta(days=_SOON_DAYS)
    )
    if not order.shipped and order.state and soon:
        return _say(bench, "not_shipped_yet")
    if order.stalled_hours is not None and order.stalled_hours >= _STALLED_HOURS and soon:
        return _say(bench, "stalled", span=bench.texts.span(order.stalled_hours))
    return ""


def _refund(commitment: Commitment, bench: Bench, case: Case) -> str:
    order = case.view.order
    if order.state in ("refunded", "cancelled", "pending_payment"):
        return _say(bench, "state", state=bench.texts.name("order_state", order.state))
    total = order.order.total if order.order else None
    over = commitment.amount is not None and total is not None and commitment.amount > total + PENNY
    if over and commitment.named != "multiple" and total is not None:
        return _say(bench, "over_total", money=bench.texts.money(total, bench.currency()))
    return ""


def _state_forbids(commitment: Commitment, bench: Bench, case: Case) -> str:
    """No remedy that could carry the promise is possible in the order's state."""
    order = case.view.order
    remedies = bench.tables.remedies.get(commitment.kind, ())
    if not remedies or order.state == "refunding":
        return ""
    if any(possible(code, order, bench.weights) for code in remedies):
        return ""
    return _say(bench, "state", state=bench.texts.name("order_state", order.state))


def _restock(bench: Bench, case: Case) -> datetime | None:
    """A later date of arrival that staff, system or a scan has named in the conversation."""
    words = bench.words.promises
    texts = [m.text for m in case.view.conversation.messages if m.role != "customer"]
    shipment = case.view.order.order.shipment if case.view.order.order else None
    texts += [s.text for s in shipment.events] if shipment else []
    latest: datetime | None = None
    for text in texts:
        for match in words.restock.finditer(text):
            near = text[max(0, match.start() - 16) : match.end() + 12]
            moment, _ = due(near, bench.now, words)
            if moment is not None and (latest is None or moment > latest):
                latest = moment
    return latest


def _by_policy(commitment: Commitment, bench: Bench) -> Judgement:
    """Is a remedy behind it allowed, up to this amount, by this writer?"""
    fixed = bench.tables.verdicts.get(commitment.kind)
    if fixed is not None:
        verdict = fixed.get(bench.role, fixed["*"])
        if verdict == "ok":
            return Judgement("ok")
        asked = WORDING if verdict == "needs_approval" else ""
        return Judgement(verdict, _say(bench, commitment.kind), remedy=asked)
    case = bench.case
    remedies = bench.tables.remedies.get(commitment.kind, ())
    if not remedies or commitment.claim:
        return Judgement("ok")
    if case is None:
        return _within(commitment, bench, bench.author.limit, None)
    meant = _meant(commitment, remedies, bench)
    spoken_of = any(code in case.offers or code in case.forbidden for code in meant)
    offers = [case.offers[code] for code in (meant if spoken_of else remedies) if code in case.offers]
    if not offers:
        able = any(possible(code, case.view.order, bench.weights) for code in meant)
        if not able and _by_fact(commitment, bench).verdict != "ok":
            return Judgement("ok")  # the order's state speaks against it, whatever a rule would say
        return _not_offered(meant, bench, case)
    if commitment.named == "multiple":
        first = offers[0]
        return Judgement("needs_approval", _say(bench, "multiple"), first.rule.id, remedy=first.code)
    judged = [replace(_under_rule(commitment, offer, bench), remedy=offer.code) for offer in offers]
    return min(judged, key=lambda j: VERDICTS.index(j.verdict))


def _meant(commitment: Commitment, remedies: tuple[str, ...], bench: Bench) -> tuple[str, ...]:
    """The remedies that the words may mean: those they name, else those that need not be named."""
    names, shy = bench.words.names, bench.tables.only_named
    named = tuple(c for c in remedies if c in names and names[c].search(commitment.text))
    return named or tuple(c for c in remedies if c not in shy) or remedies


def _not_offered(remedies: tuple[str, ...], bench: Bench, case: Case) -> Judgement:
    """No rule carries it: a remedy of which no rule speaks may be asked for, then one that may be an
    exception; what is forbidden is not."""
    standing = {code: case.standing(code) for code in remedies}
    open_to = [code for code in remedies if standing[code].rule is None]
    able = [code for code in open_to if possible(code, case.view.order, bench.weights)]
    code = next(iter(able), "")
    if not code:
        ways = ("exception", "forbidden", "not_offered")
        code = min(remedies, key=lambda code: ways.index(standing[code].verdict))
    verdict, rule = standing[code].verdict, standing[code].rule
    if rule is None:
        return Judgement("needs_approval", _say(bench, "no_rule"), remedy=code)
    words = rule.words.get(bench.texts.language) or next(iter(rule.words.values()), rule.id)
    said = "not_allowed" if verdict == "forbidden" else "needs_approval"
    return Judgement(said, _say(bench, verdict, rule=words), rule.id, remedy=code)


def _under_rule(commitment: Commitment, offer: Offer, bench: Bench) -> Judgement:
    rule = offer.rule
    if bench.case is None:
        return Judgement("ok", policy=rule.id)
    if bench.pack.never_alone(rule, bench.role):
        return Judgement("needs_approval", _say(bench, "lead_only"), rule.id)
    most, _ = offered_amount(bench.case.view, offer)
    if commitment.amount is not None and most is not None and commitment.amount > most + PENNY:
        money = bench.texts.money(most, bench.currency())
        return Judgement("needs_approval", _say(bench, "over_rule", money=money), rule.id)
    if commitment.kind == "refund" and commitment.amount is None and rule.amount is not None:
        commitment = replace(commitment, amount=at_most(rule) if most is None else most)
    return _within(commitment, bench, bench.pack.limit_under(rule, bench.role, bench.author.limit), rule.id)


def _within(commitment: Commitment, bench: Bench, limit: float | None, policy: str | None) -> Judgement:
    """More money than the writer may give alone?"""
    if commitment.named == "multiple" and bench.author.limit is not None:
        return Judgement("needs_approval", _say(bench, "multiple"), policy)
    limit = narrowed(limit, bench.author.own)
    over = excess(commitment, bench.author, bench.pack, limit)
    if over is None:
        return Judgement("ok", policy=policy, gift=gift(commitment, bench.author, limit))
    name, most = over
    before = bench.author.given.case
    key = "limit_so_far" if name == "limit" and before else name
    why = _say(bench, key, limit=f"{most:g}", given=f"{before:g}")
    return Judgement("needs_approval", why, policy)


def _approved(commitment: Commitment, judgement: Judgement, bench: Bench) -> Judgement:
    """What somebody with the authority has granted for this very conversation is allowed."""
    own = (judgement.remedy,) if judgement.remedy == WORDING else ()
    remedies = bench.tables.remedies.get(commitment.kind, own)
    grant = covering(commitment, bench.author.granted, remedies)
    if grant is None:
        return judgement
    return Judgement("ok", _say(bench, "approved"), judgement.policy, grant=grant.key, remedy=grant.remedy)
