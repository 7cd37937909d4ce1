"""The contract, through the real command: every line answered, in order, with exactly the agreed keys."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from goldseam.engine.assessment import HANDOVER_REASONS, PRIORITIES, RISK_LEVELS

GOOD = {"id": "c-1", "messages": [{"role": "customer", "text": "快递停了三天了,孩子开学要用!"}]}
ORDER = {
    "id": "8801",
    "status": "shipped",
    "total": 1299.0,
    "promised_delivery_by": "2026-11-19",
    "currency": "CNY",
    "items": [{"sku": "1", "title": "儿童书桌"}],
    "shipment": {
        "carrier": "京东快递",
        "tracking_no": "JD1234567890",
        "events": [{"at": "2026-11-19T10:00:00+08:00", "status": "in_transit", "location": "广州中转"}],
    },
}
WHOLE = {
    **GOOD,
    "now": "2026-11-22T10:00:00+08:00",
    "locale": "zh-CN",
    "orders": [ORDER],
    "customer": {"id": "u", "tier": "vip", "contacts_30d": 3},
}


def run(command: str, data: bytes, *more: str) -> tuple[int, list[Any], str]:
    """Status, JSON lines out, and what was said on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "goldseam.site.cli", command, *more],
        input=data,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def lines(*values: Any) -> bytes:
    return b"".join(
        (v if isinstance(v, bytes) else json.dumps(v, ensure_ascii=False).encode()) + b"\n" for v in values
    )


def test_the_keys_are_exactly_those_of_the_contract() -> None:
    status, (found,), _ = run("assess", lines(WHOLE))
    assert status == 0
    assert list(found) == [
        "id",
        "language",
        "issue",
        "emotion",
        "signals",
        "entities",
        "order_id",
        "liability",
        "risk",
        "priority",
        "handover",
        "remedies",
        "draft",
        "model",
        "elapsed_ms",
    ]
    assert set(found["issue"]) == {"code", "confidence", "alternatives"}
    assert all(set(a) == {"code", "confidence"} for a in found["issue"]["alternatives"])
    assert set(found["emotion"]) == {"label", "intensity", "keywords"}
    assert all(set(s) == {"code", "evidence"} for s in found["signals"])
    assert set(found["entities"]) == {"order_ids", "tracking_nos", "skus", "amounts", "dates", "phones"}
    assert set(found["liability"]) == {"party", "confidence", "evidence"}
    assert set(found["risk"]) == {"score", "level", "factors"}
    assert all(set(f) == {"code", "weight", "evidence"} for f in found["risk"]["factors"])
    assert set(found["handover"]) == {"needed", "reason"}
    assert all(
        set(r) == {"code", "score", "amount", "currency", "needs_approval", "policy", "why"}
        for r in found["remedies"]
    )
    assert set(found["draft"]) == {"text", "source"}
    assert set(found["model"]) == {"engine", "issue", "policy_pack"}


def test_the_contracts_own_example_comes_out_as_it_says() -> None:
    _, (found,), _ = run("assess", lines(WHOLE))
    assert found["id"] == "c-1"
    assert found["language"] == "zh"
    assert found["issue"]["code"] == "logistics.delay"
    assert found["order_id"] == "8801"
    assert found["liability"]["party"] == "carrier"
    assert found["priority"] in PRIORITIES
    assert found["risk"]["level"] in RISK_LEVELS
    assert found["handover"]["reason"] in (*HANDOVER_REASONS, None)
    assert found["remedies"][0]["code"] == "expedite"
    assert found["remedies"][0]["policy"] == "carrier-stalled-48h"
    assert found["draft"]["source"] == "template"
    assert "广州中转" in found["draft"]["text"]
    assert found["model"]["policy_pack"].startswith("default@")
    assert found["elapsed_ms"] > 0
    assert sum(f["weight"] for f in found["risk"]["factors"]) == pytest.approx(
        found["risk"]["score"], abs=1e-9
    )


