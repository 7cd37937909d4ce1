"""The bot's subjects: what is answered from facts, from words of the shop, and what is changed after a
yes."""

from __future__ import annotations

from dataclasses import replace

from goldseam.engine.bot import changes
from goldseam.engine.bot.answers import Teller, how_far_refund, title_of, where_it_is
from goldseam.engine.bot.case import Case, answer, ask, hand_over, propose
from goldseam.engine.bot.facts import Decision, Guide, Proposal, Reply
from goldseam.engine.bot.understand import CHANGED, FACTS, GUIDED, WORDS
from goldseam.engine.facts import Order

_MOST_CHOICES = 4
_PASSAGE = 220
_ALIKE = 2


def serve(case: Case) -> Decision:
    """The subject in hand; what the bot does not serve goes to people."""
    topic = case.turn.topic
    if topic in FACTS:
        return _from_facts(case)
    if topic in CHANGED:
        return _change(case, CHANGED[topic])
    if topic in WORDS:
        return _from_words(case)
    return hand_over(case, "policy", evidence=(topic,))


def serve_all(case: Case) -> Decision:
    """The subject in hand and, where the same words name another one, that too: one message, one answer."""
    first = serve(case)
    if first.kind != "answer" or not case.turn.more or first.reply is None:
        return first
    topic, words = case.turn.more[0]
    scene = replace(case.scene, words=words)
    turn = replace(case.turn, topic=topic, more=case.turn.more[1:])
    other = replace(case, scene=scene, turn=turn, state=first.state)
    if scene.mode(topic) == scene.mode(case.turn.topic):
        second = serve_all(other)
    else:
        second = hand_over(other, "policy", evidence=(f"the bot is not switched on for {topic}",))
    if second.reply is None or second.reply.text == first.reply.text:
        return first
    text = f"{first.reply.text}\n{second.reply.text}"
    links = first.reply.links + second.reply.links
    return replace(
        second,
        reply=replace(second.reply, text=text, links=links),
        evidence=first.evidence + second.evidence,
        sources=first.sources + second.sources,
    )


def pick_order(case: Case) -> Order | Decision:
    """The customer's own order that is meant, or the question for it."""
    scene, turn, say = case.scene, case.turn, case.say
    if not scene.known:
        return ask(case, "verify", Reply(say.say("verify"), ask="verify"))
    orders = scene.conversation.orders
    if turn.foreign:
        return ask(case, "order", Reply(say.say("not_yours"), choices=_order_choices(case, orders)))
    if not orders:
        return hand_over(case, "missing_knowledge", lead=say.say("no_orders"), evidence=("no orders",))
    if len(turn.own) == 1:
        return case.order(turn.own[0]) or orders[0]
    meant = case.state.order or scene.assessed.order
    known = case.order(meant) if meant and not turn.own else None
    if known is not None:
        return known
    if len(orders) == 1:
        return orders[0]
    wanted = turn.own or scene.assessed.candidates
    among = tuple(order for order in orders if order.id in wanted) or orders
    return ask(case, "order", Reply(say.say("which"), choices=_order_choices(case, among)))


def _order_choices(case: Case, orders: tuple[Order, ...]) -> tuple[str, ...]:
    found = []
    for order in orders[:_MOST_CHOICES]:
        title = title_of(order)
        found.append(case.say.say("order_choice", tail=order.id[-4:], title=title).strip())
    return tuple(found)


def _from_facts(case: Case) -> Decision:
    order = pick_order(case)
    if isinstance(order, Decision):
        return order
    one = case.teller(order)
    refund = case.turn.topic == "refund.progress"
    told = how_far_refund(one) if refund else where_it_is(one)
    if told.trouble:
        evidence = (*told.evidence, *told.trouble)
        return hand_over(case, "policy", lead=told.text, evidence=evidence)
    return answer(case, Reply(told.text), reason="facts", evidence=told.evidence, order=order.id)


