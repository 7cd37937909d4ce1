"""Proof of identity on a real database: by order number and digits, and by the shop's token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from goldseam.commerce import actions
from goldseam.commerce.models import Customer, Order, ProofSecret, ProofTry
from goldseam.commerce.proving import DAY, LONGEST, SPAN, TRIES, TRIES_A_DAY, TRIES_FOR_ONE, TRIES_OF_ALL
from goldseam.core.errors import DomainError, NotAllowed, NotFound
from goldseam.core.models import AuditEntry
from goldseam.people.models import Shop

WHO = "203.0.113.9"


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_with_orders("s")


def shop_with_orders(slug: str) -> Shop:
    shop = Shop.objects.create(slug=slug, name="小店")
    for key, phone in (
        ("1001", "138 0000 1234"),
        ("#1002", "+86-139-0000-5678"),
        ("1003", ""),
        ("1004", "12"),
    ):
        customer = Customer.objects.create(shop=shop, external_id=f"u-{key}", phone=phone)
        Order.objects.create(shop=shop, external_id=key, customer=customer, status="shipped")
    Order.objects.create(shop=shop, external_id="1005", status="shipped")
    return shop


@pytest.mark.parametrize(
    ("number", "tail", "external_id"),
    [
        ("1001", "1234", "1001"),
        (" 1001 ", "１２３４", "1001"),
        ("#1001", "1234", "1001"),
        ("1002", "5678", "#1002"),
        ("#1002", "56 78", "#1002"),
    ],
)
def test_the_right_digits_open_the_order(shop: Shop, number: str, tail: str, external_id: str) -> None:
    order = actions.prove_order(shop, number, tail, who=WHO)
    assert order.external_id == external_id
    assert order.customer is not None
    entry = AuditEntry.objects.get(verb="order.proved")
    assert (entry.shop_id, entry.subject, entry.after) == (
        shop.pk,
        f"order-{order.pk}",
        {"number": number.strip(), "who": WHO},
    )
    assert not ProofTry.objects.exists()


WRONG = [
    pytest.param("1001", "9999", id="other digits"),
    pytest.param("9999", "1234", id="no such order"),
    pytest.param("1003", "0000", id="no phone"),
    pytest.param("1004", "0012", id="a phone too short"),
    pytest.param("1005", "0000", id="no customer"),
    pytest.param("1001' OR 1=1 --", "1234", id="hostile"),
    pytest.param("1001\x00", "0000", id="nul"),
]


@pytest.mark.parametrize(("number", "tail"), WRONG)
def test_whatever_is_wrong_is_answered_alike_after_the_same_work(shop: Shop, number: str, tail: str) -> None:
    with (
        CaptureQueriesContext(
            connection,
        ) as plain,
        pytest.raises(NotFound) as told,
    ):
        actions.prove_order(shop, "1001", "0001", who="somebody else")
    with CaptureQueriesContext(connection) as queries, pytest.raises(NotFound) as also:
        actions.prove_order(shop, number, tail, who=WHO)
    assert (also.value.message, also.value.code, also.value.field) == (
        told.value.message,
        told.value.code,
        told.value.field,
    )
    assert len(queries) == len(plain)
    entry = AuditEntry.objects.filter(verb="order.not_proved").latest("pk")
    assert entry.subject == f"shop-{shop.pk}", "the trail does not say either which order it would have been"


def test_another_shops_order_is_nobodys(shop: Shop) -> None:
    other = Shop.objects.create(slug="other", name="别家")
    with pytest.raises(NotFound):
        actions.prove_order(other, "1001", "1234", who=WHO)


@pytest.mark.parametrize(
    ("number", "tail"),
    [("", "1234"), ("1001", ""), ("1001", "123"), ("1001", "abcd"), ("1001", "12345"), ("1001", "١٢٣٤")],
)
def test_what_is_no_try_is_said_and_not_counted(shop: Shop, number: str, tail: str) -> None:
    with pytest.raises(DomainError) as told:
        actions.prove_order(shop, number, tail, who=WHO)
    assert told.value.code == "invalid"
    assert told.value.field in ("number", "phone_tail")
    assert not ProofTry.objects.exists()


def wrong(shop: Shop, number: str, who: str) -> None:
    with pytest.raises(NotFound):
        actions.prove_order(shop, number, "0000", who=who)


def test_a_visitor_has_few_tries_over_all_numbers(shop: Shop) -> None:
    for number in range(TRIES):
        wrong(shop, f"n-{number}", WHO)
    with pytest.raises(actions.TooManyTries):
        actions.prove_order(shop, "1001", "1234", who=WHO)
    assert actions.prove_order(shop, "1001", "1234", who="another visitor")


def test_a_stranger_closes_an_order_for_themselves_only(shop: Shop) -> None:
    for number in range(TRIES_FOR_ONE):
        wrong(shop, "1001" if number % 2 else "#1001", "stranger")
    with pytest.raises(actions.TooManyTries):
        actions.prove_order(shop, "1001", "1234", who="stranger")
    assert actions.prove_order(shop, "1001", "1234", who=WHO), "its customer is not locked out"
    assert TRIES_OF_ALL >= 5 * TRIES_FOR_ONE, "it takes several strangers to close it for all"


@pytest.mark.parametrize("number", ["1001", "8888"], ids=["an order", "no such order"])
def test_an_order_has_few_tries_over_all_visitors(shop: Shop, number: str) -> None:
    for visitor in range(TRIES_OF_ALL):
        wrong(shop, number, f"visitor {visitor}")
    with pytest.raises(actions.TooManyTries):
        actions.prove_order(shop, number, "1234", who=WHO)
    assert actions.prove_order(shop_with_orders("t"), "1001", "1234", who=WHO), "other shops' are their own"
    ProofTry.objects.update(at=timezone.now() - SPAN - timedelta(seconds=1))
    assert actions.prove_order(shop, "1002", "5678", who=WHO)
    wrong(shop, number, WHO)


def test_who_goes_on_guessing_all_day_is_stopped_before_a_hundredth_is_guessed(shop: Shop) -> None:
    for visitor in range(TRIES_A_DAY):
        wrong(shop, "1001", f"visitor {visitor}")
        ProofTry.objects.update(at=timezone.now() - SPAN - timedelta(seconds=1))
    with pytest.raises(actions.TooManyTries):
        actions.prove_order(shop, "1001", "1234", who=WHO)
    ProofTry.objects.update(at=timezone.now() - DAY - timedelta(seconds=1))
    assert actions.prove_order(shop, "1001", "1234", who=WHO)
    assert TRIES_A_DAY <= 10_000 / 100


def test_tries_are_forgotten_after_a_while(shop: Shop) -> None:
    for number in range(TRIES):
        wrong(shop, f"n-{number}", WHO)
    ProofTry.objects.update(at=timezone.now() - SPAN - timedelta(seconds=1))
    assert actions.prove_order(shop, "1001", "1234", who=WHO)
    ProofTry.objects.update(at=timezone.now() - DAY - timedelta(seconds=1))
    wrong(shop, "1001", WHO)
    assert ProofTry.objects.count() == 3, "old ones are cleared away"


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_time_are_counted_one_by_one() -> None:
    shop = shop_with_orders("s")

    def attempt(number: int) -> str:
        try:
            actions.prove_order(shop, "1001", f"{number:04}", who=WHO)
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "right"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(2000, 2016)))
    assert answers.count("not_found") == TRIES_FOR_ONE
    assert answers.count("too_many_tries") == 16 - TRIES_FOR_ONE


def sign(secret: str, claims: object) -> str:
    """As a shop's server signs, written down once more and independently."""
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    seal = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return body + "." + base64.urlsafe_b64encode(seal).rstrip(b"=").decode()


