"""Names of columns, fields, values and findings for people (translated by the catalogue)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from goldseam.engine.decide.pack_terms import Finding

Words = str | Promise

FIELDS: dict[str, Words] = {
    "issue": _("Issue"),
    "secondary": _("Also mentioned"),
    "signals": _("Signals"),
    "requests": _("The customer asks for"),
    "product_class": _("Class of goods"),
    "order_state": _("Order state"),
    "order_known": _("Order known"),
    "order_total": _("Order total"),
    "shipped": _("Shipped"),
    "delivered": _("Delivered"),
    "delivery_disputed": _("Delivery disputed"),
    "carrier_lost": _("Carrier reports a loss"),
    "carrier_damaged": _("Carrier reports damage"),
    "returned_to_sender": _("Returned to sender"),
    "ship_promise_broken": _("Shipping promise broken"),
    "delivery_promise_broken": _("Delivery promise broken"),
    "has_shipment": _("Has a parcel"),
    "days_since_delivered": _("Days since delivery"),
    "days_since_placed": _("Days since the order"),
    "stalled_hours": _("Hours without a scan"),
    "late_delivery_hours": _("Hours late in delivery"),
    "late_ship_hours": _("Hours late in shipping"),
    "contacts_30d": _("Contacts in 30 days"),
    "complaints_365d": _("Complaints in a year"),
    "refunds_365d": _("Refunds in a year"),
    "orders_365d": _("Orders in a year"),
    "intensity": _("Strength of the mood (0–3)"),
    "risk_score": _("Risk (0–1)"),
    "issue_confidence": _("Certainty of the issue (0–1)"),
    "tier": _("Customer tier"),
    "party": _("Liable party"),
    "payment_method": _("Payment method"),
    "currency": _("Currency"),
    "emotion": _("Mood"),
    "language": _("Language"),
    "priority": _("Priority"),
}

COLUMNS: dict[str, Words] = {
    "id": _("Id"),
    "disabled": _("Disabled"),
    "effect": _("Effect"),
    "remedy": _("Remedies"),
    "asked": _("Only if asked for"),
    "when": _("Conditions"),
    "rules": _("Rules"),
    "amount": _("Amount"),
    "amount.kind": _("Kind of amount"),
    "amount.value": _("Value"),
    "amount.cap": _("At most"),
    "payer": _("Who pays"),
    "grants": _("Who may grant it"),
    "evidence": _("Evidence needed"),
    "promise_hours": _("Done within hours"),
    "merit": _("Precedence"),
    "words": _("Words"),
    "source": _("Source"),
    "valid_from": _("Valid from"),
    "valid_to": _("Valid to"),
    "name": _("Name"),
    "locales": _("For languages"),
    "currencies": _("Currencies"),
    "default_role": _("Usual role"),
    "authority": _("Authority"),
    "follow_up_hours": _("Answer within hours"),
    "product_classes": _("Classes of goods"),
}

STATES: dict[str, Words] = {
    "pending_payment": _("Pending payment"),
    "paid": _("Paid"),
    "processing": _("Processing"),
    "shipped": pgettext_lazy("order state", "Shipped"),
    "delivered": pgettext_lazy("order state", "Delivered"),
    "completed": _("Completed"),
    "cancelled": _("Cancelled"),
    "refunding": _("Refunding"),
    "refunded": _("Refunded"),
    "none": _("No order"),
    "unclear": _("Unclear which order"),
}
ROLES: dict[str, Words] = {
    "bot": _("Bot"),
    "agent": _("Agent"),
    "lead": _("Lead"),
    "admin": _("Admin"),
}
PERIODS: dict[str, Words] = {
    "per_case": _("per case"),
    "per_day": _("per day"),
    "per_month": _("per month"),
}
EFFECTS: dict[str, Words] = {"allow": _("Allowed"), "forbid": _("Forbidden")}
KINDS: dict[str, Words] = {
    "fixed": _("Fixed amount"),
    "share": _("Share of the order"),
    "full": _("The whole order"),
}
NOBODY: Words = pgettext_lazy("who pays", "Nobody")
BASES: dict[str, Words] = {"default": _("Chinese pack"), "default-en": _("English pack")}
SEVERITIES: dict[str, Words] = {
    "error": _("Must be repaired"),
    "warning": _("Worth a look"),
    "note": _("Good to know"),
}

FINDINGS: dict[str, Words] = {
    "not_a_table": _("This is not a table of values."),
    "not_a_list": _("This is not a list."),
    "not_a_text": _("This is not a text."),
    "bad_text": _("The text is too long or holds invisible signs."),
    "spaces": _("Blanks at the beginning or end: “%(value)s”."),
    "bad_code": _("“%(value)s” cannot be a name: small letters, digits and hyphens only."),
    "bad_number": _("“%(value)s” is not a number from %(low)s to %(high)s."),
    "unknown_value": _("“%(value)s” is not known here. Known are: %(allowed)s."),
    "empty_list": _("At least one value is needed."),
    "long_list": _("More than %(limit)s entries."),
    "comma": _("“%(value)s” holds a comma, which divides values."),
    "twice": _("“%(value)s” stands here twice."),
    "unknown_key": _("There is no column “%(value)s”."),
    "missing": _("This is missing."),
    "duplicate_id": _("The id “%(value)s” is used twice."),
    "not_a_flag": _("This must be yes or no."),
    "no_amount": _("An amount above 0 is needed."),
    "share_over_one": _(
        "A share of %(value)s would be more than the whole order; write 0.05 or 5%% for 5 %%."
    ),
    "bad_date": _("“%(value)s” is not a day like 2026-01-31."),
    "dates_reversed": _("It ends (%(high)s) before it begins (%(low)s)."),
    "bad_condition": _("A set is written as values, or as “not:” with values."),
    "unknown_field": _("There is no fact “%(value)s”."),
    "bad_range": _("A range is written as 7..30, 24.. or ..7."),
    "range_reversed": _("The range begins (%(low)s) above its end (%(high)s)."),
    "no_words": _("Words in the pack's language are missing: what may be said to a customer?"),
    "no_source": _("The source is missing: which law, platform rule or standard of the shop?"),
    "no_translation": _("Words in “%(language)s” are missing, which other rules have."),
    "expired": _("It has not been in force since %(day)s."),
    "not_yet": _("It comes into force on %(day)s."),
    "untold": _("This fact is not known yet when the pack is asked, so the rule never speaks."),
    "never": _("Its conditions contradict each other, so it never speaks."),
    "impossible": _("A remedy that no order in these states allows: %(remedy)s."),
    "contradiction": _("Allowed here, but always forbidden by the other rule: %(remedy)s."),
    "opposed": _("The same conditions with other terms in two rules; the second never speaks: %(remedy)s."),
    "shadowed": _("Whenever this rule holds, another one holds that takes precedence: %(remedy)s."),
    "duplicate": _("The other rule says the same already: %(remedy)s."),
    "overlap": _(
        "They may hold at once with the same precedence, and differ in %(cells)s: the order decides."
    ),
    "terms_of_nothing": _("What is forbidden needs no amount, and no authority but for an exception."),
    "exception_alone": _("An exception is always asked for, and a lead or admin decides: not %(role)s."),
    "ladder": _("%(higher)s (%(high)s) may grant less than %(lower)s (%(low)s)."),
    "periods": _("The limit for the longer time (%(high)s) is below that for the shorter (%(low)s)."),
    "over_authority": _("A gift beyond authority: %(role)s may grant %(limit)s per case, here %(granted)s."),
    "by_right": _("A right: %(role)s may grant %(granted)s here, otherwise %(limit)s per case."),
    "nobody": _("Nobody may grant %(amount)s: the highest limit is %(limit)s."),
    "cap_below": _("The cap (%(cap)s) lies below the amount (%(amount)s)."),
    "no_cap": _("A gift as a share of the order has no cap."),
    "gap": _("Nothing at all can be done in a usual situation."),
    "thin": _("In a usual situation only this remains, which seldom helps: %(remedy)s."),
    "days_gap": _(
        "From day %(low)s to day %(high)s after delivery nothing helps, later something does again."
    ),
}


def column_name(column: str) -> Words:
    """What a column of the table is called; conditions by their fact, authority by role."""
    table, _dot, key = column.partition(".")
    if column in COLUMNS:
        return COLUMNS[column]
    if table == "when":
        return FIELDS.get(key, key)
    if table in ("words", "source", "grants", "authority") and key:
        parts: list[str] = [str(ROLES.get(part) or PERIODS.get(part) or part) for part in key.split(".")]
        return f"{COLUMNS[table]} · {' · '.join(parts)}"
    return f"{COLUMNS[table]} · {key}" if table in COLUMNS and key else column


def finding_text(finding: Finding) -> str:
    """A finding in words."""
    details: Mapping[str, str] = {key: str(ROLES.get(value, value)) for key, value in finding.details.items()}
    cells = details.get("cells")
    if cells:
        details = {**details, "cells": ", ".join(str(column_name(cell)) for cell in cells.split(", "))}
    return str(FINDINGS[finding.code]) % _Known(details)


class _Known(dict[str, str]):
    """Details that a finding does not have are left open in its words."""

    def __missing__(self, key: str) -> str:
        return "…"
