"""Names for what a model's judge found, and for the parts of a summary."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from goldseam.copilot.models import Wording

register = template.Library()

_PROBLEMS = {
    "unreadable": gettext_lazy("its form was wrong"),
    "empty": gettext_lazy("it found no answer"),
    "length": gettext_lazy("it was too long"),
    "language": gettext_lazy("it was in another language"),
    "token": gettext_lazy("it made up personal data"),
    "leaked": gettext_lazy("it repeated its instructions"),
    "link": gettext_lazy("it named a link of its own"),
    "number": gettext_lazy("it named a number that nobody gave"),
    "added": gettext_lazy("it promised more"),
    "dropped": gettext_lazy("it left out a promise"),
    "tone": gettext_lazy("it would have hurt"),
    "citation": gettext_lazy("its sources were not right"),
    "unsupported": gettext_lazy("its sources do not say so"),
    "reference": gettext_lazy("it rested on no message"),
}
_REASONS = {
    "off": gettext_lazy("No language model is set up."),
    "budget": gettext_lazy("The day's budget for the language model is used up."),
    "circuit": gettext_lazy("The language model fails at the moment; it is tried again in a minute."),
    "timeout": gettext_lazy("The language model took too long."),
    "unreachable": gettext_lazy("The language model cannot be reached."),
    "refused": gettext_lazy("The language model's endpoint refused the call; ask your administrator."),
    "cut_off": gettext_lazy("The language model did not come to an end."),
    "failed": gettext_lazy("The language model failed."),
}
_TASKS = {
    "draft": gettext_lazy("Wording drafts"),
    "rewrite": gettext_lazy("Rewriting replies"),
    "summary": gettext_lazy("Summaries"),
    "answer": gettext_lazy("Answers from articles"),
}
_STATES = {
    "asked": gettext_lazy("Under way"),
    "used": gettext_lazy("Used"),
    "refused": gettext_lazy("Refused by the checks"),
    "failed": gettext_lazy("Failed"),
    "not_made": gettext_lazy("Not made"),
}
_COMMITMENTS = {
    "ship_by": gettext_lazy("Ship by"),
    "deliver_by": gettext_lazy("Deliver by"),
    "refund": gettext_lazy("Refund"),
    "compensation": gettext_lazy("Compensation"),
    "replace": gettext_lazy("Replace"),
    "reship": gettext_lazy("Send again"),
    "pickup": gettext_lazy("Pick up"),
    "call_back": gettext_lazy("Get back to the customer"),
    "repair": gettext_lazy("Repair"),
    "price_match": gettext_lazy("Match the price"),
    "admission": gettext_lazy("Admission"),
    "guarantee": gettext_lazy("Guarantee"),
    "other": gettext_lazy("Other promise"),
}


@register.filter
def problem_name(code: str) -> str:
    """What the judge found."""
    return str(_PROBLEMS.get(code, code))


@register.filter
def reason_name(code: str) -> str:
    """Why there is no answer."""
    return str(_REASONS.get(code, _REASONS["failed"]))


@register.filter
def task_name(code: str) -> str:
    """What a model is asked for."""
    return str(_TASKS.get(code, code))


@register.filter
def call_state(code: str) -> str:
    """What became of a call."""
    return str(_STATES.get(code, code))


@register.filter
def commitment_name(code: str) -> str:
    """A kind of promise."""
    return str(_COMMITMENTS.get(code, code))


@register.filter
def summary_parts(wording: Wording) -> list[tuple[str, list[dict[str, Any]]]]:
    """The summary's parts with their names, the empty ones left out."""
    said = wording.summary or {}
    parts = [
        (_("Need"), [said["need"]]),
        (_("Done"), said["done"]),
        (pgettext("of a summary", "Open"), said["open"]),
        (_("Next"), [said["next"]]),
    ]
    return [(name, lines) for name, lines in parts if lines]
