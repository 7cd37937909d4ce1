"""The shop's labels, and which of them a conversation carries."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.conversations import rows
from goldseam.conversations.labels import MOST_LABELS, MOST_ON_ONE
from goldseam.conversations.models import Conversation, Label, LabelColour
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.live import announce
from goldseam.core.locks import take_turns

if TYPE_CHECKING:
    from goldseam.people.models import Shop


@transaction.atomic
def make_label(shop: Shop, name: str, *, colour: str, description: str = "", actor: str) -> Label:
    """A new label of the shop."""
    take_turns(f"labels-{shop.pk}")
    if Label.objects.filter(shop=shop).count() >= MOST_LABELS:
        raise Conflict(
            _("There are %(n)s labels already; remove one that nobody needs.") % {"n": MOST_LABELS}
        )
    label = _store(Label(shop=shop), name, colour, description)
    audit.record(shop.pk, actor, "label.made", f"label-{label.pk}", after=_told(label))
    announce(shop.pk, "labels")
    return label


@transaction.atomic
def change_label(label: Label, name: str, *, colour: str, description: str = "", actor: str) -> None:
    """Another name, colour or description."""
    label = Label.objects.select_for_update().get(pk=label.pk)
    before = _told(label)
    _store(label, name, colour, description)
    audit.record(
        label.shop_id, actor, "label.changed", f"label-{label.pk}", before=before, after=_told(label)
    )
    announce(label.shop_id, "labels", "inbox")


@transaction.atomic
def drop_label(label: Label, *, actor: str) -> int:
    """Take a label away from the shop and from every conversation; says from how many."""
    carriers = Conversation.objects.filter(shop_id=label.shop_id, label_ids__contains=[label.pk])
    ids = list(carriers.select_for_update().order_by("pk").values_list("pk", flat=True))
    without = Func(F("label_ids"), Value(label.pk), function="array_remove")
    Conversation.objects.filter(pk__in=ids).update(label_ids=without, version=F("version") + 1)
    audit.record(
        label.shop_id,
        actor,
        "label.dropped",
        f"label-{label.pk}",
        before=_told(label) | {"conversations": len(ids)},
    )
    announce(label.shop_id, "labels", "inbox")
    label.delete()
    return len(ids)


@transaction.atomic
def label_conversation(
    conversation: Conversation, *, add: Collection[int] = (), remove: Collection[int] = (), actor: str
) -> tuple[list[int], list[int]]:
    """Put labels of the shop on the conversation and take others off; returns what was really added and
    removed. What is there already, or is not, changes nothing."""
    conversation = rows.locked(conversation.pk)
    known = set(Label.objects.filter(shop_id=conversation.shop_id, pk__in=add).values_list("pk", flat=True))
    if unknown := set(add) - known:
        number = min(unknown)
        raise DomainError(_("There is no label with the id %(id)s.") % {"id": number}, field="labels")
    before = list(conversation.label_ids)
    after = sorted((set(before) | known) - set(remove))
    if after == sorted(before):
        return [], []
    if len(after) > MOST_ON_ONE:
        raise DomainError(
            _("A conversation can carry %(n)s labels; take one off.") % {"n": MOST_ON_ONE}, field="labels"
        )
    conversation.label_ids = after
    rows.save(conversation, "label_ids")
    audit.record(
        conversation.shop_id,
        actor,
        "conversation.labelled",
        rows.subject(conversation),
        before={"labels": before},
        after={"labels": after},
    )
    return sorted(set(after) - set(before)), sorted(set(before) - set(after))


def _store(label: Label, name: str, colour: str, description: str) -> Label:
    name, description = " ".join(name.split()), " ".join(description.split())
    if not name:
        raise DomainError(gettext_noop("A label needs a name."), field="name")
    if len(name) > 40:
        raise DomainError(gettext_noop("A label's name has at most 40 characters."), field="name")
    if len(description) > 200:
        raise DomainError(gettext_noop("A description has at most 200 characters."), field="description")
    if colour not in LabelColour.values:
        raise DomainError(
            _("Unknown colour; choose one of: %(known)s.") % {"known": ", ".join(LabelColour.values)},
            field="colour",
        )
    label.name, label.colour, label.description = name, colour, description
    try:
        with transaction.atomic():
            label.save()
    except IntegrityError:
        raise Conflict(gettext_noop("There is a label with this name already."), field="name") from None
    return label


def _told(label: Label) -> dict[str, str]:
    return {"name": label.name, "colour": label.colour, "description": label.description}
