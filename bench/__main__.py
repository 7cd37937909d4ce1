"""`make bench`: run every measurement, print a table, write it to docs/benchmarks.md.

    python -m bench [--quick] [NAME ...]

Each measurement is a module that prints one JSON object and runs in a process of its own, some several
times; the table shows the median of the runs and their spread. `--quick` runs each once.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

REPORT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
RESULTS = REPORT.with_name("benchmarks.json")


SHARED = Path(os.environ.get("GOLDSEAM_SHARED_DATA", REPORT.parent.parent.parent / "shared" / "data"))
QUALITY_ARGUMENTS = ("--rivals", *(("--data", str(SHARED), "--train") if SHARED.is_dir() else ()))
"""Public data is measured where it lies beside the project; without it those lines are left out."""


@dataclass(frozen=True)
class Figure:
    """One line of the table: a key of a measurement's JSON, in words, with its target."""

    key: str
    words: str
    target: float | None = None
    at_most: bool = False

    def verdict(self, value: float) -> str:
        """Whether the target is reached, or by how much it is missed."""
        if self.target is None:
            return ""
        reached = value <= self.target if self.at_most else value >= self.target
        return "reached" if reached else f"missed by {abs(value - self.target) / (self.target or 1):.0%}"

    def goal(self) -> str:
        """The target in words."""
        if self.target is None:
            return "–"
        return f"{'≤' if self.at_most else '≥'} {self.target:g}"


@dataclass(frozen=True)
class Measurement:
    """A module of this folder, how often it runs, and which of its figures are shown."""

    module: str
    title: str
    runs: int
    figures: tuple[Figure, ...]
    arguments: tuple[str, ...] = ()
    writes_file: bool = False
    """Whether it prints a table of its own and writes its JSON to the file named with --json."""


