"""The made-up shop's side of the chat: its door, and what its own server keeps to sign with."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from goldseam.channels.webchat.setting import door_for, set_door
from goldseam.commerce.actions import rotate_proof_secret, sign_customer
from goldseam.demo.catalogue import world

if TYPE_CHECKING:
    from goldseam.people.models import Shop

_ACTOR = "demo"


def open_chat(shop: Shop) -> None:
    """Open the door on the shop's page, and give the shop's server its secret; once."""
    path = settings.ENVIRONMENT.home / "demo-shop-secret"
    if path.exists():
        return
    words = world()["chat"]
    set_door(
        door_for(shop),
        {
            "active": True,
            "origins": [settings.ENVIRONMENT.customer_url],
            "colour": words["colour"],
            "greeting_zh": words["greeting"],
            "greeting_en": words["greeting_en"],
            "by_mail": True,
            "mail_note_zh": "",
            "mail_note_en": "",
        },
        actor=_ACTOR,
    )
    secret = rotate_proof_secret(shop, actor=_ACTOR)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret)


def token_for(external_id: str) -> str:
    """What the shop's server puts into the page of somebody who signed in there; empty without its secret."""
    path = settings.ENVIRONMENT.home / "demo-shop-secret"
    if not path.exists():
        return ""
    return sign_customer(path.read_text("utf-8").strip(), external_id, timezone.now() + timedelta(hours=1))
