"""Who a visitor is, proven in one of two ways.

By an order's number and the last four digits of its customer's phone: few tries, counted in the database per
visitor and per order number, and each one audited. A wrong try is answered alike whatever was wrong with it,
after the same work. Or by a token that the shop's own server has signed for a customer whom it knows.

One visitor's wrong tries close an order for this visitor alone; to close it for everybody takes several
visitors, and it is open again when their tries are an hour old. Who goes on with ever new addresses is
stopped for the day, before a hundredth of the 10,000 endings is guessed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.commerce.models import Customer, Order, ProofSecret, ProofTry
from goldseam.commerce.order_write import ensure_rows_of_customers
from goldseam.core import audit
from goldseam.core.errors import DomainError, NotAllowed, NotFound
from goldseam.core.locks import take_turns

if TYPE_CHECKING:
    from goldseam.people.models import Shop

SPAN, DAY = timedelta(hours=1), timedelta(days=1)
TRIES_FOR_ONE = 3
"""Wrong tries of one visitor for one order number within `SPAN`."""
TRIES = 6
"""Wrong tries of one visitor within `SPAN`, over all numbers."""
TRIES_OF_ALL = 18
"""Wrong tries of all visitors for one order number within `SPAN`."""
TRIES_A_DAY = 60
"""Wrong tries of all visitors for one order number within a `DAY`."""
LONGEST = timedelta(hours=24)
"""How far ahead a token may expire."""
MOST_TOKEN = 2000
_MOST_NUMBER = 120


class TooManyTries(DomainError):
    """So many wrong tries that no more are looked at for a while."""

    status = 429
    code = "too_many_tries"


def prove_order(shop: Shop, number: str, phone_tail: str, *, who: str) -> Order:
    """The shop's order with this number (and its customer), if its customer's phone ends with these four
    digits. `who` tries: a visitor or an address. Raises NotFound alike for whatever is wrong, TooManyTries
    when there were too many. Must not run inside a transaction: a wrong try stays counted."""
    number, tail = _plain(number)[:_MOST_NUMBER], _plain(phone_tail)
    if not number or not (len(tail) == 4 and tail.isascii() and tail.isdigit()):
        raise DomainError(
            gettext_noop("Please give the order number and the last four digits of the phone number."),
            field="phone_tail" if number else "number",
        )
    with transaction.atomic(durable=True):
        order = _tried(shop, number, tail, who)
    if order is None:
        raise NotFound(
            gettext_noop("There is no order with this number and these digits. Please check both."),
            field="number",
        )
    return order


def _tried(shop: Shop, number: str, tail: str, who: str) -> Order | None:
    """One counted try, in turn with others of the same visitor or for the same number."""
    now = timezone.now()
    bare = number.lstrip("#")
    by_who, by_number = _hidden(shop.pk, f"who {who}"), _hidden(shop.pk, f"number {bare}")
    by_both = _hidden(shop.pk, f"who {who} number {bare}")
    for name in sorted((by_who, by_number)):
        take_turns(f"proof-{name}")
    limits = (
        (by_both, TRIES_FOR_ONE, SPAN),
        (by_who, TRIES, SPAN),
        (by_number, TRIES_OF_ALL, SPAN),
        (by_number, TRIES_A_DAY, DAY),
    )
    names = (by_both, by_who, by_number)
    tries = list(ProofTry.objects.filter(key__in=names, at__gt=now - DAY).values_list("key", "at"))
    if any(sum(key == name and at > now - span for key, at in tries) >= most for name, most, span in limits):
        raise TooManyTries(
            gettext_noop("Too many tries. Please try again later, or talk to a person."), field="number"
        )
    found = Order.objects.select_related("customer").filter(shop=shop, external_id__in=[bare, f"#{bare}"])
    order = found.order_by("-placed_at").first()
    right = hmac.compare_digest(_tail_of(order), tail)
    if not right:
        ProofTry.objects.bulk_create([ProofTry(key=name, at=now) for name in names])
        ProofTry.objects.filter(at__lt=now - DAY).delete()
    verb = "order.proved" if right else "order.not_proved"
    after = {"number": number, "who": who[:200]}
    subject = f"order-{order.pk}" if right and order else f"shop-{shop.pk}"
    audit.record(shop.pk, "customer", verb, subject, after=after)
    return order if right else None


def _tail_of(order: Order | None) -> str:
    """The last four digits of the phone; something that no four digits equal when there are none."""
    phone = order.customer.phone if order and order.customer else ""
    digits = "".join(c for c in unicodedata.normalize("NFKC", phone) if c.isascii() and c.isdigit())
    return digits[-4:] if len(digits) >= 4 else "none"


def _plain(text: str) -> str:
    """Without what a keyboard adds: wide digits, spaces, NUL."""
    return "".join(unicodedata.normalize("NFKC", text).replace("\x00", "").split())


def _hidden(shop_id: int, word: str) -> str:
    """A key that says nothing to whoever reads the table."""
    return hashlib.sha256(f"{shop_id} {word}".encode(errors="replace")).hexdigest()


@transaction.atomic
def rotate_proof_secret(shop: Shop, *, actor: str) -> str:
    """A new secret for the shop's server, to be shown once; what the old one signed opens nothing more."""
    secret = "gss_" + secrets.token_urlsafe(32)
    ProofSecret.objects.update_or_create(shop=shop, defaults={"secret": secret, "made_at": timezone.now()})
    audit.record(shop.pk, actor, "proof.rotated", f"shop-{shop.pk}")
    return secret


