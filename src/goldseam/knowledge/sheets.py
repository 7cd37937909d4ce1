"""What the shop knows of a product family, as one checked document: parts and how they work, faults with
their causes, care, what fits, and what the product page promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, field_validator

from goldseam.core.errors import DomainError

Likelihood = Literal["often", "sometimes", "rarely"]
Sense = Literal["sound", "smell", "sight", "touch", "code", "function"]
LIKELIHOODS: tuple[Likelihood, ...] = ("often", "sometimes", "rarely")
SENSES: tuple[Sense, ...] = ("sound", "smell", "sight", "touch", "code", "function")
MAX_LIST = 100

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        if value is None:
            return ""
        return value.replace("\x00", "").replace("\r\n", "\n") if isinstance(value, str) else value


class Part(_Part):
    """A part: what it is for, and how it works in plain words."""

    name: Name
    purpose: Short = ""
    principle: Long = ""


class Cause(_Part):
    """Why a fault shows: how likely, how to check, what helps, and the spare part that is needed."""

    cause: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    likelihood: Likelihood = "sometimes"
    check: Long = ""
    fix: Long = ""
    spare_part: Short = ""


class Fault(_Part):
    """What the customer notices and by which sense (or the code that is displayed). `normal` says when it is
    no fault at all; `stop_using` and why: then nobody tries anything at home."""

    symptom: Name
    sense: Sense = "function"
    code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    part: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    normal: Long = ""
    causes: tuple[Cause, ...] = ()
    stop_using: bool = False
    stop_why: Short = ""
    questions: tuple[Short, ...] = ()


class PagePromise(_Part):
    """What the product page promises, in its words, and where it stands there."""

    claim: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    place: Short = ""


class Sheet(_Part):
    """All of it. `skus` are the articles of the family; `words` stand in the titles of its products."""

    title: Name
    language: Literal["zh", "en"] = "zh"
    skus: tuple[Name, ...] = ()
    words: tuple[Name, ...] = ()
    parts: tuple[Part, ...] = ()
    faults: tuple[Fault, ...] = ()
    care: Long = ""
    fits: Long = ""
    promises: tuple[PagePromise, ...] = ()

    @field_validator("skus", "words", "parts", "faults", "promises")
    @classmethod
    def _not_too_many(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(value) > MAX_LIST:
            raise ValueError(f"more than {MAX_LIST} entries")
        return value

    def part_of(self, fault: Fault) -> Part | None:
        """The part that a fault names."""
        return next((part for part in self.parts if part.name == fault.part), None)


def read_sheet(values: Mapping[str, Any]) -> Sheet:
    """The checked document. Raises DomainError that names the place ("faults[2].symptom") and the fault."""
    try:
        sheet = Sheet.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        place = _place(first["loc"])
        raise DomainError(
            _("%(place)s: %(what)s") % {"place": place, "what": first["msg"]}, field=place
        ) from None
    names = [part.name for part in sheet.parts]
    for index, fault in enumerate(sheet.faults):
        if fault.part and fault.part not in names:
            place = f"faults[{index}].part"
            raise DomainError(
                _("%(place)s: the sheet has no part %(part)s.") % {"place": place, "part": fault.part},
                field=place,
            )
    _once("parts", names)
    _once("faults", [f"{fault.symptom} {fault.code}".strip() for fault in sheet.faults])
    return sheet


def _once(place: str, names: Sequence[str]) -> None:
    twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if twice is not None:
        raise DomainError(
            _("%(place)s: %(name)s stands there twice.") % {"place": place, "name": twice}, field=place
        )


def _place(path: tuple[int | str, ...]) -> str:
    words = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(words).removeprefix(".")
