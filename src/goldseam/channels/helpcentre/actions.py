"""The writes of help centres."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core.validators import validate_email
from django.db import transaction
from django.forms import ValidationError
from django.utils.translation import gettext_noop

from goldseam.channels.helpcentre.models import HelpCentre
from goldseam.core import audit
from goldseam.core.errors import DomainError
from goldseam.knowledge.public_reads import ARTICLE_KINDS

if TYPE_CHECKING:
    from goldseam.people.models import Shop

_COLOUR = re.compile(r"[0-9a-f]{6}")
_FIELDS = (
    "is_on", "title", "title_en", "intro", "intro_en", "colour", "kinds", "contact", "shows_orders",
    "in_search_engines",
)  # fmt: skip


@transaction.atomic
def set_up(
    shop: Shop,
    *,
    is_on: bool,
    kinds: Sequence[str],
    title: str = "",
    title_en: str = "",
    intro: str = "",
    intro_en: str = "",
    colour: str = "1f3a5f",
    contact: str = "",
    shows_orders: bool = True,
    in_search_engines: bool = False,
    actor: str,
) -> HelpCentre:
    """How the shop's help centre is from now on; the same again changes nothing. Raises DomainError that
    names the field."""
    row, _made = HelpCentre.objects.select_for_update().get_or_create(shop=shop)
    before = {name: getattr(row, name) for name in _FIELDS}
    after = {
        "is_on": is_on,
        "title": _plain(title, 80),
        "title_en": _plain(title_en, 80),
        "intro": _plain(intro, 500),
        "intro_en": _plain(intro_en, 500),
        "colour": _checked_colour(colour),
        "kinds": _checked_kinds(kinds),
        "contact": _checked_contact(contact),
        "shows_orders": shows_orders,
        "in_search_engines": in_search_engines,
    }
    if before == after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    row.save()
    changed = [name for name in _FIELDS if before[name] != after[name]]
    audit.record(
        shop.pk,
        actor,
        "help_centre.saved",
        f"shop-{shop.pk}",
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return row


def _plain(text: str, most: int) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").strip()[:most]


def _checked_colour(colour: str) -> str:
    plain = colour.strip().lstrip("#").lower()
    if not _COLOUR.fullmatch(plain):
        raise DomainError(
            gettext_noop("A colour has six hexadecimal digits, such as 1f3a5f."), field="colour"
        )
    return plain


def _checked_kinds(kinds: Sequence[str]) -> list[str]:
    if unknown := set(kinds) - set(ARTICLE_KINDS):
        raise DomainError(f"Unknown kinds: {', '.join(sorted(unknown))}.", field="kinds")
    return [kind for kind in ARTICLE_KINDS if kind in kinds]


def _checked_contact(contact: str) -> str:
    """A page over http(s) or an address of mail; whatever else a link could do is refused."""
    plain = _plain(contact, 300)
    if not plain:
        return ""
    parts = urlsplit(plain)
    if parts.scheme in ("http", "https") and parts.hostname and not re.search(r"[\s\"'<>]", plain):
        return plain
    try:
        validate_email(plain)
    except ValidationError:
        text = gettext_noop("Give the address of a page (https://…) or of mail (care@shop.example).")
        raise DomainError(text, field="contact") from None
    return plain