MEASUREMENTS = (
    Measurement(
        "engine_speed",
        "Engine alone: 6 turns, 5 orders, one core",
        5,
        (
            Figure("conversations_per_second", "conversations per second", 1000),
            Figure("p50_ms", "milliseconds, p50"),
            Figure("p99_ms", "milliseconds, p99", 5, at_most=True),
            Figure("memory_mb", "memory of the process, MB", 250, at_most=True),
            Figure("start_s", "start until the first assessment, s", 2, at_most=True),
        ),
    ),
    Measurement(
        "policy_speed",
        "Policy pack of 200 rules, per decision",
        3,
        (
            Figure("ms_per_decision_p50", "milliseconds, p50"),
            Figure("ms_per_decision_p95", "milliseconds, p95", 1, at_most=True),
            Figure("ms_whole_judgement_p95", "with risk, liability, reasons and draft, p95"),
        ),
    ),
    Measurement(
        "ledger_speed",
        "Money: 100,000 past requests simulated, the ledger's page with 20,000 entries",
        1,
        (
            Figure("simulator_s", "simulator, all issues and each one, s", 5, at_most=True),
            Figure("ledger_page_p95_ms", "ledger page with its sums, milliseconds, p95", 200, at_most=True),
        ),
    ),
    Measurement(
        "typing_check",
        "Check of a reply while typing, through the running site",
        1,
        (
            Figure("p50_ms", "milliseconds, p50"),
            Figure("p95_ms", "milliseconds, p95", 50, at_most=True),
            Figure("after_news_p95_ms", "the first one after news of the conversation, p95"),
        ),
    ),
    Measurement(
        "bot_turn",
        "A customer's message with the bot's answer, through the running site, without a language model",
        1,
        (
            Figure("p50_ms", "milliseconds, p50"),
            Figure("p95_ms", "milliseconds, p95", 150, at_most=True),
            Figure("off_p50_ms", "the same with the bot switched off, p50"),
            Figure("bot_alone_p50_ms", "what the bot adds, p50"),
        ),
    ),
    Measurement(
        "engine_quality",
        "Reading and risk: own corpus (writers never seen in training), public data for development",
        1,
        (
            Figure("own.issue_top1", "own corpus: issue, top 1", 0.90),
            Figure("own.issue_top3", "own corpus: issue, top 3", 0.97),
            Figure("own.plain_linear_issue_top1", "the same with a plain TF-IDF linear model"),
            Figure("own.mood_spearman", "own corpus: mood intensity, Spearman", 0.80),
            Figure("own.displeasure_spearman.goldseam", "displeasure on the Chinese lines, Spearman"),
            Figure("own.displeasure_spearman.snownlp", "the same with SnowNLP"),
            Figure("own.displeasure_spearman.cnsenti", "the same with cnsenti"),
            Figure("own.signals.all.recall", "own corpus: signals, recall", 0.95),
            Figure("own.signals.all.precision", "own corpus: signals, precision", 0.90),
            Figure("earlier.issue_top1", "without the voices that came last: issue, top 1"),
            Figure("earlier.issue_top3", "without them: issue, top 3"),
            Figure("earlier.mood_spearman", "without them: mood intensity, Spearman"),
            Figure("earlier.signals.all.recall", "without them: signals, recall"),
            Figure("earlier.signals.all.precision", "without them: signals, precision"),
            Figure("own.signals.self_harm.recall", "self_harm, recall", 1.0),
            Figure("own.signals.injury.recall", "injury, recall", 1.0),
            Figure("own.signals.threat_to_staff.recall", "threat_to_staff, recall", 1.0),
            Figure(
                "replies.usual_zh.precision", "replies, usual wording, Chinese: commitments, precision", 0.95
            ),
            Figure("replies.usual_zh.recall", "replies, usual wording, Chinese: commitments, recall", 0.95),
            Figure(
                "replies.usual_en.precision", "replies, usual wording, English: commitments, precision", 0.95
            ),
            Figure("replies.usual_en.recall", "replies, usual wording, English: commitments, recall", 0.95),
            Figure(
                "replies.unusual_zh.precision",
                "replies, unusual wording, Chinese: commitments, precision",
                0.95,
            ),
            Figure(
                "replies.unusual_zh.recall", "replies, unusual wording, Chinese: commitments, recall", 0.95
            ),
            Figure(
                "replies.unusual_en.precision",
                "replies, unusual wording, English: commitments, precision",
                0.95,
            ),
            Figure(
                "replies.unusual_en.recall", "replies, unusual wording, English: commitments, recall", 0.95
            ),
            Figure("replies.tone_zh.precision", "replies, unusual wording, Chinese: tone, precision"),
            Figure("replies.tone_zh.recall", "replies, unusual wording, Chinese: tone, recall"),
            Figure("replies.tone_en.precision", "replies, unusual wording, English: tone, precision"),
            Figure("replies.tone_en.recall", "replies, unusual wording, English: tone, recall"),
            Figure("order.right", "order meant: right or asked", 0.95),
            Figure("order.wrong_order", "order meant: a wrong order"),
            Figure("helpdesk_spearman", "helpdesk_zh: risk, whole dialogue, Spearman", 0.60),
            Figure("helpdesk_auc", "helpdesk_zh: AUC (≤ −0.5)", 0.80),
            Figure("helpdesk_first_turn_spearman", "helpdesk_zh: first turn only", 0.45),
            Figure("helpdesk_trained_spearman", "helpdesk_zh: trained on 80 %, Spearman", 0.78),
            Figure("helpdesk_trained_auc", "helpdesk_zh: trained on 80 %, AUC", 0.90),
            Figure("satisfaction_auc", "satisfaction_zh: dissatisfied turn, AUC", 0.74),
            Figure("satisfaction_trained_auc", "satisfaction_zh: trained on 80 %, AUC", 0.83),
            Figure("intents_accuracy", "intents_zh: accuracy on the 32 clear names", 0.75),
        ),
        arguments=QUALITY_ARGUMENTS,
        writes_file=True,
    ),
    Measurement(
        "live_latency",
        "A message's way to the browser: 20 a second for a minute",
        1,
        (
            Figure("seen", "messages seen in the open pages"),
            Figure("p50_ms", "milliseconds, p50"),
            Figure("p95_ms", "milliseconds, p95", 300, at_most=True),
        ),
    ),
    Measurement(
        "chat_open",
        "200 customers with an open chat at once, each writing twice a minute",
        1,
        (
            Figure("streams_at_once", "live streams open at once", 200),
            Figure("calls", "calls made"),
            Figure("errors", "calls that failed and streams that broke", 0, at_most=True),
            Figure("call_p50_ms", "milliseconds of a call, p50"),
            Figure("call_p95_ms", "milliseconds of a call, p95"),
            Figure("news_p95_ms", "an answer's way to the customer's stream, milliseconds, p95"),
        ),
    ),
    Measurement(
        "inbox_page",
        "Inbox page with 100,000 conversations",
        1,
        (
            Figure("p50_ms", "milliseconds, p50"),
            Figure("p95_ms", "milliseconds, p95", 120, at_most=True),
            Figure("worst_view_p95_ms", "slowest view, p95"),
            Figure("fragment_p50_ms", "fragments (rail, filtered lists, thread, customer …), p50"),
            Figure("fragment_p95_ms", "fragments, p95", 60, at_most=True),
            Figure("worst_fragment_p95_ms", "slowest fragment, p95", 60, at_most=True),
            Figure(
                "first_page_kb", "first page with styles, scripts and icons, KB compressed", 250, at_most=True
            ),
        ),
    ),
    Measurement(
        "fragment_cost",
        "Every fragment of the site with 100,000 conversations: processor time of web and database together",
        1,
        (
            Figure("fragments", "pages and fragments looked at"),
            Figure("p50_ms", "milliseconds, p50"),
            Figure("p95_ms", "milliseconds, p95", 60, at_most=True),
            Figure("worst_ms", "the dearest one", 60, at_most=True),
            Figure("most_statements", "statements, at most", 12, at_most=True),
        ),
    ),
    Measurement(
        "search",
        "Search by meaning: our own questions, and 20,000 articles",
        1,
        (
            Figure("plain_recall_at_3", "plain questions (test half), recall@3", 0.99),
            Figure("hard_recall_at_1", "hard questions (test half), recall@1"),
            Figure("hard_recall_at_3", "hard questions (test half), recall@3", 0.8),
            Figure("ms_p50", "milliseconds among 20,000 articles, p50"),
            Figure("ms_p95", "milliseconds among 20,000 articles, p95", 20, at_most=True),
            Figure("renew_s", "index renewed after a write, s"),
        ),
    ),
    Measurement(
        "service_speed",
        "Finding a person among 200, reckoning clocks",
        1,
        (
            Figure("decision_ms_p95", "the decision alone, 200 people, ms p95", 5, at_most=True),
            Figure(
                "standing_ms_p95", "a clock of 30 runs on a calendar with breaks, ms p95", 10, at_most=True
            ),
            Figure("search_ms_p50", "a person found and assigned on the database, ms p50"),
            Figure("search_ms_p95", "the same, p95", 60, at_most=True),
            Figure("reckon_ms_p50", "a conversation's clocks reckoned anew, ms p50"),
            Figure("reckon_ms_p95", "the same, p95", 30, at_most=True),
        ),
    ),
    Measurement(
        "import_rows",
        "Import of orders",
        3,
        (
            Figure("rows_per_second", "rows per second", 2000),
            Figure("again_rows_per_second", "the same file again: rows per second"),
            Figure("memory_mb_peak", "memory at most, MB"),
        ),
    ),
)


