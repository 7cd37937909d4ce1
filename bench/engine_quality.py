"""How well the engine reads: own corpus on unseen writers, order meant, and outside data where present.

    python bench/engine_quality.py [--json FILE] [--data FOLDER] [--train] [--rivals]

The own-corpus figures come from models fitted without the held-out writers. `--data` names a folder with
the development data sets (default: the environment's GOLDSEAM_EVAL_DATA); what is absent is left out.
`--train` also trains on 80 % of them; `--rivals` compares with SnowNLP and cnsenti when they are installed.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from goldseam.engine.assess import assess  # noqa: E402
from goldseam.engine.facts import Conversation, Message  # noqa: E402
from goldseam.engine.tables import Tables  # noqa: E402
from goldseam.engine.text.read import read  # noqa: E402
from goldseam.engine.text.tables import ReadingTables  # noqa: E402
from goldseam.workshop.calibrate import expected_calibration_error  # noqa: E402
from goldseam.workshop.corpus import SIGNALS, Example, held_out_writers, load_corpus, split  # noqa: E402
from goldseam.workshop.load import build_reading, load_tables  # noqa: E402
from goldseam.workshop.measures import area_under_curve, rank_correlation  # noqa: E402
from goldseam.workshop.train import train  # noqa: E402
from goldseam.workshop.train_reader import (  # noqa: E402
    bags_of,
    blank_outlook,
    bootstrap_tables,
    fit,
    temperatures_of,
    to_model,
)

LATER_VOICES = "zwa"
"""Writers from this name on came last; without them the figures compare with those from before."""
CRITICAL = ("self_harm", "injury", "threat_to_staff")
Row = tuple[str, str, str]


def conversation_of(example: Example) -> Conversation:
    """A corpus line with the turns before it."""
    turns = [Message(role, text) for role, text in example.before]
    return Conversation(example.origin, (*turns, Message("customer", example.text)))


def unseen_writer_tables() -> tuple[ReadingTables, list[Example], list[Example]]:
    """Reading tables fitted without the held-out writers, the training lines and the test lines."""
    examples = load_corpus()
    bags = {id(e): bag for e, bag in zip(examples, bags_of(examples, bootstrap_tables()), strict=True)}
    train_part, test_part = split(examples, held_out_writers(examples))
    inner_train, inner_test = split(train_part, held_out_writers(train_part))
    inner = fit(inner_train, [bags[id(e)] for e in inner_train])
    temperatures = temperatures_of(inner, inner_test, [bags[id(e)] for e in inner_test])
    model = to_model(fit(train_part, [bags[id(e)] for e in train_part]), "held-out", temperatures)
    lines = list({e.origin: e for e in test_part}.values())
    return build_reading(model, model, model, blank_outlook()), train_part, lines


def own_corpus(tables: ReadingTables, lines: Sequence[Example]) -> dict[str, Any]:
    """Issue, mood and signals on unseen writers."""
    readings = [read(conversation_of(line), tables) for line in lines]
    truth = [line.issues[0] for line in lines]
    tops = [[r.issue.code, *[a.code for a in r.issue.alternatives[:2]]] for r in readings]
    right = np.array([t == top[0] for t, top in zip(truth, tops, strict=True)])
    result: dict[str, Any] = {"lines": len(lines)}
    for language in ("zh", "en"):
        chosen = np.array([line.language == language for line in lines])
        result[f"issue_top1_{language}"] = float(right[chosen].mean())
    result["issue_top1"] = float(right.mean())
    result["issue_top3"] = float(np.mean([t in top for t, top in zip(truth, tops, strict=True)]))
    result["issue_top1_any_named"] = float(
        np.mean([top[0] in line.issues for line, top in zip(lines, tops, strict=True)])
    )
    result["issue_calibration_error"] = expected_calibration_error(
        np.array([r.issue.confidence for r in readings]), right
    )
    result["mood_label_accuracy"] = float(
        np.mean([r.emotion.label == line.label for r, line in zip(readings, lines, strict=True)])
    )
    truth_mood = np.array([float(line.intensity) for line in lines])
    result["mood_spearman"] = rank_correlation(np.array([r.emotion.course[-1] for r in readings]), truth_mood)
    result["signals"] = signal_measures([{s.code for s in r.signals} for r in readings], lines)
    return result


def signal_measures(found: Sequence[set[str]], lines: Sequence[Example]) -> dict[str, Any]:
    """Recall and precision of each signal and of all together."""
    table: dict[str, Any] = {}
    hits = said = real = 0
    for code in SIGNALS:
        both = sum(code in f and code in line.signals for f, line in zip(found, lines, strict=True))
        claimed, true = sum(code in f for f in found), sum(code in line.signals for line in lines)
        hits, said, real = hits + both, said + claimed, real + true
        table[code] = {
            "n": true,
            "recall": both / true if true else None,
            "precision": both / claimed if claimed else None,
        }
    table["all"] = {"n": real, "recall": hits / real, "precision": hits / said}
    return table


def plain_linear(train_part: Sequence[Example], lines: Sequence[Example]) -> float:
    """What a user would pick instead: TF-IDF character n-grams and logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2), LogisticRegression(C=10, max_iter=120)
    )
    model.fit([e.text for e in train_part], [e.issues[0] for e in train_part])
    return float(np.mean(model.predict([e.text for e in lines]) == np.array([e.issues[0] for e in lines])))


