"""A guide as people type it: rows of steps and of ends. A step's answers are lines `what one sees -> number`,
so a whole tree is written without leaving the keyboard."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goldseam.core.errors import DomainError
from goldseam.knowledge.forms import LANGUAGES
from goldseam.knowledge.guide_tree import MAX_STEPS, Tree

END_NAMES = {
    "fixed": gettext_lazy("Solved"),
    "normal": gettext_lazy("Normal, no fault"),
    "part": gettext_lazy("Spare part needed"),
    "service": gettext_lazy("Service must look"),
    "stop": gettext_lazy("Stop using it"),
}
_ARROW = re.compile(r"\s*(?:->|=>|\u2192)\s*")


def _line(label: Any, most: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


def _text(label: Any, rows: int, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "form-control", "rows": rows})
    return forms.CharField(
        label=label, max_length=2000, required=required, widget=widget, help_text=help_text
    )


class GuideForm(forms.Form):
    """The guide's own fields; `version` is the one that was open."""

    title = _line(gettext_lazy("Title"), 120, required=True)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=LANGUAGES, widget=forms.Select(attrs={"class": "form-select"})
    )
    skus = _text(
        gettext_lazy("Products"), 2, gettext_lazy("Article numbers, one a line; none means all products.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)


class StepForm(forms.Form):
    """A step."""

    key = _line(gettext_lazy("Number"), 12, required=True)
    question = _line(gettext_lazy("Question"), 200, required=True)
    hint = _text(gettext_lazy("How to look"), 2)
    answers = _text(
        gettext_lazy("Answers"),
        3,
        gettext_lazy("One a line: what one sees -> number of the next step"),
        required=True,
    )
    photo = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    picture = forms.FileField(
        label=gettext_lazy("Photo"), required=False,
        widget=forms.FileInput(attrs={"class": "form-control", "accept": "image/*"}),
    )  # fmt: skip


class EndForm(forms.Form):
    """An end."""

    key = _line(gettext_lazy("Number"), 12, required=True)
    kind = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=list(END_NAMES.items()),
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    text = _text(gettext_lazy("What to do"), 2, required=True)
    spare_part = _line(gettext_lazy("Spare part"), 120)


StepRows = forms.formset_factory(StepForm, extra=1, can_delete=True, max_num=MAX_STEPS)
EndRows = forms.formset_factory(EndForm, extra=1, can_delete=True, max_num=MAX_STEPS)


class GuidePage:
    """The form and its rows together: empty, filled from a guide, or as posted."""

    def __init__(
        self, data: Any = None, files: Any = None, *, guide: Any = None, tree: Tree | None = None
    ) -> None:
        form: dict[str, Any] = {"language": "zh"}
        steps: list[dict[str, Any]] = []
        ends: list[dict[str, Any]] = []
        if guide is not None and tree is not None:
            form = {"title": guide.title, "language": guide.language, "version": guide.version}
            form["skus"] = "\n".join(guide.skus)
            body = tree.model_dump(mode="json")
            steps = [step | {"answers": _answer_lines(step["answers"])} for step in body["steps"]]
            ends = body["ends"]
        self.form = GuideForm(data, initial=form)
        self.steps = StepRows(data, files, initial=steps, prefix="steps")
        self.ends = EndRows(data, initial=ends, prefix="ends")

    @property
    def rows(self) -> tuple[tuple[Any, str, str], ...]:
        """The row sets with their headings and what adds one."""
        return ((self.steps, _("Steps"), _("Add a step")), (self.ends, _("Ends"), _("Add an end")))

    def is_valid(self) -> bool:
        """Whether every row is right; else each bears its errors."""
        return all([self.form.is_valid(), self.steps.is_valid(), self.ends.is_valid()])

    def pictures(self) -> dict[str, Any]:
        """Uploaded photos by the key of their step."""
        return {row["key"]: row["picture"] for row in self._kept(self.steps) if row.get("picture")}

    def values(self, photos: dict[str, str]) -> dict[str, Any]:
        """The guide as typed, with the digests of fresh photos by step. Raises DomainError for an answer that
        cannot be read."""
        said = self.form.cleaned_data
        return {
            "title": said["title"],
            "language": said["language"],
            "skus": [line.strip() for line in said["skus"].splitlines() if line.strip()],
            "steps": [self._step(row, photos) for row in self._kept(self.steps)],
            "ends": [
                {key: row[key] for key in ("key", "kind", "text", "spare_part")}
                for row in self._kept(self.ends)
            ],
        }

    def _step(self, row: dict[str, Any], photos: dict[str, str]) -> dict[str, Any]:
        step = {key: row[key] for key in ("key", "question", "hint")}
        return step | {
            "photo": photos.get(row["key"], row["photo"]),
            "answers": _answers(row["key"], row["answers"]),
        }

    @staticmethod
    def _kept(rows: Any) -> list[dict[str, Any]]:
        return [row.cleaned_data for row in rows if row.cleaned_data and not row.cleaned_data.get("DELETE")]


def _answers(key: str, text: str) -> list[dict[str, str]]:
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        parts = _ARROW.split(line)
        if len(parts) != 2 or not all(parts):
            raise DomainError(
                _("Step %(key)s: write the answer as “what one sees -> number”, not “%(line)s”.")
                % {"key": key, "line": line[:60]}
            )
        found.append({"label": parts[0], "next": parts[1]})
    return found


def _answer_lines(answers: list[dict[str, str]]) -> str:
    return "\n".join(f"{answer['label']} -> {answer['next']}" for answer in answers)
