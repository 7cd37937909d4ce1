"""Drafts, four eyes, going back; and two people at once on a real PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from goldseam.core.errors import Conflict, DomainError, NotAllowed, NotFound
from goldseam.core.models import AuditEntry
from goldseam.people.models import Agent, Shop
from goldseam.policies import actions, queries
from goldseam.policies.admin_needed import loosened_bans, reason_for_admin
from goldseam.policies.models import KeptPack, PackVersion, State
from goldseam.workshop.load_terms import shipped_pack
from tests.policies.packs import rule

pytestmark = pytest.mark.django_db


def gift(name: str = "thank-you", **more: Any) -> dict[str, Any]:
    return rule(
        name, "gift", when={"issue": ["praise"], "order_known": True}, valid_from="2026-01-01", **more
    )


def submitted(shop: Shop, author: Agent, base: str = "default", **more: Any) -> PackVersion:
    draft = actions.start_draft(shop, base, author)
    draft = actions.put_rule(draft, author, gift(**more), revision=draft.revision)
    return actions.submit(draft, author, note="a gift for praise")


def test_the_shipped_packs_decide_until_a_shop_has_its_own(shop: Shop) -> None:
    assert queries.packs_in_force(shop.pk) == (
        queries.shipped_ref("default"),
        queries.shipped_ref("default-en"),
    )


def test_a_change_takes_two_people(shop: Shop, author: Agent, lead: Agent) -> None:
    version = submitted(shop, author)
    assert queries.packs_in_force(shop.pk)[0].version_id is None
    with pytest.raises(NotAllowed):
        actions.publish(version, author)
    published = actions.publish(version, lead)
    ref = queries.packs_in_force(shop.pk)[0]
    assert (ref.label, ref.version_id, ref.digest) == ("bowls.default@1", published.pk, published.digest)
    assert (published.author, published.approver) == (author, lead)
    verbs = list(
        AuditEntry.objects.filter(subject=f"policy-version-{version.pk}").values_list("verb", flat=True)
    )
    assert sorted(verbs) == ["policy.changed", "policy.draft_started", "policy.published", "policy.submitted"]


def test_who_changed_a_draft_may_not_approve_it(shop: Shop, author: Agent, lead: Agent, boss: Agent) -> None:
    draft = actions.start_draft(shop, "default", author)
    draft = actions.put_rule(draft, lead, gift(), revision=0)
    version = actions.submit(draft, author)
    for hand in (author, lead):
        with pytest.raises(NotAllowed):
            actions.publish(version, hand)
    actions.publish(version, boss)


def test_agents_and_strangers_stay_outside(shop: Shop, author: Agent, helper: Agent, lead: Agent) -> None:
    version = submitted(shop, author)
    with pytest.raises(NotAllowed):
        actions.publish(version, helper)
    with pytest.raises(NotAllowed):
        actions.start_draft(shop, "default-en", helper)
    with pytest.raises(NotAllowed):
        queries.access_version(helper, version.pk)
    stranger = Agent.objects.create_user("x@elsewhere.test", "x" * 20, "X")
    with pytest.raises(NotFound):
        queries.access_version(stranger, version.pk)


def test_more_authority_needs_an_admin(shop: Shop, author: Agent, lead: Agent, boss: Agent) -> None:
    draft = actions.start_draft(shop, "default", author)
    head = {
        "authority": draft.body["authority"] | {"agent": {"per_case": 60, "per_day": 500, "per_month": 5000}}
    }
    version = actions.submit(actions.put_head(draft, author, head, revision=0), author)
    with pytest.raises(NotAllowed):
        actions.publish(version, lead)
    actions.publish(version, boss)
    beyond = actions.start_draft(shop, "default", author)
    back = rule(
        "all-back",
        "return_refund",
        when={"issue": ["praise"], "delivered": True},
        grants={"agent": None},
        merit=0.3,
    )
    assert reason_for_admin(actions.put_rule(beyond, author, back, revision=0)) == "authority"


def without_ban(shop: Shop, hand: Agent, name: str = "fraud-no-money") -> PackVersion:
    draft = actions.start_draft(shop, "default", hand)
    return actions.submit(actions.remove_rule(draft, hand, name, revision=0), hand)


def test_less_that_is_forbidden_needs_an_admin(shop: Shop, author: Agent, lead: Agent, boss: Agent) -> None:
    version = without_ban(shop, author)
    assert (reason_for_admin(version), loosened_bans(version)) == ("bans", ("fraud-no-money",))
    with pytest.raises(NotAllowed):
        actions.publish(version, lead)
    assert actions.publish(version, boss).state == State.PUBLISHED


def test_an_admins_own_change_of_what_is_forbidden_takes_one_more_person(
    shop: Shop, author: Agent, lead: Agent, boss: Agent
) -> None:
    version = without_ban(shop, boss)
    assert reason_for_admin(version) == ""
    draft = actions.take_back(version, lead)
    shared = actions.submit(actions.put_rule(draft, author, gift(), revision=draft.revision), boss)
    with pytest.raises(NotAllowed):  # the admin need not have seen what the lead changed
        actions.publish(shared, lead)
    actions.discard(actions.take_back(shared, lead), lead)
    actions.publish(without_ban(shop, boss), lead)


def test_going_back_to_less_that_is_forbidden_needs_an_admin(
    shop: Shop, author: Agent, lead: Agent, boss: Agent
) -> None:
    loose = actions.publish(without_ban(shop, author), boss)
    strict = actions.start_draft(shop, "default", author)
    ban = next(r for r in shipped_pack("default")["rules"] if r["id"] == "fraud-no-money")
    strict = actions.put_rule(strict, author, ban, revision=0)
    actions.publish(actions.submit(strict, author), lead)
    loose.refresh_from_db()
    with pytest.raises(NotAllowed):
        actions.roll_back(shop, "default", lead, target=loose)
    actions.roll_back(shop, "default", boss, target=loose)
    actions.roll_back(shop, "default", lead, target=None)


def test_what_the_check_forbids_is_not_handed_in(shop: Shop, author: Agent, lead: Agent) -> None:
    draft = actions.start_draft(shop, "default", author)
    with pytest.raises(DomainError, match="Nothing has been changed"):
        actions.submit(draft, author)
    draft = actions.put_rule(draft, author, gift(grants={"agent": None}), revision=0)
    with pytest.raises(DomainError, match="errors"):
        actions.submit(draft, author)
    with pytest.raises(actions.BadPack) as caught:
        actions.put_rule(draft, author, rule("other", when={"weather": "rain"}), revision=1)
    assert [(f.rules, f.cell) for f in caught.value.findings] == [(("other",), "when.weather")]
    assert PackVersion.objects.get().revision == 1


def test_a_stale_page_overwrites_nothing(shop: Shop, author: Agent, lead: Agent) -> None:
    draft = actions.start_draft(shop, "default", author)
    actions.put_rule(draft, author, gift(), revision=0)
    with pytest.raises(Conflict):
        actions.put_rule(draft, lead, gift("second"), revision=0)


def test_rules_are_switched_renamed_and_removed(shop: Shop, author: Agent) -> None:
    draft = actions.start_draft(shop, "default", author)
    draft = actions.switch_rule(draft, author, "invoice-asked", revision=0, on=False)
    assert next(r for r in draft.body["rules"] if r["id"] == "invoice-asked")["disabled"] is True
    draft = actions.switch_rule(draft, author, "invoice-asked", revision=1, on=True)
    assert "disabled" not in next(r for r in draft.body["rules"] if r["id"] == "invoice-asked")
    draft = actions.put_rule(draft, author, gift("renamed"), revision=2, before="invoice-asked")
    draft = actions.remove_rule(draft, author, "renamed", revision=3)
    names = [r["id"] for r in draft.body["rules"]]
    assert "renamed" not in names
    assert "invoice-asked" not in names
    with pytest.raises(NotFound):
        actions.remove_rule(draft, author, "renamed", revision=4)


def test_going_back(shop: Shop, author: Agent, lead: Agent) -> None:
    first = actions.publish(submitted(shop, author), lead)
    second = actions.publish(submitted(shop, author, name="more"), lead)
    first.refresh_from_db()
    assert (first.state, second.number) == (State.RETIRED, 2)
    assert actions.roll_back(shop, "default", author, target=first) == "bowls.default@1"
    assert queries.packs_in_force(shop.pk)[0].version_id == first.pk
    assert actions.roll_back(shop, "default", author, target=None) == queries.shipped_ref("default").label
    assert queries.packs_in_force(shop.pk)[0].version_id is None
    with pytest.raises(Conflict):
        actions.roll_back(shop, "default", author, target=None)
    draft = actions.start_draft(shop, "default", author, source=second)
    assert (draft.number, draft.based_on) == (3, second)
    with pytest.raises(Conflict):
        actions.roll_back(shop, "default", author, target=draft)


def test_returned_and_discarded(shop: Shop, author: Agent, lead: Agent) -> None:
    version = submitted(shop, author)
    with pytest.raises(Conflict):
        actions.put_rule(version, author, gift("late"), revision=version.revision)
    with pytest.raises(Conflict):
        actions.start_draft(shop, "default", lead)
    draft = actions.take_back(version, lead, reason="too generous")
    actions.discard(draft, author)
    assert actions.start_draft(shop, "default", lead).number == 2


def test_every_releases_packs_are_kept_once() -> None:
    actions.keep_shipped_packs()
    kept = KeptPack.objects.get(label=queries.shipped_ref("default").label)
    assert kept.body == shipped_pack("default")
    assert queries.digest_of(kept.body) == kept.digest


def test_an_old_label_is_found_again(shop: Shop, author: Agent, lead: Agent) -> None:
    version = actions.publish(submitted(shop, author), lead)
    assert queries.ref_of_label(shop.pk, "bowls.default@1")[1] == version.body
    KeptPack.objects.create(label="default@0", digest="d", body={"old": True})
    assert queries.ref_of_label(shop.pk, "default@0", "d")[1] == {"old": True}
    for label, digest in (("bowls.default@9", ""), ("default@0", "other"), ("nonsense", "")):
        with pytest.raises(NotFound):
            queries.ref_of_label(shop.pk, label, digest)
    other = Shop.objects.create(slug="other", name="Other")
    with pytest.raises(NotFound):
        queries.ref_of_label(other.pk, "bowls.default@1")


def test_the_pack_in_force_costs_one_query(shop: Shop, author: Agent, lead: Agent) -> None:
    actions.publish(submitted(shop, author), lead)
    with CaptureQueriesContext(connection) as asked:
        queries.packs_in_force(shop.pk)
    assert len(asked) == 1


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Each call in a thread with a connection of its own; exceptions are answers too."""
    gate, answers = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        try:
            gate.wait()
            answers.append(call())
        except DomainError as error:
            answers.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_publish_once(shop: Shop, author: Agent, lead: Agent, boss: Agent) -> None:
    version = submitted(shop, author)
    answers = at_once(lambda: actions.publish(version, lead), lambda: actions.publish(version, boss))
    assert sorted(type(a).__name__ for a in answers) == ["Conflict", "PackVersion"]
    assert AuditEntry.objects.filter(verb="policy.published").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_drafts_at_once_are_one(shop: Shop, author: Agent, lead: Agent) -> None:
    answers = at_once(*(lambda who=who: actions.start_draft(shop, "default", who) for who in (author, lead)))
    assert sorted(type(a).__name__ for a in answers) == ["Conflict", "PackVersion"]


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_lose_nothing(shop: Shop, author: Agent, lead: Agent) -> None:
    draft = actions.start_draft(shop, "default", author)
    answers = at_once(
        lambda: actions.put_rule(draft, author, gift("one"), revision=0),
        lambda: actions.put_rule(draft, lead, gift("two"), revision=0),
    )
    assert sorted(type(a).__name__ for a in answers) == ["Conflict", "PackVersion"]
    draft.refresh_from_db()
    assert len({"one", "two"} & {r["id"] for r in draft.body["rules"]}) == 1


@pytest.mark.django_db(transaction=True)
def test_approval_and_return_at_once_are_one_of_them(shop: Shop, author: Agent, lead: Agent) -> None:
    version = submitted(shop, author)
    answers = at_once(lambda: actions.publish(version, lead), lambda: actions.take_back(version, author))
    version.refresh_from_db()
    assert sorted(type(a).__name__ for a in answers) == ["Conflict", "PackVersion"]
    assert version.state in (State.PUBLISHED, State.DRAFT)