BAD_LINES: dict[str, tuple[bytes, Any, str, str]] = {
    "not a conversation": (lines({"id": "a"}), "a", "messages", "is required"),
    "a missing text": (
        lines({"id": "a", "messages": [{"role": "customer"}]}),
        "a",
        "messages[0].text",
        "is required",
    ),
    "broken JSON": (b'{"id": "a", "messages": [\n', None, "", "is not valid JSON (column 2"),
    "no JSON at all": (b"hello\n", None, "", "is not valid JSON (column 1)"),
    "an empty object": (b"{}\n", None, "id", "is required"),
    "a list": (b"[1]\n", None, "", "must be an object, not a list"),
    "invalid UTF-8": (
        b'{"id": "a", "messages": [{"role": "customer", "text": "\xff"}]}\n',
        "a",
        "",
        "byte 56 of the line is not valid UTF-8",
    ),
    "GBK": (
        '{"id": "a", "messages": [{"role": "customer", "text": "快递"}]}\n'.encode("gbk"),
        "a",
        "",
        "byte 56 of the line is not valid UTF-8",
    ),
    "NaN": (
        b'{"id": "a", "messages": [{"role": "customer", "text": "x"}], '
        b'"orders": [{"id": "1", "total": NaN}]}\n',
        "a",
        "orders[0].total",
        "must be a finite number",
    ),
    "NaN elsewhere": (
        b'{"id": "a", "messages": [{"role": "customer", "text": "x"}], "more": NaN}\n',
        "a",
        "",
        "is not valid JSON: NaN",
    ),
    "a number for an id": (lines({**GOOD, "id": 12}), 12, "id", "must be a string, not a number"),
    "a blank line between": (b"\n", None, "", "the line is empty"),
    "nested too deeply": (b"[" * 100_000 + b"]" * 100_000 + b"\n", None, "", "is nested too deeply"),
    "a huge number": (
        b'{"id": "a", "messages": [{"role": "customer", "text": "x"}], "customer": {"contacts_30d": '
        + b"9" * 5000
        + b"}}\n",
        None,
        "",
        "is not valid JSON",
    ),
}


@pytest.fixture(scope="module")
def mixed() -> tuple[int, list[Any]]:
    """One run over all bad lines, each between good ones."""
    data = b"".join(lines({**GOOD, "id": name}) + bad for name, (bad, *_) in BAD_LINES.items()) + lines(GOOD)
    status, found, _ = run("assess", data)
    return status, found


def test_no_line_is_dropped_and_the_status_tells_of_bad_ones(mixed: tuple[int, list[Any]]) -> None:
    status, found = mixed
    assert status == 1
    assert len(found) == 2 * len(BAD_LINES) + 1
    assert [f["id"] for f in found[::2]] == [*BAD_LINES, "c-1"]
    assert all("error" not in f for f in found[::2])


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_answered_on_its_line(name: str, mixed: tuple[int, list[Any]]) -> None:
    _, identifier, path, message = BAD_LINES[name]
    found = mixed[1][2 * list(BAD_LINES).index(name) + 1]
    assert set(found) == {"id", "error"}
    assert found["id"] == identifier
    assert found["error"]["path"] == path
    assert found["error"]["message"].startswith(message)


def test_byte_order_mark_windows_ends_and_trailing_blanks_are_fine() -> None:
    data = b"\xef\xbb\xbf" + lines(GOOD).replace(b"\n", b"\r\n") + b"\n  \n"
    status, found, _ = run("assess", data)
    assert status == 0
    assert [f["id"] for f in found] == ["c-1"]


def test_the_last_line_needs_no_end_and_nothing_in_is_nothing_out() -> None:
    assert run("assess", lines(GOOD).rstrip(b"\n"))[:2][0] == 0
    assert run("assess", b"") == (0, [], "")


def test_line_separators_inside_texts_do_not_split_a_line() -> None:
    odd = {**GOOD, "messages": [{"role": "customer", "text": "第一行\u2028第二行\x85第三行\x0c"}]}
    status, found, _ = run("assess", lines(odd))
    assert (status, len(found)) == (0, 1)


