"""What counts as giving up a rule that forbids."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from goldseam.engine.decide.pack_bans import loosened
from goldseam.workshop.load_terms import shipped_pack
from tests.policies.packs import ON, TERMS, packs, rule, small_pack


def ban(name: str = "no-gift", remedy: Any = "gift", **more: Any) -> dict[str, Any]:
    when = more.pop("when", {"issue": ["praise", "other"], "refunds_365d": {"min": 6}})
    return rule(name, remedy, effect="forbid", when=when, **{"grants": {"admin": 100}, **more})


OLD = ban(remedy=["gift", "coupon"], valid_from="2026-01-01")


@pytest.mark.parametrize(
    "after",
    [
        [],
        [OLD | {"disabled": True}],
        [OLD | {"effect": "allow"}],
        [OLD | {"remedy": ["gift"]}],
        [OLD | {"when": {"issue": ["praise"], "refunds_365d": {"min": 6}}}],
        [OLD | {"when": {"issue": ["praise", "other"], "refunds_365d": {"min": 7}}}],
        [OLD | {"when": OLD["when"] | {"shipped": True}}],
        [OLD | {"asked": True}],
        [OLD | {"valid_to": "2027-01-01"}],
        [OLD | {"valid_from": "2027-01-01"}],
        [OLD | {"grants": {"admin": 200}}],
        [OLD | {"grants": {"admin": None}}],
        [OLD | {"grants": {"admin": 100, "lead": 1}}],
    ],
)
def test_looser(after: list[dict[str, Any]]) -> None:
    assert loosened(small_pack(OLD), small_pack(*after), TERMS, ON) == ("no-gift",)


@pytest.mark.parametrize(
    "after",
    [
        [OLD],
        [OLD | {"id": "renamed", "words": {"zh": "别的话", "en": "other words"}}],
        [OLD | {"when": {"issue": ["praise", "other"]}}],
        [OLD | {"when": {"issue": ["praise", "other", "invoice"], "refunds_365d": {"min": 5}}}],
        [OLD | {"id": "one", "remedy": ["gift"]}, OLD | {"id": "two", "remedy": ["coupon"]}],
        [
            OLD | {"id": "one", "when": OLD["when"] | {"issue": ["praise"]}},
            OLD | {"id": "two", "when": OLD["when"] | {"issue": ["other"]}},
        ],
        [OLD | {"valid_from": "2026-06-01"}],
        [OLD | {"grants": {}}],
        [OLD | {"grants": {"admin": 50}}],
        [OLD, rule("more", "refund_only", when={"issue": ["praise"]})],
    ],
)
def test_as_strict_or_stricter(after: list[dict[str, Any]]) -> None:
    assert loosened(small_pack(OLD), small_pack(*after), TERMS, ON) == ()


def test_what_had_ended_or_was_disabled_is_not_missed() -> None:
    ended = ban(valid_from="2020-01-01", valid_to="2021-01-01")
    assert loosened(small_pack(ended, OLD | {"id": "off", "disabled": True}), small_pack(), TERMS, ON) == ()


def test_a_class_of_goods_that_shrinks_is_a_loophole() -> None:
    old = small_pack(
        ban("only", when={"product_class": ["custom"]}),
        ban("spared", when={"product_class": {"none": ["fresh"]}}),
    )
    old["product_classes"] = {"custom": ["engraved", "made to order"], "fresh": ["fish"]}
    assert loosened(old, old, TERMS, ON) == ()
    for classes, found in (
        ({"custom": ["engraved"], "fresh": ["fish"]}, ("only",)),
        ({"fresh": ["fish"]}, ("only",)),
        ({"custom": ["engraved", "made to order"], "fresh": ["fish", "phone"]}, ("spared",)),
        ({"custom": ["engraved", "made to order", "dyed"], "fresh": []}, ()),
    ):
        assert loosened(old, old | {"product_classes": classes}, TERMS, ON) == found


def test_the_shipped_pack_without_one_of_its_bans() -> None:
    body = shipped_pack("default")
    bans = [r["id"] for r in body["rules"] if r.get("effect") == "forbid"]
    for name in bans:
        less = body | {"rules": [r for r in body["rules"] if r["id"] != name]}
        assert loosened(body, less, TERMS, ON) == (name,)


@given(packs())
def test_the_same_pack_gives_nothing_up(pack: dict[str, Any]) -> None:
    assert loosened(pack, pack, TERMS, ON) == ()
