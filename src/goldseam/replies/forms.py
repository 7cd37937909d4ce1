"""What people type about canned replies and macros."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goldseam.conversations.actions import PRIORITIES
from goldseam.conversations.queries import OUTCOMES, PRESETS, causes_of, labels_of
from goldseam.people.queries import agents_of, teams_of
from goldseam.replies.actions import MAX_TEXT, Place
from goldseam.replies.models import CannedReply, Macro, Scope

if TYPE_CHECKING:
    from goldseam.people.models import Agent

LANGUAGES = [("zh", _("Chinese")), ("en", _("English"))]
_OUTCOME_NAMES = dict(
    zip(OUTCOMES, (_("Satisfied"), _("Accepted"), _("Unsatisfied"), _("Unknown")), strict=True)
)


def _line(label: Any, longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, widget=forms.TextInput(attrs={"class": "form-control"}), **more
    )


def _text(label: Any, rows: int, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "form-control", "rows": rows})
    return forms.CharField(label=label, max_length=MAX_TEXT, widget=widget, **more)


def _choice(label: Any, choices: list[Any], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.Select(attrs={"class": "form-select"}), **more
    )


class SharedForm(forms.Form):
    """Who sees it and in which language it speaks."""

    scope = _choice(_("Who sees it"), list(Scope.choices))
    team = _choice(_("Team"), [], required=False)
    language = _choice(_("Language"), LANGUAGES)

    def __init__(self, shop_id: int, agent: Agent, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._teams = {str(team.pk): team for team in teams_of(shop_id)}
        self._agent = agent
        teams = [("", "–"), *((key, team.name) for key, team in self._teams.items())]
        self.fields["team"].choices = teams  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A team's needs the team."""
        given = super().clean() or {}
        if given.get("scope") == Scope.TEAM and not given.get("team"):
            self.add_error("team", _("Choose the team."))
        return given

    def place(self) -> Place:
        """For whom it is."""
        scope = self.cleaned_data["scope"]
        if scope == Scope.ME:
            return Place(owner=self._agent)
        return Place(team=self._teams[self.cleaned_data["team"]] if scope == Scope.TEAM else None)


class CannedForm(SharedForm):
    """A canned reply."""

    shortcut = forms.RegexField(
        r"^[\w-]+$",
        label=_("Short name"),
        max_length=40,
        help_text=_("Typed after a slash, without spaces: “delay” for /delay."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    title = _line(_("Title"), 120)
    text = _text(_("Text"), 8)
    field_order = ["shortcut", "title", "text", "language", "scope", "team"]

    def values(self) -> dict[str, str]:
        """What `save_canned` takes."""
        return {name: self.cleaned_data[name] for name in ("shortcut", "title", "text", "language")}


class MacroForm(SharedForm):
    """A macro: its text and each thing it may do."""

    name = _line(_("Name"), 120)
    text = _text(_("Reply to the customer"), 6, required=False)
    note = _text(_("Private note"), 2, required=False)
    remedy = forms.RegexField(r"^[a-z_]+$", label=_("Remedy"), max_length=30, required=False)
    priority = _choice(_("Priority"), [("", _("Leave it")), *((p, p) for p in PRIORITIES)], required=False)
    assign = _choice(_("Assign to"), [], required=False)
    labels = forms.MultipleChoiceField(label=_("Labels"), required=False, widget=forms.CheckboxSelectMultiple)
    ending = _choice(
        _("Then"),
        [("", _("Leave it open")), ("close", _("Close it"))]
        + [(f"snooze:{key}", _("Snooze: %(name)s") % {"name": name}) for key, name in PRESETS.items()],
        required=False,
    )
    outcome = _choice(_("Outcome"), [("", _("Not said")), *_OUTCOME_NAMES.items()], required=False)
    cause = _choice(_("Cause"), [], required=False)

    def __init__(self, shop_id: int, agent: Agent, *args: Any, **more: Any) -> None:
        super().__init__(shop_id, agent, *args, **more)
        people = [(str(one.pk), one.name) for one in agents_of(shop_id)]
        whom = [("", _("Leave it")), ("me", _("Whoever runs it")), ("nobody", _("Nobody")), *people]
        self.fields["assign"].choices = whom  # type: ignore[attr-defined]
        labels = [(str(label.pk), label.name) for label in labels_of(shop_id)]
        self.fields["labels"].choices = labels  # type: ignore[attr-defined]
        causes = [("", _("Not said")), *((cause.code, cause.name) for cause in causes_of(shop_id))]
        self.fields["cause"].choices = causes  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What `save_macro` takes."""
        given = self.cleaned_data
        steps: dict[str, Any] = {name: given[name] for name in ("note", "remedy", "priority")}
        assign = given["assign"]
        steps["assign"] = int(assign) if assign.isdecimal() else assign
        steps["labels"] = sorted(map(int, given["labels"]))
        if given["ending"] == "close":
            steps["close"] = {"outcome": given["outcome"], "cause": given["cause"]}
        elif given["ending"]:
            steps["snooze"] = given["ending"].removeprefix("snooze:")
        return {name: given[name] for name in ("name", "text", "language")} | {"steps": steps}


def initial_of(row: CannedReply | Macro) -> dict[str, Any]:
    """The fields of a row, for its form."""
    shared = {"scope": row.scope, "team": row.team_id or "", "language": row.language, "text": row.text}
    if isinstance(row, CannedReply):
        return shared | {"shortcut": row.shortcut, "title": row.title}
    steps = row.steps
    close = steps.get("close")
    ending = "close" if close is not None else f"snooze:{steps['snooze']}" if "snooze" in steps else ""
    return shared | {
        "name": row.name,
        "note": steps.get("note", ""),
        "remedy": steps.get("remedy", ""),
        "priority": steps.get("priority", ""),
        "assign": str(steps.get("assign", "")),
        "labels": [str(pk) for pk in steps.get("labels", ())],
        "ending": ending,
        "outcome": (close or {}).get("outcome", ""),
        "cause": (close or {}).get("cause", ""),
    }
