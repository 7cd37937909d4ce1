"""The first person who can sign in."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import transaction
from django.utils import translation

from goldseam.people.actions import add_person, create_shop

if TYPE_CHECKING:
    from goldseam.people.models import Role


class WrongInput(ValueError):
    """What was given cannot be used; the message says what and why."""


def make_admin(
    email: str, name: str, shop: str, shop_name: str, password: Callable[[], str], *, limit: Decimal
) -> str:
    """Make `email` an admin of the shop; asks for a password only when the person is new."""
    email = email.strip().lower()
    for validate, value, what in ((validate_email, email, "e-mail address"), (validate_slug, shop, "shop")):
        try:
            validate(value)
        except ValidationError:
            raise WrongInput(f"{value!r} cannot be used as {what}.") from None
    agents = get_user_model()
    known = agents.objects.filter(email=email).exists()
    secret = None if known else password()
    if secret is not None:
        try:
            with translation.override("en"):
                validate_password(secret, agents(email=email, name=name))
        except ValidationError as error:
            raise WrongInput(_words(error)) from None
    with transaction.atomic():
        place = create_shop(shop, shop_name, actor="cli")
        add_person(place, email, name, secret, role=cast("Role", "admin"), limit=limit, actor="cli")
    return f"{email} is admin of {place.name}" + (" (name and password as before)" if known else "")


def _words(error: ValidationError) -> str:
    """All messages, in the language of the command line."""
    with translation.override("en"):
        return "\n".join(error.messages)