def order_meant(tables: ReadingTables) -> dict[str, float]:
    """The 400 conversations of the tests."""
    from tests.engine.text.order_cases import cases

    every = cases()
    ids = [read(case.conversation, tables).order.id for case in every]
    right = [found == case.expected for found, case in zip(ids, every, strict=True)]
    wrong_order = [
        found is not None and found != case.expected for found, case in zip(ids, every, strict=True)
    ]
    return {"cases": len(every), "right": float(np.mean(right)), "wrong_order": float(np.mean(wrong_order))}


def rivals(lines: Sequence[Example]) -> dict[str, float]:
    """Mood of the Chinese lines by libraries, as Spearman against the labelled intensity."""
    chosen = [line for line in lines if line.language == "zh"]
    truth = np.array([0.0 if line.label == "grateful" else float(line.intensity) for line in chosen])
    result: dict[str, float] = {}
    try:
        from snownlp import SnowNLP

        result["snownlp"] = rank_correlation(
            np.array([1 - SnowNLP(e.text).sentiments for e in chosen]), truth
        )
    except ImportError:
        pass
    try:
        from cnsenti import Sentiment

        judge = Sentiment()
        scores = [judge.sentiment_count(e.text) for e in chosen]
        result["cnsenti"] = rank_correlation(
            np.array([s["neg"] - s["pos"] for s in scores], dtype=float), truth
        )
    except ImportError:
        pass
    return result


def negative_mood(tables: ReadingTables, lines: Sequence[Example]) -> float:
    """The engine on the rivals' task: displeasure of a Chinese line (gratitude counts as none)."""
    chosen = [line for line in lines if line.language == "zh"]
    truth = np.array([0.0 if line.label == "grateful" else float(line.intensity) for line in chosen])
    moods = [read(conversation_of(line), tables).emotion for line in chosen]
    return rank_correlation(
        np.array([-m.course[-1] if m.label == "grateful" else m.course[-1] for m in moods]), truth
    )


def replies() -> dict[str, Any]:
    """Commitments and hurtful words found in labelled replies that taught nothing: worded as staff words
    things, and on purpose as hardly anybody does."""
    from tests.engine.reply.labelled import read_labelled, read_tone, score_commitments, score_tone

    sets = {"usual": ("promises3", "promises4"), "unusual": ("promises8",)}
    result: dict[str, Any] = {}
    for language in ("zh", "en"):
        for name, files in sets.items():
            texts = [reply for file in files for reply in read_labelled(f"{file}.{language}.txt")]
            score = score_commitments(texts, language)
            found = {"precision": score.precision, "recall": score.recall}
            result[f"{name}_{language}"] = {"labelled": sum(len(r.wanted) for r in texts), **found}
        tone = score_tone(read_tone(f"tone3.{language}.txt"), language)
        result[f"tone_{language}"] = {"precision": tone.precision, "recall": tone.recall}
    return result


# --- outside data, for development only -----------------------------------------------------------------


