"""Mood: label, intensity, words, course; sarcasm and negation."""

from __future__ import annotations

import pytest

from goldseam.engine.text.tables import ReadingTables
from tests.engine.text.talk import reading


@pytest.mark.parametrize(
    ("text", "labels", "low", "high"),
    [
        ("请问什么时候发货?", {"calm", "anxious"}, 0, 1),
        ("七天无理由退货怎么操作", {"calm"}, 0, 0),
        ("麻烦帮我开一张发票,谢谢", {"calm", "grateful"}, 0, 1),
        ("你们这群骗子!!!气死我了,垃圾店,去死吧!", {"angry"}, 3, 3),
        ("太失望了,再也不会买了", {"disappointed", "angry"}, 1, 3),
        ("急急急!明天就要用了,求求你们快点", {"anxious"}, 2, 3),
        ("我崩溃了,我哭了一晚上", {"distressed"}, 2, 3),
        ("非常感谢,客服太耐心了,爱你们", {"grateful"}, 0, 3),
        ("真棒呢,等了俩礼拜等来一箱碎渣", {"angry", "disappointed"}, 1, 3),
        ("可真行,三天了连个回复都没有,服务真好啊", {"angry"}, 1, 3),
        ("This is absolutely disgusting, worst company ever!!!", {"angry"}, 2, 3),
        ("Could you tell me when it ships?", {"calm", "anxious"}, 0, 1),
        ("Oh great, another broken one. Well done.", {"angry", "disappointed"}, 1, 3),
        ("Thank you so much, you've been brilliant", {"grateful"}, 0, 3),
        ("I'm really worried it won't arrive in time for the wedding", {"anxious"}, 1, 3),
    ],
)
def test_moods(tables: ReadingTables, text: str, labels: set[str], low: int, high: int) -> None:
    emotion = reading(tables, text).emotion
    assert emotion.label in labels
    assert low <= emotion.intensity <= high


def test_the_course_follows_the_talk(tables: ReadingTables) -> None:
    emotion = reading(
        tables, "请问快递到哪了", "请稍等", "还没好吗?", "请耐心等待", "你们到底管不管!!!气死我了,我要投诉!"
    ).emotion
    assert len(emotion.course) == 3
    assert emotion.course[-1] > emotion.course[0] + 0.8
    assert emotion.label == "angry"


def test_a_bare_number_does_not_calm_anyone(tables: ReadingTables) -> None:
    emotion = reading(tables, "垃圾店铺!!骗子!!退钱!!", "请提供订单号", "313021098954").emotion
    assert emotion.intensity >= 2


def test_thanks_after_help_set_it_anew(tables: ReadingTables) -> None:
    emotion = reading(tables, "怎么回事啊,气死了!", "已为您退款", "收到了,谢谢,非常感谢你").emotion
    assert emotion.label == "grateful"


def test_keywords_are_the_customers_words(tables: ReadingTables) -> None:
    text = "太过分了,气死我了"
    emotion = reading(tables, text).emotion
    assert emotion.keywords
    assert all(word in text for word in emotion.keywords)


def test_danger_is_never_calm(tables: ReadingTables) -> None:
    assert reading(tables, "我不想活了").emotion.intensity == 3
    assert reading(tables, "我不想活了").emotion.label == "distressed"
    assert reading(tables, "孩子被烫伤了").emotion.intensity >= 2
