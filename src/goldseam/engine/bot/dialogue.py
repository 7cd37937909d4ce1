"""Answers to what the bot said itself: yes or no to a change, the way through a guide, whether it helped."""

from __future__ import annotations

from dataclasses import replace

from goldseam.engine.bot import changes
from goldseam.engine.bot.case import Case, ask, hand_over, say_plainly
from goldseam.engine.bot.confirm import read_confirm
from goldseam.engine.bot.facts import Decision, Place, Proposal, Reply
from goldseam.engine.bot.serve import best_guide, offer_guide, said_again, serve
from goldseam.engine.bot.understand import CHANGED

_MOST_PRESSED = 2
_STOPS = {"part": "policy", "service": "policy", "stop": "safety"}


def confirming(case: Case) -> Decision | None:
    """A yes, a no, or neither, to the change that was said. None when the subject has changed."""
    proposal = case.state.proposal
    if proposal is None or case.state.awaits != "confirm":
        return None
    choices = changes.choices_of(proposal.kind, case.say)
    said = read_confirm(case.scene.words, proposal.kind, choices, case.words)
    if said == "no":
        case = replace(case, state=replace(case.state, proposal=None))
        return say_plainly(case, Reply(case.say.say("declined"), choices=topics(case)), "declined")
    order = case.order(proposal.order)
    if order is None:
        return hand_over(case, "policy", evidence=("the order is not the customer's any more",))
    if said == "yes":
        return _agreed(case, proposal)
    if case.turn.fresh and CHANGED.get(case.turn.topic) != proposal.kind:
        return None
    if changes.details_of(proposal.kind, case.scene.words, case.words):
        return None
    if proposal.pressed >= _MOST_PRESSED:
        return hand_over(case, "low_confidence", evidence=("no clear yes to the change",))
    again = replace(proposal, pressed=proposal.pressed + 1)
    return said_again(case, again, case.teller(order), reason="no clear yes", lead="pressed")


def _agreed(case: Case, proposal: Proposal) -> Decision:
    """Facts and rules are asked once more: meanwhile the parcel may have left."""
    order = case.order(proposal.order)
    if order is None:
        return hand_over(case, "policy", evidence=("the order is not there any more",))
    one = case.teller(order)
    if changes.is_stale(proposal, case.scene):
        renewed = replace(proposal, id=f"{proposal.id}-again", said_at=case.scene.now, pressed=1)
        return said_again(case, renewed, one, reason="expired", lead="expired")
    room = changes.room_for(proposal.kind, one, case.scene, case.turn, case.tables)
    if room.state != "open":
        cleared = replace(case, state=replace(case.state, proposal=None, awaits=""))
        issue = next(code for code, kind in CHANGED.items() if kind == proposal.kind)
        return serve(replace(cleared, turn=replace(case.turn, topic=issue)))
    if proposal.kind not in case.found.carried:
        return hand_over(
            case, "tool_failure", evidence=(f"no system of the shop carries out {proposal.kind}",)
        )
    what = case.say.name("change", proposal.kind)
    state = replace(case.state, awaits="", asked=0, proposal=None)
    return Decision(
        "carry_out",
        state,
        topic=case.turn.topic,
        reply=Reply(case.say.say("carried", what=what)),
        reason=room.policy,
        evidence=(f"yes: {case.scene.words[:40]}",),
        proposal=proposal,
    )


def walking(case: Case) -> Decision | None:
    """Through a guide, one question at a time."""
    if case.state.awaits == "start":
        if case.turn.does("start") and case.found.here:
            return _show(case, case.found.places[case.found.here], None)
        return None
    if case.state.awaits != "step" or not case.found.here:
        return None
    here = case.found.places[case.found.here]
    number = _chosen(case.scene.words, here)
    if number is not None:
        return _show(case, case.found.places[here.answers[number][1]], number)
    if case.turn.does("unsolved"):
        return hand_over(case, "missing_knowledge", evidence=("the guide did not help",))
    if case.turn.fresh and case.turn.topic != case.scene.state.topic:
        return None
    labels = tuple(label for label, _next in here.answers)
    return ask(case, "step", Reply(case.say.say("again"), choices=(*labels, case.say.say("person"))))


def _show(case: Case, place: Place, number: int | None) -> Decision:
    """The next question, or the end of the walk."""
    say = case.say
    guide = case.state.guide
    if not place.end:
        key = "step_hint" if place.hint else "step"
        labels = tuple(label for label, _next in place.answers)
        reply = Reply(
            say.say(key, question=place.question, hint=place.hint), choices=(*labels, say.say("person"))
        )
        state = replace(case.state, awaits="step", asked=0)
        return Decision(
            "walk",
            state,
            topic=case.turn.topic,
            reply=reply,
            reason="guide",
            sources=(f"guide-{guide}",),
            guide=guide,
            step=number,
        )
    text = say.say("end_stop" if place.end_kind == "stop" else "end_fixed", text=place.end)
    if place.end_kind in _STOPS:
        evidence = (f"guide ends with {place.end_kind}",)
        over = hand_over(
            case, _STOPS[place.end_kind], lead=text, evidence=evidence, sources=(f"guide-{guide}",)
        )
        return replace(over, guide=guide, step=number)
    choices = (say.say("helped"), say.say("not_helped"), say.say("person"))
    state = replace(case.state, awaits="solved", asked=0)
    return Decision(
        "walk",
        state,
        topic=case.turn.topic,
        reply=Reply(text, choices),
        reason="guide",
        sources=(f"guide-{guide}",),
        guide=guide,
        step=number,
    )


def _chosen(words: str, here: Place) -> int | None:
    """Which answer is meant: its very words, its number, or the only one that holds the words."""
    said = words.strip().strip("。.!\uff01").lower()
    labels = [label.strip().lower() for label, _next in here.answers]
    if said in labels:
        return labels.index(said)
    if said.isdecimal() and 1 <= int(said) <= len(labels):
        return int(said) - 1
    near = [i for i, label in enumerate(labels) if len(said) >= 2 and (said in label or label in said)]
    return near[0] if len(near) == 1 else None


def solving(case: Case) -> Decision | None:
    """Whether the answer helped."""
    if case.state.awaits != "solved":
        return None
    turn, say = case.turn, case.say
    if turn.does("unsolved") and not (turn.fresh and turn.topic != case.scene.state.topic):
        guide = best_guide(case)
        if guide is not None:
            return offer_guide(case, guide, "guide_next")
        return hand_over(case, "missing_knowledge", evidence=(f"did not help: {case.scene.words[:40]}",))
    if case.scene.reopened and not turn.does("solved", "thanks") and turn.topic == case.scene.state.topic:
        return hand_over(case, "missing_knowledge", evidence=("came back after it had been answered",))
    if turn.does("solved"):
        state = replace(case.state, awaits="", asked=0, proposal=None)
        return Decision(
            "confirmed",
            state,
            topic=turn.topic,
            reply=Reply(say.say("confirmed")),
            reason="confirmed",
            evidence=(case.scene.words[:40],),
        )
    if turn.does("thanks"):
        return say_plainly(case, Reply(say.say("thanks")), "thanks", awaits="solved")
    return None


def topics(case: Case) -> tuple[str, ...]:
    """What may be asked, to touch."""
    say = case.say
    return (
        *(say.say(f"topic_{name}") for name in ("tracking", "refund", "invoice", "cancel")),
        say.say("person"),
    )