def soon() -> int:
    return int((timezone.now() + timedelta(hours=1)).timestamp())


def test_a_signed_token_names_its_customer(shop: Shop) -> None:
    secret = actions.rotate_proof_secret(shop, actor="agent-1")
    known = actions.customer_of_token(shop, sign(secret, {"customer": "u-1001", "expires": soon()}))
    assert known == Customer.objects.get(shop=shop, external_id="u-1001")
    ours = actions.sign_customer(secret, "u-新", timezone.now() + timedelta(minutes=5))
    assert actions.customer_of_token(shop, ours).external_id == "u-新"


BAD: list[object] = [
    pytest.param(lambda s: "", "bad_token", id="empty"),
    pytest.param(lambda s: "a.b", "bad_token", id="no token"),
    pytest.param(lambda s: "é.é", "bad_token", id="no base64"),
    pytest.param(
        lambda s: sign("gss_guessed", {"customer": "u-1001", "expires": soon()}), "bad_token", id="forged"
    ),
    pytest.param(
        lambda s: sign(s, {"customer": "u", "expires": soon()})[:-6] + "AAAAAA", "bad_token", id="broken seal"
    ),
    pytest.param(lambda s: sign(s, {"customer": "u", "expires": 1}), "token_over", id="over"),
    pytest.param(
        lambda s: sign(s, {"customer": "u", "expires": soon() + LONGEST.total_seconds()}),
        "bad_token",
        id="too long",
    ),
    pytest.param(
        lambda s: sign(s, {"customer": "u", "expires": soon() + 90_000}), "bad_token", id="lasts too long"
    ),
    pytest.param(lambda s: sign(s, {"customer": "u", "expires": True}), "bad_token", id="no moment"),
    pytest.param(lambda s: sign(s, {"customer": "u"}), "bad_token", id="no end"),
    pytest.param(lambda s: sign(s, {"customer": " ", "expires": soon()}), "bad_token", id="no customer"),
    pytest.param(
        lambda s: sign(s, {"customer": "x" * 121, "expires": soon()}), "bad_token", id="long customer"
    ),
    pytest.param(lambda s: sign(s, {"customer": "u\x00", "expires": soon()}), "bad_token", id="nul"),
    pytest.param(lambda s: sign(s, ["u", 1]), "bad_token", id="a list"),
    pytest.param(lambda s: sign(s, {"customer": "u" * 5000, "expires": soon()}), "bad_token", id="huge"),
]


