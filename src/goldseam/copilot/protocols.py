"""What to do when people are in danger: exact steps, in order, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goldseam.copilot.models import CrisisKind


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `code` is what is kept when it is done, and never changes."""

    code: str
    words: str | Promise


@dataclass(frozen=True, slots=True)
class Source:
    """Where the steps come from."""

    name: str | Promise
    url: str = ""


@dataclass(frozen=True, slots=True)
class Protocol:
    """The steps for one danger."""

    title: str | Promise
    steps: tuple[Step, ...]
    sources: tuple[Source, ...]


PROTOCOLS: dict[str, Protocol] = {
    CrisisKind.SELF_HARM: Protocol(
        title=_("The customer may harm themselves"),
        steps=(
            Step("answer", _("Answer now, as a person. Leave the order aside; no script, no argument.")),
            Step(
                "ask",
                _(
                    "Say that you take it seriously and that you stay. Ask directly whether they think of "
                    "killing themselves: asking does not put the thought there."
                ),
            ),
            Step(
                "safe",
                _(
                    "Ask whether they are safe now, whether somebody is with them, and where they are. In "
                    "immediate danger: 120 or 110 in mainland China, elsewhere the local emergency number."
                ),
            ),
            Step(
                "help",
                _(
                    "Name help: in mainland China 12356 (psychological help, day and night); in the United "
                    "States 988, in the United Kingdom 116 123."
                ),
            ),
            Step(
                "lead", _("A lead has been called. Stay in the conversation until they have taken it over.")
            ),
            Step("keep", _("Do not close, snooze or hand it to the bot. Keep every word as it is.")),
            Step("after", _("Afterwards talk with your lead about how you are. You did not cause this.")),
        ),
        sources=(
            Source(
                _("National Health Commission of China: national psychological help line 12356"),
                "https://www.nhc.gov.cn/",
            ),
            Source(
                _("World Health Organization: Preventing suicide, guidance for those who meet it at work"),
                "https://www.who.int/health-topics/suicide",
            ),
        ),
    ),
    CrisisKind.INJURY: Protocol(
        title=_("Somebody is hurt"),
        steps=(
            Step("health", _("Ask first how they are and whether they have medical help. 120 in danger.")),
            Step(
                "stop",
                _(
                    "Ask them to stop using the product, to cut its power if it has any, "
                    "and to keep others away."
                ),
            ),
            Step(
                "keep",
                _("Ask them to keep the product, its packing, photos, the batch number and medical papers."),
            ),
            Step("facts", _("Note what happened, when, to whom, and how they are. Ask, do not judge.")),
            Step("words", _("Promise no sum and admit or deny no fault: a lead speaks about that.")),
            Step("lead", _("A lead has been called; they bring in product safety and, if need be, the law.")),
            Step(
                "stock",
                _("Product safety looks for other cases of this batch and decides whether selling stops."),
            ),
        ),
        sources=(
            Source(
                _(
                    "Consumer Protection Law of the PRC, art. 18, 19 and 49: safety, dangerous defects, "
                    "costs of an injury"
                ),
                "http://www.npc.gov.cn/",
            ),
            Source(
                _("Regulation (EU) 2023/988 on general product safety: accidents are to be reported"),
                "https://eur-lex.europa.eu/eli/reg/2023/988/oj",
            ),
        ),
    ),
    CrisisKind.THREAT: Protocol(
        title=_("A threat against staff"),
        steps=(
            Step(
                "calm", _("Do not argue, do not threaten back, do not give names, addresses or shifts away.")
            ),
            Step(
                "line",
                _("Say once and quietly that you want to solve it and that threats stop the conversation."),
            ),
            Step("lead", _("A lead has been called; they decide who answers from here on.")),
            Step("police", _("In immediate danger call the police (110); the lead decides about a report.")),
            Step("warn", _("The lead tells whoever is named in the threat, and the place that is named.")),
            Step("keep", _("Keep everything as it is: nothing deleted, nothing closed; it is evidence.")),
            Step("after", _("Afterwards the lead asks how you are and whether you want to go on today.")),
        ),
        sources=(
            Source(
                _(
                    "Law of the PRC on Penalties for the Administration of Public Security: "
                    "threats to a person's safety"
                ),
                "http://www.npc.gov.cn/",
            ),
            Source(
                _("International Labour Organization: Violence and Harassment Convention, 2019 (No. 190)"),
                "https://normlex.ilo.org/dyn/normlex/en/f?p=NORMLEXPUB:12100:0::NO::P12100_ILO_CODE:C190",
            ),
        ),
    ),
}
