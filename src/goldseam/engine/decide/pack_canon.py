"""The one way to write a pack down: lists are lists, sets are sorted, defaults are left out, keys have
one order. Two packs that mean the same have the same canonical form, whatever file they came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goldseam.engine.decide.policy import CHOICE_FIELDS, NUMBER_FIELDS, SET_FIELDS


def canonical(data: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical form of a pack that has no errors of form."""
    return {
        "name": data["name"],
        "version": int(data["version"]),
        "locales": _list(data["locales"]),
        "currencies": _list(data["currencies"]),
        "default_role": data.get("default_role", "agent"),
        "authority": {
            role: {period: _number(limit) for period, limit in limits.items()}
            for role, limits in data["authority"].items()
        },
        "follow_up_hours": {key: _number(hours) for key, hours in data["follow_up_hours"].items()},
        "product_classes": {name: _list(words) for name, words in data["product_classes"].items()},
        "rules": [canonical_rule(rule) for rule in data["rules"]],
    }


def canonical_rule(raw: Mapping[str, Any]) -> dict[str, Any]:
    """One rule of a pack that has no errors of form."""
    rule: dict[str, Any] = {
        "id": raw["id"],
        "effect": raw.get("effect", "allow"),
        "remedy": sorted(_list(raw["remedy"])),
        "when": {name: _condition(name, value) for name, value in raw.get("when", {}).items()},
        "payer": raw.get("payer", "seller"),
        "words": {key: text for key, text in raw.get("words", {}).items() if text},
        "source": {key: text for key, text in raw.get("source", {}).items() if text},
    }
    for flag in ("disabled", "asked"):
        if raw.get(flag):
            rule[flag] = True
    if raw.get("amount"):
        rule["amount"] = _amount(raw["amount"])
    if raw.get("grants"):
        rule["grants"] = {role: _number(limit) for role, limit in raw["grants"].items()}
    if raw.get("evidence"):
        rule["evidence"] = _list(raw["evidence"])
    if raw.get("promise_hours") is not None:
        rule["promise_hours"] = _number(raw["promise_hours"])
    if raw.get("merit"):
        rule["merit"] = _number(raw["merit"])
    rule.update({key: raw[key] for key in ("valid_from", "valid_to") if raw.get(key)})
    return rule


def _amount(raw: Mapping[str, Any]) -> dict[str, Any]:
    amount: dict[str, Any] = {"kind": raw["kind"]}
    if raw["kind"] != "full":
        amount["value"] = _number(raw.get("value", 0))
    if raw.get("cap") is not None:
        amount["cap"] = _number(raw["cap"])
    return amount


def _condition(name: str, value: Any) -> Any:
    if name in SET_FIELDS and isinstance(value, dict):
        return {"none": sorted(_list(value["none"]))}
    if name in SET_FIELDS or name in CHOICE_FIELDS:
        return sorted(_list(value))
    if name in NUMBER_FIELDS:
        return {end: _number(value[end]) for end in ("min", "max") if value.get(end) is not None}
    return value


def _list(value: Any) -> list[str]:
    return list(dict.fromkeys(value if isinstance(value, list) else [value]))


def _number(value: float | None) -> float | int | None:
    """Whole numbers without a fraction, so that 50 and 50.0 are one."""
    return None if value is None else int(value) if float(value).is_integer() else float(value)
