"""Scripted conversations as data: who talks to the shop, what they say, what has to come back.

## title @who [channel] [nobody-carries]
> what the customer says
  = kind [reason]          what the bot must have decided
  + words                  must stand in the reply
  - words                  must not stand in it
  ? choice                 must be offered to touch
  & verify                 the form that must be asked for
! agent words              a person answers
! done | ! failed why | ! late | ! minutes N | ! ship | ! close | ! days N
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "talks"


@dataclass
class Step:
    """One message with what must follow, or one happening."""

    said: str = ""
    happens: str = ""
    kind: str = ""
    reason: str = ""
    holds: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    form: str = ""


@dataclass
class Script:
    """One conversation."""

    title: str
    who: str
    options: set[str]
    steps: list[Step] = field(default_factory=list)


def read_scripts() -> list[Script]:
    """All of them, in the order of their files."""
    return [script for path in sorted(FOLDER.glob("*.txt")) for script in _read(path)]


def _read(path: Path) -> list[Script]:
    scripts: list[Script] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        mark, words = line.strip()[:2].strip(), line.strip()[2:].strip()
        if not line.strip() or mark == "#":
            continue
        if mark == "##":
            title, _, rest = words.partition("@")
            who, *options = rest.split()
            scripts.append(Script(f"{path.stem}: {title.strip()}", who, set(options)))
        elif mark == ">":
            scripts[-1].steps.append(Step(said=words.replace("\\n", "\n")))
        elif mark == "!":
            scripts[-1].steps.append(Step(happens=words))
        else:
            _expect(scripts[-1].steps[-1], mark, words, f"{path.name}:{number}")
    return scripts


def _expect(step: Step, mark: str, words: str, place: str) -> None:
    if mark == "=":
        step.kind, _, step.reason = words.partition(" ")
    elif mark in "+-?":
        {"+": step.holds, "-": step.lacks, "?": step.choices}[mark].append(words)
    elif mark == "&":
        step.form = words
    else:
        raise ValueError(f"{place}: unknown mark {mark!r}")
