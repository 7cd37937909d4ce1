"""One turn of the bot, decided: the first step that has something to say ends it.

The order is the meaning: silence comes before everything, people and dangers before service, an answer to the
bot's own question before a new subject."""

from __future__ import annotations

from dataclasses import replace

from goldseam.engine.bot.case import Case, ask, hand_over, say_plainly, silent
from goldseam.engine.bot.dialogue import confirming, solving, topics, walking
from goldseam.engine.bot.facts import Decision, Found, Reply, Scene, State
from goldseam.engine.bot.serve import serve_all
from goldseam.engine.bot.tables import BotTables
from goldseam.engine.bot.understand import SERVED, TALK, Turn
from goldseam.engine.decide.urgency import CRISIS_SIGNALS, SAFETY_ISSUES, SAFETY_SIGNALS
from goldseam.engine.tables import Tables

_PRESSING = frozenset({"regulator", "legal", "media", "chargeback", "platform", "fraud_suspect", "abuse"})
_FURIOUS = 3
_HIGH = frozenset({"high", "critical"})


def decide(scene: Scene, turn: Turn, found: Found, tables: Tables, words: BotTables) -> Decision:
    """The whole turn. A decision of another mode than "answer" is only a suggestion."""
    case = Case(scene, turn, found, tables, words, _carried_on(scene, turn))
    decision = next(made for step in _STEPS if (made := step(case)) is not None)
    mode = scene.mode(turn.topic)
    if decision.kind == "silent":
        return replace(decision, mode=mode)
    state = replace(decision.state, turns=scene.state.turns + 1, topic=_topic(decision.topic, scene))
    return _with_dropped(case, replace(decision, state=state, mode=mode))


def give_up(
    scene: Scene, turn: Turn, found: Found, tables: Tables, words: BotTables, reason: str, evidence: str
) -> Decision:
    """What was decided could not be said or done: people go on."""
    case = Case(scene, turn, found, tables, words, replace(scene.state, proposal=None))
    made = hand_over(case, reason, evidence=(evidence,))
    state = replace(made.state, turns=scene.state.turns + 1, topic=_topic(turn.topic, scene))
    return replace(made, state=state, mode=scene.mode(turn.topic))


def _topic(topic: str, scene: Scene) -> str:
    return scene.state.topic if topic in TALK else topic


def _carried_on(scene: Scene, turn: Turn) -> State:
    """The state for this turn: a new subject leaves the old one's question and guide behind."""
    state = scene.state
    if not turn.fresh or turn.topic == state.topic:
        return state
    if state.awaits in ("confirm", "start", "step"):
        return state
    return replace(state, awaits="", asked=0, guide="", proposal=None)


def _with_dropped(case: Case, decision: Decision) -> Decision:
    """A proposal that a changed subject left behind is over, and that is said."""
    before = case.scene.state.proposal
    gone = before is not None and case.scene.state.awaits == "confirm" and decision.state.awaits != "confirm"
    if not gone or decision.kind in ("carry_out", "hand_over") or decision.reason == "declined":
        return replace(decision, state=replace(decision.state, proposal=None)) if gone else decision
    if before is None or decision.reply is None:
        return decision
    what = case.say.name("change", before.kind)
    text = f"{decision.reply.text}\n{case.say.say('dropped', what=what)}"
    state = replace(decision.state, proposal=None)
    return replace(decision, state=state, reply=replace(decision.reply, text=text), proposal=None)


def _quiet(case: Case) -> Decision | None:
    """A person writes, a danger is handled, it is switched off, or nothing was said."""
    if case.scene.quiet:
        return silent(case, case.scene.quiet)
    mode = case.scene.mode(case.turn.topic)
    if mode == "off" and not case.scene.state.turns:
        return silent(case, "off")
    return None


