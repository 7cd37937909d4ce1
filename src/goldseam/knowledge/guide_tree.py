"""A fault tree that people walk: steps ask and name what may be seen, each answer leads to another step or to
an end that says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from goldseam.core.errors import DomainError

EndKind = Literal["fixed", "normal", "part", "service", "stop"]
END_KINDS: tuple[EndKind, ...] = ("fixed", "normal", "part", "service", "stop")
MAX_STEPS = 60
MAX_ANSWERS = 8

Key = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\w-]{1,12}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(_Part):
    """What one sees, and the key of the step or end that follows."""

    label: Line
    next: Key


class Step(_Part):
    """A question with how to look; `photo` is the digest of a picture, or empty."""

    key: Key
    question: Line
    hint: Text = ""
    photo: str = ""
    answers: tuple[Answer, ...]


class End(_Part):
    """What to do: it is `fixed`, it is `normal`, a spare `part` is needed, `service` must look, or `stop`."""

    key: Key
    kind: EndKind
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    spare_part: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""


class Tree(_Part):
    """The first step is where every walk begins."""

    steps: tuple[Step, ...]
    ends: tuple[End, ...]

    def step(self, key: str) -> Step | None:
        """The step of this key."""
        return next((step for step in self.steps if step.key == key), None)

    def end(self, key: str) -> End | None:
        """The end of this key."""
        return next((end for end in self.ends if end.key == key), None)


@dataclass(frozen=True, slots=True)
class Branch:
    """One place of the drawn tree: the answer that leads there, then a step with its branches or an end. A
    step that several answers lead to is drawn once and named after that."""

    label: str
    step: Step | None
    end: End | None
    branches: tuple[Branch, ...] = ()
    again: bool = False


def read_tree(values: Mapping[str, Any]) -> Tree:
    """The checked tree. Raises DomainError that names the place: wrong values, keys that are missing or stand
    twice, steps without answers, circles, steps and ends that nothing leads to."""
    try:
        tree = Tree.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in first["loc"]).removeprefix(".")
        raise DomainError(
            _("%(place)s: %(what)s") % {"place": place, "what": first["msg"]}, field=place
        ) from None
    _sizes(tree)
    _keys(tree)
    _reach(tree)
    return tree


def drawn(tree: Tree) -> Branch:
    """The tree from its first step on, for drawing."""
    seen: set[str] = set()

    def branch(label: str, key: str) -> Branch:
        step, end = tree.step(key), tree.end(key)
        if step is None or key in seen:
            return Branch(label, step, end, again=step is not None)
        seen.add(key)
        return Branch(label, step, end, tuple(branch(answer.label, answer.next) for answer in step.answers))

    return branch("", tree.steps[0].key)


def _sizes(tree: Tree) -> None:
    if not tree.steps:
        raise DomainError(_("A guide needs at least one step."), field="steps")
    if len(tree.steps) > MAX_STEPS or len(tree.ends) > MAX_STEPS:
        raise DomainError(_("A guide has at most %(most)s steps.") % {"most": MAX_STEPS}, field="steps")
    for step in tree.steps:
        if not 1 <= len(step.answers) <= MAX_ANSWERS:
            raise _at(step.key, _("a step needs 1 to %(most)s answers.") % {"most": MAX_ANSWERS})


def _keys(tree: Tree) -> None:
    keys = [*(step.key for step in tree.steps), *(end.key for end in tree.ends)]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            raise _at(key, _("this number stands there twice."))
    for step in tree.steps:
        for answer in step.answers:
            if answer.next not in keys:
                raise _at(step.key, _("“%(answer)s” leads to %(next)s, which is not there.")
                          % {"answer": answer.label, "next": answer.next})  # fmt: skip


def _reach(tree: Tree) -> None:
    """Every walk ends, and every place is on a walk."""
    reached: set[str] = set()
    for path in _paths(tree, (tree.steps[0].key,)):
        reached |= set(path)
    for key in (*(step.key for step in tree.steps), *(end.key for end in tree.ends)):
        if key not in reached:
            raise _at(key, _("nothing leads here."))


def _paths(tree: Tree, path: tuple[str, ...], known: set[str] | None = None) -> Iterator[tuple[str, ...]]:
    known = set() if known is None else known
    step = tree.step(path[-1])
    yield path
    if step is None or path[-1] in known:
        return
    for answer in step.answers:
        if answer.next in path:
            raise _at(step.key, _("“%(answer)s” leads back to %(next)s: the walk would never end.")
                      % {"answer": answer.label, "next": answer.next})  # fmt: skip
        yield from _paths(tree, (*path, answer.next), known)
    known.add(path[-1])


def _at(key: str, what: str) -> DomainError:
    return DomainError(_("Step %(key)s: %(what)s") % {"key": key, "what": what}, field=key)