def run(measurement: Measurement, runs: int) -> dict[str, list[float]]:
    """The figures of every run, by key."""
    found: dict[str, list[float]] = {}
    for _ in range(runs):
        for key, value in _flat(_once(measurement)):
            found.setdefault(key, []).append(value)
    return found


def _once(measurement: Measurement) -> dict[str, Any]:
    """One run's JSON."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        command = [sys.executable, "-m", f"bench.{measurement.module}", *measurement.arguments]
        command += ["--json", str(file)] if measurement.writes_file else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"bench.{measurement.module} failed:\n{done.stderr}")
        text = file.read_text("utf-8") if measurement.writes_file else done.stdout[done.stdout.index("{") :]
    figures: dict[str, Any] = json.loads(text)
    return figures


def _flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """The numbers of nested objects, with dotted names."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, int | float):
            yield prefix + key, float(value)


def machine() -> str:
    """What the figures were measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")),
        platform.machine(),
    )
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores ({model}), {memory:.0f} GiB of memory, {platform.system()} "
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}"
    )


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def rows(measurement: Measurement, found: dict[str, list[float]]) -> list[tuple[str, str, str, str]]:
    """Table rows: what, target, median with spread, verdict."""
    lines = []
    for figure in measurement.figures:
        if figure.key not in found:
            continue
        values = found[figure.key]
        median = statistics.median(values)
        spread = f" ({min(values):g} … {max(values):g})" if len(values) > 1 else ""
        lines.append((figure.words, figure.goal(), f"{median:g}{spread}", figure.verdict(median)))
    return lines


def write(results: dict[str, Any]) -> None:
    """docs/benchmarks.md from all results so far, so that one measurement can be renewed alone."""
    parts = [
        "# Benchmarks",
        "",
        "Written by `make bench`: medians of several runs where a spread is shown. How each figure is taken "
        "stands at the top of its module in `bench/`.",
        "",
    ]
    for measurement in MEASUREMENTS:
        if measurement.module not in results:
            continue
        result = results[measurement.module]
        parts += [
            f"## {measurement.title}",
            "",
            f"{result['date']}, {result['machine']}.",
            "",
            "| figure | target | measured | |",
            "|---|---|---|---|",
            *("| " + " | ".join(row) + " |" for row in rows(measurement, result["figures"])),
            "",
        ]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(parts), "utf-8")
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main() -> None:
    """Run what was asked for, show it, write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these measurements")
    parser.add_argument("--quick", action="store_true", help="one run each")
    options = parser.parse_args()
    results: dict[str, Any] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    console = Console()
    for measurement in MEASUREMENTS:
        if options.names and measurement.module not in options.names:
            continue
        with console.status(measurement.title):
            found = run(measurement, 1 if options.quick else measurement.runs)
        results[measurement.module] = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine(),
            "figures": found,
        }
        table = Table("figure", "target", "measured", "", title=measurement.title)
        for row in rows(measurement, found):
            table.add_row(*row)
        console.print(table)
        write(results)


if __name__ == "__main__":
    main()
