"""What people type into a product sheet: fields, and rows of parts, faults and promises. A fault's causes are
lines of `cause | how often | check | remedy | spare part`, quick to type and to paste from a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goldseam.core.errors import DomainError
from goldseam.knowledge.forms import LANGUAGES
from goldseam.knowledge.sheets import LIKELIHOODS, MAX_LIST, Sheet

LIKELIHOOD_NAMES = {
    "often": gettext_lazy("often"),
    "sometimes": gettext_lazy("sometimes"),
    "rarely": gettext_lazy("rarely"),
}
SENSE_NAMES = {
    "sound": gettext_lazy("Sound"),
    "smell": gettext_lazy("Smell"),
    "sight": gettext_lazy("Looks"),
    "touch": gettext_lazy("Feels"),
    "code": gettext_lazy("Shows a code"),
    "function": gettext_lazy("Does not work"),
}
_CAUSE_KEYS = ("cause", "likelihood", "check", "fix", "spare_part")


def _line(label: Any, most: int = 300, *, required: bool = False) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "form-control"})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget)


def _text(label: Any, rows: int, help_text: Any = "", most: int = 4000) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "form-control", "rows": rows})
    return forms.CharField(label=label, max_length=most, required=False, widget=widget, help_text=help_text)


class SheetForm(forms.Form):
    """The sheet's own fields; `version` is the one that was open."""

    title = _line(gettext_lazy("Product family"), 120, required=True)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=LANGUAGES, widget=forms.Select(attrs={"class": "form-select"})
    )
    skus = _text(gettext_lazy("Products"), 2, gettext_lazy("Article numbers, one a line."))
    words = _text(
        gettext_lazy("Words in their titles"), 2,
        gettext_lazy("One a line; a product whose title holds one of them belongs to the family."),
    )  # fmt: skip
    care = _text(gettext_lazy("Care"), 4)
    fits = _text(gettext_lazy("What fits"), 3)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)


class PartForm(forms.Form):
    """A part."""

    name = _line(gettext_lazy("Part"), 120, required=True)
    purpose = _line(gettext_lazy("What it is for"))
    principle = _text(gettext_lazy("How it works, in plain words"), 3)


class FaultForm(forms.Form):
    """A fault with its causes as lines."""

    symptom = _line(gettext_lazy("What the customer notices"), 120, required=True)
    sense = forms.ChoiceField(
        label=gettext_lazy("How"), choices=list(SENSE_NAMES.items()),
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    code = _line(gettext_lazy("Displayed code"), 40)
    part = _line(gettext_lazy("Part"), 120)
    normal = _text(gettext_lazy("Normal when"), 2)
    causes = _text(
        gettext_lazy("Causes"),
        4,
        gettext_lazy("One a line: cause | often, sometimes or rarely | check | remedy | spare part"),
        most=20_000,
    )
    stop_using = forms.BooleanField(label=gettext_lazy("Stop using it at once"), required=False)
    stop_why = _line(gettext_lazy("Why"))
    questions = _text(gettext_lazy("Asked questions"), 2, gettext_lazy("As customers ask them, one a line."))


class PromiseForm(forms.Form):
    """A promise of the product page."""

    claim = _line(gettext_lazy("What the page promises"), required=True)
    place = _line(gettext_lazy("Where it stands"))


PartRows = forms.formset_factory(PartForm, extra=1, can_delete=True, max_num=MAX_LIST)
FaultRows = forms.formset_factory(FaultForm, extra=1, can_delete=True, max_num=MAX_LIST)
PromiseRows = forms.formset_factory(PromiseForm, extra=1, can_delete=True, max_num=MAX_LIST)


class SheetPage:
    """The form and its rows together, empty, filled from a sheet, or as posted."""

    def __init__(self, data: Any = None, sheet: Sheet | None = None, version: int = 0) -> None:
        initial: dict[str, Any] = _initial(sheet, version) if sheet else {"form": {"language": "zh"}}
        self.form = SheetForm(data, initial=initial.get("form"))
        self.parts = PartRows(data, initial=initial.get("parts"), prefix="parts")
        self.faults = FaultRows(data, initial=initial.get("faults"), prefix="faults")
        self.promises = PromiseRows(data, initial=initial.get("promises"), prefix="promises")

    @property
    def rows(self) -> tuple[tuple[Any, str, str], ...]:
        """The row sets with their headings and what adds one."""
        return (
            (self.parts, _("Parts"), _("Add a part")),
            (self.faults, _("Faults"), _("Add a fault")),
            (self.promises, _("What the page promises"), _("Add a promise")),
        )

    def is_valid(self) -> bool:
        """Whether every row is right; else each bears its errors."""
        checked = [self.form.is_valid(), *(rows.is_valid() for rows, _name, _more in self.rows)]
        return all(checked)

    def values(self) -> dict[str, Any]:
        """The document as typed. Raises DomainError for a line of causes that cannot be read."""
        said = self.form.cleaned_data
        return {
            "title": said["title"],
            "language": said["language"],
            "skus": _lines(said["skus"]),
            "words": _lines(said["words"]),
            "care": said["care"],
            "fits": said["fits"],
            "parts": _kept(self.parts),
            "faults": [
                fault | {"causes": _causes(fault["causes"], place), "questions": _lines(fault["questions"])}
                for place, fault in enumerate(_kept(self.faults), start=1)
            ],
            "promises": _kept(self.promises),
        }

    @property
    def version(self) -> int:
        """The version that was open."""
        return int(self.form.cleaned_data["version"])


def _kept(rows: Any) -> list[dict[str, Any]]:
    found = [form.cleaned_data for form in rows if form.cleaned_data and not form.cleaned_data.get("DELETE")]
    return [{key: value for key, value in row.items() if key != "DELETE"} for row in found]


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _causes(text: str, place: int) -> list[dict[str, str]]:
    names = {str(name): code for code, name in LIKELIHOOD_NAMES.items()} | {
        code: code for code in LIKELIHOODS
    }
    found = []
    for line in _lines(text):
        cells = [cell.strip() for cell in line.replace("\uff5c", "|").split("|")]
        if len(cells) > len(_CAUSE_KEYS):
            raise DomainError(
                _("Fault %(n)s: the line of causes '%(line)s' has more than five parts.")
                % {"n": place, "line": line[:60]}
            )
        cause = dict(zip(_CAUSE_KEYS, cells, strict=False))
        likelihood = cause.get("likelihood") or "sometimes"
        if likelihood not in names:
            raise DomainError(
                _("Fault %(n)s: '%(word)s' is not how often; write often, sometimes or rarely.")
                % {"n": place, "word": likelihood[:30]}
            )
        found.append(cause | {"likelihood": names[likelihood]})
    return found


def _initial(sheet: Sheet, version: int) -> dict[str, Any]:
    body = sheet.model_dump(mode="json")
    faults = [
        fault
        | {"causes": "\n".join(map(_cause_line, fault["causes"])), "questions": "\n".join(fault["questions"])}
        for fault in body["faults"]
    ]
    form = {name: body[name] for name in ("title", "language", "care", "fits")} | {"version": version}
    form |= {name: "\n".join(body[name]) for name in ("skus", "words")}
    return {"form": form, "parts": body["parts"], "faults": faults, "promises": body["promises"]}


def _cause_line(cause: Mapping[str, str]) -> str:
    cells: Iterable[str] = [
        str(LIKELIHOOD_NAMES[cause[key]]) if key == "likelihood" else " ".join(cause[key].split())
        for key in _CAUSE_KEYS
    ]
    return " | ".join(cells).rstrip(" |")