def helpdesk(folder: Path) -> list[dict[str, Any]]:
    """Judged complaint dialogues as labelled lines; risk is the mean judgement turned round."""
    rows = []
    for line in (folder / "helpdesk_zh" / "stc3_open.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        messages = [
            {"role": "customer" if turn["sender"] == "customer" else "agent", "text": turn["text"]}
            for turn in item["turns"]
        ]
        conversation = {"id": item["id"], "messages": messages}
        rows.append({"conversation": conversation, "label": {"risk": (2 - item["satisfaction"]) / 4}})
    order = np.random.default_rng(0).permutation(len(rows))
    return [rows[place] for place in order]


def satisfaction(folder: Path) -> list[list[dict[str, Any]]]:
    """Dialogues judged turn by turn, grouped by dialogue."""
    groups: list[list[dict[str, Any]]] = []
    before: list[str] = []
    for number, line in enumerate((folder / "satisfaction_zh" / "jddc_uss_valid.txt").open(encoding="utf-8")):
        fields = line.rstrip("\n").split("\t")
        turns = [turn.partition("|||") for turn in ast.literal_eval(fields[0])]
        said = [user for user, _, _ in turns]
        if not before or said[: len(before)] != before:
            groups.append([])
        before = said
        messages = []
        for user, _, agent in turns:
            messages.append({"role": "customer", "text": user})
            if agent.strip():
                messages.append({"role": "agent", "text": agent})
        label = {"risk": (1.0, 0.5, 0.0)[int(fields[2])]}
        groups[-1].append({"conversation": {"id": f"u{number}", "messages": messages}, "label": label})
    order = np.random.default_rng(1).permutation(len(groups))
    return [groups[place] for place in order]


INTENTS = {
    "使用咨询": "product.how_to",
    "支付方式": "payment.issue",
    "订单无故取消": "order.cancel",
    "价保申请流程": "price.protection",
    "查询取消是否成功": "order.cancel",
    "价保条件": "price.protection",
    "修改订单": "order.change",
    "预约配送时间": "order.change",
    "如何取消订单": "order.cancel",
    "保修期保质期": "warranty.repair",
    "退款到哪儿": "refund.progress",
    "保修返修及退换货政策": "refund.return",
    "发错货": "product.wrong_item",
    "电子发票": "invoice",
    "是否提供发票": "invoice",
    "拒收": "refund.return",
    "返回地址": "refund.return",
    "审核时效": "refund.progress",
    "优惠券获得方式": "promo.dispute",
    "充值未到账充值到账时间": "payment.issue",
    "白条还款方式": "payment.issue",
    "物流损": "logistics.damaged",
    "恢复订单": "order.cancel",
    "下单备注": "order.change",
    "价保记录查询": "price.protection",
    "什么时间出库": "logistics.not_shipped",
    "手机邮件相关问题": "account.privacy",
    "礼品卡使用": "payment.issue",
    "近期活动咨询": "promo.dispute",
    "纠纷单申请": "refund.rejected",
    "代收": "logistics.courier_service",
    "能否自提": "logistics.courier_service",
}


def intents(folder: Path) -> list[dict[str, Any]]:
    """Utterances whose intent has a code of ours."""
    rows = []
    for line in (folder / "intents_zh" / "jddc_intents_dev.tsv").read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) == 3 and fields[2] in INTENTS:
            conversation = {"id": fields[0], "messages": [{"role": "customer", "text": fields[1]}]}
            rows.append({"conversation": conversation, "label": {"issue": INTENTS[fields[2]]}})
    order = np.random.default_rng(2).permutation(len(rows))
    return [rows[place] for place in order]


def _conversation(row: dict[str, Any], turns: int | None = None) -> Conversation:
    messages = row["conversation"]["messages"][:turns]
    return Conversation(row["conversation"]["id"], tuple(Message(m["role"], m["text"]) for m in messages))


def _risk(tables: Tables, rows: Sequence[dict[str, Any]], turns: int | None = None) -> np.ndarray:
    return np.array([assess(_conversation(row, turns), tables).risk.score for row in rows])


def _trained(task: str, rows: Sequence[dict[str, Any]]) -> Tables:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.jsonl"
        data.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        train(task, data, Path(folder) / "models")
        return load_tables(Path(folder) / "models")


