"""The demo's requests fit the shop: people, codes, and amounts that somebody may grant."""

from __future__ import annotations

from goldseam.approvals.authority import MONEY
from goldseam.demo.approvals import wishes
from goldseam.demo.catalogue import world
from goldseam.workshop.load_terms import load_terms


def test_people_and_codes_exist() -> None:
    people = {person["sign_in"]: person["role"] for person in world()["people"]}
    terms = load_terms()
    for wish in wishes()["requests"]:
        assert set(wish["issues"]) <= terms.issues
        assert wish["remedy"] in terms.remedies
        assert wish["amount"] > 0 or wish["remedy"] not in MONEY
        assert people[wish["by"]] == "agent"
        for role in ("decider", "support"):
            assert role not in wish or people[wish[role]] != "agent"
        if wish.get("word") in ("approve", "refuse"):
            assert wish["words"]
    cover = wishes()["cover"]
    assert cover["agent"] != cover["deputy"]
    assert {cover["agent"], cover["deputy"]} <= set(people)


def test_every_ending_is_there() -> None:
    assert {wish.get("word", "waits") for wish in wishes()["requests"]} == {
        "waits",
        "approve",
        "refuse",
        "withdraw",
    }