def proof_secret_made_at(shop_id: int) -> datetime | None:
    """Since when the shop's present secret counts; None when it has none."""
    return ProofSecret.objects.filter(shop_id=shop_id).values_list("made_at", flat=True).first()


def sign_customer(secret: str, external_id: str, expires: datetime) -> str:
    """The token for a customer, as the shop's server makes it: the claims as compact JSON and their
    HMAC-SHA256, both in base64url without padding, with a dot between them."""
    body = _packed(orjson.dumps({"customer": external_id, "expires": int(expires.timestamp())}))
    return f"{body}.{_seal(secret, body)}"


def customer_of_token(shop: Shop, token: str) -> Customer:
    """The customer for whom the shop's server signed the token; a new row when they are not known yet. Raises
    NotAllowed when it is not the shop's, is over, or lasts too long."""
    external_id = _checked(shop.pk, token)
    return Customer.objects.get(pk=ensure_rows_of_customers(shop.pk, [external_id])[external_id])


def _checked(shop_id: int, token: str) -> str:
    """The customer's id from a token that counts now."""
    secret = ProofSecret.objects.filter(shop_id=shop_id).values_list("secret", flat=True).first()
    body, dot, seal = token.partition(".")
    known = hmac.compare_digest(_seal(secret or secrets.token_hex(), body).encode(), seal.encode())
    if secret is None or not dot or len(token) > MOST_TOKEN or not known:
        raise NotAllowed(gettext_noop("This token was not signed with the shop's secret."), code="bad_token")
    claims = _claims(body)
    external_id, expires = claims.get("customer"), claims.get("expires")
    if not isinstance(external_id, str) or not 0 < len(external_id.strip()) <= 120 or "\x00" in external_id:
        raise NotAllowed(gettext_noop('This token names no customer: it needs "customer".'), code="bad_token")
    if not isinstance(expires, int) or isinstance(expires, bool):
        raise NotAllowed(gettext_noop('This token needs "expires", in Unix seconds.'), code="bad_token")
    now = timezone.now().timestamp()
    if expires <= now:
        raise NotAllowed(
            gettext_noop("This token is over; the shop's page gives a new one."), code="token_over"
        )
    if expires > now + LONGEST.total_seconds():
        raise NotAllowed(gettext_noop("This token lasts longer than 24 hours."), code="bad_token")
    return external_id.strip()


def _claims(body: str) -> dict[str, object]:
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _seal(secret: str, body: str) -> str:
    return _packed(hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest())


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