@pytest.mark.parametrize(("make", "code"), BAD)
def test_any_other_token_opens_nothing(shop: Shop, make: Callable[[str], str], code: str) -> None:
    secret = actions.rotate_proof_secret(shop, actor="agent-1")
    with pytest.raises(NotAllowed) as told:
        actions.customer_of_token(shop, make(secret))
    assert told.value.code == code
    assert Customer.objects.filter(shop=shop).count() == 4


def test_a_new_secret_ends_the_old_tokens_and_a_foreign_shops_count_nowhere(shop: Shop) -> None:
    token = sign(
        actions.rotate_proof_secret(shop, actor="agent-1"), {"customer": "u-1001", "expires": soon()}
    )
    other = Shop.objects.create(slug="other", name="别家")
    with pytest.raises(NotAllowed):
        actions.customer_of_token(other, token)
    actions.rotate_proof_secret(other, actor="agent-1")
    with pytest.raises(NotAllowed):
        actions.customer_of_token(other, token)
    assert actions.customer_of_token(shop, token)
    actions.rotate_proof_secret(shop, actor="agent-1")
    with pytest.raises(NotAllowed):
        actions.customer_of_token(shop, token)
    assert AuditEntry.objects.filter(shop_id=shop.pk, verb="proof.rotated").count() == 2
    secret = ProofSecret.objects.get(shop=shop).secret
    assert not any(secret in str(entry.after) for entry in AuditEntry.objects.all())