def _change(case: Case, kind: str) -> Decision:
    order = pick_order(case)
    if isinstance(order, Decision):
        return order
    one, say = case.teller(order), case.say
    if f"{kind} {order.id}" in case.found.pending:
        return answer(case, Reply(say.say("under_way")), reason="under way", order=order.id)
    if case.turn.does("status") and one.facts.state != "cancelled":
        return hand_over(case, "missing_knowledge", evidence=(f"asks whether {kind} is done",))
    room = changes.room_for(kind, one, case.scene, case.turn, case.tables)
    if room.state == "done":
        return answer(case, Reply(say.say("done_already", order=one.named())), reason="facts", order=order.id)
    if room.state == "late":
        key = "cannot_cancel" if kind == "cancel_order" else "cannot_change"
        return answer(case, Reply(say.say(key, order=one.named())), reason="too late", order=order.id)
    if kind == "issue_invoice" and one.facts.state in ("pending_payment", "cancelled", "refunded"):
        return hand_over(case, "policy", evidence=(f"invoice for {one.facts.state}",))
    if room.state != "open" or changes.beyond(kind, case.scene.words, case.words):
        return hand_over(case, "policy", evidence=(kind, room.policy))
    if kind not in case.found.carried:
        return hand_over(case, "tool_failure", evidence=(f"no system of the shop carries out {kind}",))
    return _say_change(case, kind, one, room.policy)


def _say_change(case: Case, kind: str, one: Teller, policy: str) -> Decision:
    known = case.state.proposal
    kept = dict(known.details) if known and (known.kind, known.order) == (kind, one.order.id) else {}
    details = kept | changes.details_of(kind, case.scene.words, case.words)
    if not changes.complete(kind, details):
        return ask(case, "details", Reply(case.say.say(f"details_{kind}")), order=one.order.id)
    stamp = f"{case.scene.now:%Y%m%d%H%M%S%f}"
    proposal = Proposal(f"{kind}-{one.order.id}-{stamp}", kind, one.order.id, details, case.scene.now)
    return said_again(case, proposal, one, reason=policy)


def said_again(case: Case, proposal: Proposal, one: Teller, *, reason: str, lead: str = "") -> Decision:
    """The proposal in its exact words, with what is said before it ("pressed", "expired")."""
    text = changes.proposal_words(proposal.kind, proposal.details, one)
    if lead:
        text = case.say.say(lead, text=text)
    return propose(case, proposal, Reply(text, choices=changes.choices_of(proposal.kind, case.say)), reason)


def _from_words(case: Case) -> Decision:
    guide = best_guide(case) if case.turn.topic in GUIDED else None
    hits = case.found.hits
    if guide is not None and (guide.fits or not hits) and case.turn.topic != "product.how_to":
        return offer_guide(case, guide, "guide_offer")
    if not hits:
        if guide is not None:
            return offer_guide(case, guide, "guide_offer")
        return hand_over(case, "missing_knowledge", evidence=(f"nothing found for: {case.scene.words[:60]}",))
    hit = hits[0]
    passage = " ".join(hit.passage.split())
    short = passage if len(passage) <= _PASSAGE else f"{passage[: _PASSAGE - 1]}…"
    links = ((hit.title, hit.url),) if hit.url else ()
    reply = Reply(case.say.say("article", passage=short, title=hit.title), links=links)
    return answer(case, reply, reason="article", evidence=(hit.title,), sources=(f"article-{hit.id}",))


def best_guide(case: Case) -> Guide | None:
    """The published guide that is about it: made for the goods in the order, else with words in common. One
    that was walked already does not help a second time."""
    open_ones = [g for g in case.found.guides if f"guide:{g.id}" not in case.state.told]
    said = case.scene.words
    ranked = sorted(open_ones, key=lambda g: (g.fits, _alike(said, g.words)), reverse=True)
    best = ranked[0] if ranked else None
    if best is None or (not best.fits and _alike(said, best.words) < _ALIKE):
        return None
    return best


def offer_guide(case: Case, guide: Guide, line: str) -> Decision:
    """Ask whether to walk through it together."""
    say = case.say
    links = ((guide.title, guide.url),) if guide.url else ()
    reply = Reply(
        say.say(line, title=guide.title), choices=(say.say("begin"), say.say("person")), links=links
    )
    told = (*case.state.told, f"guide:{guide.id}")
    state = replace(case.state, awaits="start", asked=0, guide=guide.id, told=told)
    return Decision(
        "ask", state, topic=case.turn.topic, reply=reply, reason="guide", sources=(f"guide-{guide.id}",)
    )


def _alike(said: str, words: str) -> int:
    """How many pairs of neighbouring signs (of Latin letters: words) two texts share."""
    return len(_pairs(said) & _pairs(words))


def _pairs(text: str) -> set[str]:
    flat = text.lower()
    pairs = {flat[i : i + 2] for i in range(len(flat) - 1) if not flat[i : i + 2].isascii()}
    return pairs | {word for word in flat.split() if word.isascii() and len(word) > 3}