def _danger(case: Case) -> Decision | None:
    """Somebody is in danger: people at once."""
    codes = {signal.code for signal in case.turn.reading.signals}
    if codes & CRISIS_SIGNALS or case.scene.assessed.handover == "crisis":
        return hand_over(case, "crisis", evidence=tuple(sorted(codes)))
    issue = case.turn.reading.issue
    unsafe = issue.code in SAFETY_ISSUES and case.turn.sure
    if unsafe or codes & SAFETY_SIGNALS or case.scene.assessed.handover == "safety":
        return hand_over(case, "safety", evidence=(issue.code, *sorted(codes)))
    return None


def _person(case: Case) -> Decision | None:
    """A person was asked for: once is enough."""
    if case.turn.does("person"):
        return hand_over(case, "customer_request", evidence=(case.scene.words[:40],))
    return None


def _serious(case: Case) -> Decision | None:
    """What people handle in person: threats with authorities or the press, abuse, fury."""
    codes = {signal.code for signal in case.turn.reading.signals} & _PRESSING
    emotion = case.turn.reading.emotion
    if codes:
        return hand_over(case, "high_risk", evidence=tuple(sorted(codes)))
    if emotion.label != "grateful" and emotion.intensity >= _FURIOUS:
        return hand_over(case, "high_risk", evidence=emotion.keywords)
    return None


def _risky(case: Case) -> Decision | None:
    """High risk by the assessment. After the orders to the bot: those are no complaint, though their tone
    makes the risk rise."""
    if case.scene.assessed.risk in _HIGH or case.scene.assessed.handover == "high_risk":
        return hand_over(case, "high_risk", evidence=(f"risk {case.scene.assessed.risk}",))
    if case.scene.assessed.handover == "policy":
        return hand_over(case, "policy", evidence=("the assessment asks for a person",))
    return None


def _ordered_about(case: Case) -> Decision | None:
    """Somebody tries to give the bot orders: rules stay rules, nothing else is read out of the words."""
    if not case.turn.does("override"):
        return None
    if case.scene.state.awaits == "override":
        return hand_over(case, "low_confidence", evidence=("asked to leave the rules, again",))
    cleared = replace(case, state=replace(case.state, proposal=None))
    return say_plainly(cleared, Reply(case.say.say("override"), choices=topics(case)), "override", "override")


def _other_mode(case: Case) -> Decision | None:
    """The bot has been talking, but may not about this: people go on, and that is said."""
    if case.scene.state.turns and case.scene.mode(case.turn.topic) != "answer":
        return hand_over(case, "policy", evidence=(f"the bot is not switched on for {case.turn.topic}",))
    return None


def _too_long(case: Case) -> Decision | None:
    if case.scene.state.turns >= case.scene.most_turns:
        return hand_over(case, "turn_limit", evidence=(f"{case.scene.state.turns} turns",))
    return None


def _small_talk(case: Case) -> Decision | None:
    """A greeting, a question who speaks, thanks, and words without a subject."""
    turn, say = case.turn, case.say
    if turn.fresh:
        return None
    if turn.does("robot"):
        return say_plainly(case, Reply(say.say("robot"), choices=topics(case)), "robot", case.state.awaits)
    if turn.does("hello"):
        return say_plainly(case, Reply(say.say("hello"), choices=topics(case)), "hello")
    if turn.does("thanks"):
        return say_plainly(case, Reply(say.say("thanks")), "thanks")
    if turn.topic == "praise" and turn.sure:
        return say_plainly(case, Reply(say.say("praise")), "praise")
    if turn.topic in SERVED and case.scene.state.awaits not in ("", "solved", "need", "start", "override"):
        return None
    asks = turn.does("question") and turn.reading.issue.code not in TALK
    if turn.topic in SERVED and (turn.own or asks):
        return None
    if turn.topic in SERVED and not case.scene.state.turns:
        return None
    return ask(case, "need", Reply(say.say("need"), choices=topics(case)))


_STEPS = (
    _quiet,
    _danger,
    _person,
    _serious,
    _ordered_about,
    _risky,
    _other_mode,
    _too_long,
    confirming,
    walking,
    solving,
    _small_talk,
    serve_all,
)
