"""What an admin does with the shop's door."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.db import transaction

from goldseam.channels.webchat.models import Door
from goldseam.core import audit

if TYPE_CHECKING:
    from goldseam.people.models import Shop

FIELDS = (
    "active",
    "origins",
    "colour",
    "greeting_zh",
    "greeting_en",
    "by_mail",
    "mail_note_zh",
    "mail_note_en",
)


@transaction.atomic
def door_for(shop: Shop) -> Door:
    """The shop's door, made (closed) when there is none."""
    door, _created = Door.objects.select_related("shop").get_or_create(
        shop=shop, defaults={"key": secrets.token_urlsafe(12)}
    )
    return door


@transaction.atomic
def set_door(door: Door, values: dict[str, Any], *, actor: str) -> None:
    """Change how the door stands and looks; what stays as it was is not written."""
    row = Door.objects.select_for_update().get(pk=door.pk)
    before = {name: getattr(row, name) for name in FIELDS if getattr(row, name) != values[name]}
    if not before:
        return
    for name in before:
        setattr(row, name, values[name])
    row.save(update_fields=list(before))
    after = {name: values[name] for name in before}
    audit.record(row.shop_id, actor, "chat.changed", f"shop-{row.shop_id}", before=before, after=after)