def outside(folder: Path, tables: Tables, with_training: bool) -> dict[str, Any]:
    """All figures that the development data allow."""
    result: dict[str, Any] = {}
    if (folder / "helpdesk_zh").is_dir():
        rows = helpdesk(folder)
        truth = np.array([row["label"]["risk"] for row in rows])
        bad = truth >= 0.625
        scores = _risk(tables, rows)
        result["helpdesk_spearman"] = rank_correlation(scores, truth)
        result["helpdesk_auc"] = area_under_curve(scores, bad)
        result["helpdesk_first_turn_spearman"] = rank_correlation(_risk(tables, rows, 1), truth)
        if with_training:
            cut = int(len(rows) * 0.8)
            scores = _risk(_trained("risk", rows[:cut]), rows[cut:])
            result["helpdesk_trained_spearman"] = rank_correlation(scores, truth[cut:])
            result["helpdesk_trained_auc"] = area_under_curve(scores, bad[cut:])
    if (folder / "satisfaction_zh").is_dir():
        groups = satisfaction(folder)
        cut = int(len(groups) * 0.8)
        late = [row for group in groups[cut:] for row in group]
        wrong = np.array([row["label"]["risk"] == 1.0 for row in late])
        result["satisfaction_auc"] = area_under_curve(_risk(tables, late), wrong)
        if with_training:
            early = [row for group in groups[:cut] for row in group]
            result["satisfaction_trained_auc"] = area_under_curve(_risk(_trained("risk", early), late), wrong)
    if (folder / "intents_zh").is_dir():
        rows = intents(folder)
        result["intents_accuracy"] = _issue_accuracy(tables, rows)
        if with_training:
            cut = int(len(rows) * 0.8)
            result["intents_trained_accuracy"] = _issue_accuracy(_trained("issue", rows[:cut]), rows[cut:])
    return result


def _issue_accuracy(tables: Tables, rows: Sequence[dict[str, Any]]) -> float:
    said = [read(_conversation(row), tables.reading).issue.code for row in rows]
    return float(np.mean([code == row["label"]["issue"] for code, row in zip(said, rows, strict=True)]))


def speed(tables: Tables) -> dict[str, float]:
    """Processor time of a six-turn conversation with five orders."""
    from tests.engine.text.order_cases import cases

    base = next(case.conversation for case in cases() if len(case.conversation.orders) >= 5)
    talk = (
        "你好",
        "在的",
        "上周买的那个怎么还没到",
        "请稍等,帮您看一下物流",
        "都停了三天了!再不到我要投诉12315",
        "已为您催促",
    )
    messages = tuple(Message(("customer", "agent")[place % 2], text) for place, text in enumerate(talk))
    conversation = Conversation("speed", messages, now=base.now, orders=base.orders[:5])
    times = []
    for _ in range(600):
        started = time.process_time()
        assess(conversation, tables)
        times.append((time.process_time() - started) * 1000)
    ordered = sorted(times[100:])
    return {
        "mean_ms": float(np.mean(ordered)),
        "p50_ms": ordered[len(ordered) // 2],
        "p99_ms": ordered[int(len(ordered) * 0.99)],
    }


def flatten(results: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested results as dotted names."""
    rows: list[tuple[str, Any]] = []
    for name, value in results.items():
        rows += flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else [(prefix + name, value)]
    return rows


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("GOLDSEAM_EVAL_DATA", "/nonexistent"))
    )
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--rivals", action="store_true")
    options = parser.parse_args()
    started = time.perf_counter()
    tables = load_tables()
    results: dict[str, Any] = {"load_s": time.perf_counter() - started}
    results["speed"] = speed(tables)
    results["order"] = order_meant(tables.reading)
    results["replies"] = replies()
    results |= outside(options.data, tables, options.train)
    held_out, train_part, lines = unseen_writer_tables()
    results["own"] = own_corpus(held_out, lines)
    results["earlier"] = own_corpus(held_out, [line for line in lines if line.writer < LATER_VOICES])
    if options.rivals:
        results["own"]["plain_linear_issue_top1"] = plain_linear(train_part, lines)
        results["own"]["displeasure_spearman"] = {"goldseam": negative_mood(held_out, lines), **rivals(lines)}
    for name, value in flatten(results):
        print(f"{name:48} {value:.4f}" if isinstance(value, float) else f"{name:48} {value}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