def test_half_surrogates_in_escapes_are_read() -> None:
    status, found, _ = run(
        "assess", b'{"id": "a", "messages": [{"role": "customer", "text": "\\ud83d \\u5feb\\u9012"}]}\n'
    )
    assert (status, found[0]["id"]) == (0, "a")


def test_facts_alone_are_judged_before_anybody_has_spoken() -> None:
    late = {"promised_delivery_by": "2026-10-19"}
    early = {"promised_delivery_by": "2026-12-19"}
    status, found, _ = run(
        "assess", lines(*({**WHOLE, "messages": [], "orders": [{**ORDER, **p}]} for p in (late, early)))
    )
    assert status == 0
    assert found[0]["issue"]["code"] == "other"
    assert found[0]["risk"]["score"] > found[1]["risk"]["score"]


def test_a_file_and_standard_input_give_the_same(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(lines(WHOLE, GOOD))
    by_file, by_pipe = run("assess", b"", str(file))[1], run("assess", lines(WHOLE, GOOD))[1]
    for one in (*by_file, *by_pipe):
        del one["elapsed_ms"]
    assert by_file == by_pipe


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    status, found, said = run("assess", b"", str(tmp_path / "none.jsonl"))
    assert (status, found) == (2, [])
    assert "none.jsonl" in said


def test_a_folder_without_models_is_named(tmp_path: Path) -> None:
    status, _, said = run("assess", lines(GOOD), "--models", str(tmp_path))
    assert status == 2
    assert str(tmp_path) in said
    assert "Traceback" not in said


def test_the_command_needs_no_django() -> None:
    code = (
        "import sys; sys.argv=['goldseam','assess']; from goldseam.site.cli import main\n"
        "try: main()\nexcept SystemExit: pass\nprint('django' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=b"", capture_output=True, check=True, timeout=60
    )
    assert done.stdout.strip() == b"False"


def test_check_reply_has_exactly_the_keys_of_the_contract() -> None:
    asked = {
        "id": "r-1",
        "text": "亲,今天一定给您发出,再补偿您200元红包,真的很抱歉",
        "author": {"role": "agent", "limit": 50.0},
        "conversation": {**WHOLE, "orders": [{**ORDER, "status": "paid", "shipment": None}]},
    }
    status, (found,), _ = run("check-reply", lines(asked))
    assert status == 0
    assert list(found) == ["id", "commitments", "tone", "verdict", "elapsed_ms"]
    assert all(
        set(c) == {"kind", "span", "text", "due", "amount", "verdict", "why", "policy", "rewrite"}
        for c in found["commitments"]
    )
    assert all(set(t) == {"kind", "span", "why", "rewrite"} for t in found["tone"])
    ship, money = found["commitments"]
    assert (ship["kind"], ship["text"], ship["due"]) == (
        "ship_by",
        "今天一定给您发出",
        "2026-11-22T23:59:59+08:00",
    )
    assert asked["text"][slice(*ship["span"])] == ship["text"]
    assert (money["kind"], money["text"], money["amount"], money["verdict"]) == (
        "compensation",
        "补偿您200元红包",
        200.0,
        "needs_approval",
    )


BAD_REPLIES: list[tuple[dict[str, Any], str]] = [
    ({"id": "r"}, "text"),
    ({"id": "r", "text": 1}, "text"),
    ({"id": "r", "text": "x", "author": []}, "author"),
    ({"id": "r", "text": "x", "author": {"limit": "50"}}, "author.limit"),
    ({"id": "r", "text": "x", "conversation": {"id": "c", "messages": {}}}, "conversation.messages"),
    (
        {"id": "r", "text": "x", "conversation": {"id": "c", "messages": [{"role": "customer"}]}},
        "conversation.messages[0].text",
    ),
]


def test_check_reply_names_what_is_wrong() -> None:
    status, found, _ = run("check-reply", lines(*(bad for bad, _ in BAD_REPLIES)))
    assert status == 1
    assert [f["error"]["path"] for f in found] == [path for _, path in BAD_REPLIES]
