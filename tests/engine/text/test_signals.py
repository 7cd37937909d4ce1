"""Danger signs: the critical ones are never missed on plain wordings, and look-alikes stay quiet."""

from __future__ import annotations

import pytest

from goldseam.engine.text.marks import mark
from goldseam.engine.text.signals import Warned, find_signals
from goldseam.engine.text.tables import ReadingTables
from tests.engine.text.talk import codes, reading

SELF_HARM = [
    "我不想活了",
    "活着没意思",
    "真的活不下去了",
    "我想死",
    "我想自杀",
    "不如死了算了",
    "我要跳楼",
    "再不解决我就从楼上跳下去",
    "我割腕给你们看",
    "真想一了百了",
    "活够了",
    "想结束自己的生命",
    "我死给你们看",
    "没有活下去的勇气了",
    "遗书都写好了",
    "你们这是要逼死我",
    "钱没了 我也不想活了",
    "我会去死的 你们满意了吧",
    "吃安眠药算了,睡过去再也不醒",
    "抑郁症犯了,想伤害自己",
    "我要喝农药",
    "我就死在你们公司门口",
    "I want to die",
    "I'm going to kill myself",
    "I want to end my life",
    "I don't want to live anymore",
    "thinking about suicide",
    "I can't go on living",
    "there's nothing left to live for",
    "I feel like ending it all",
    "I'd be better off dead",
    "I want to hurt myself",
    "i dont wanna live anymore",
    "I might as well kill myself",
    "life is not worth living",
    "I'm suicidal",
]
INJURY = [
    "我被烫伤了",
    "孩子的手被割破了流了好多血",
    "用了之后过敏了,满脸红疹",
    "吃完拉肚子进医院了",
    "插上电把我电了一下",
    "玻璃碎片扎到脚了",
    "老人摔骨折了",
    "充电宝爆炸把手炸伤了",
    "喝了以后食物中毒",
    "脸肿了起泡",
    "缝了五针",
    "孩子把纽扣电池吞下去了",
    "刀把手指划破了,流血不止",
    "宝宝吃了呕吐发烧送急诊",
    "电热毯漏电,我触电了",
    "椅子塌了我摔伤了腰",
    "涂完眼睛红肿睁不开",
    "老婆用了这个面霜烂脸了",
    "在医院缝针",
    "砸到我的脚了,肿了",
    "I got burned by the kettle",
    "my son cut his hand on it",
    "it gave me an electric shock",
    "she had an allergic reaction and is in hospital",
    "the glass shattered and I'm bleeding",
    "my daughter choked on a small part",
    "we got food poisoning",
    "it exploded and injured my wife",
    "I broke out in a rash after using it",
    "I needed stitches",
    "the battery burned my leg",
    "my baby swallowed the magnet",
    "I was injured",
]
THREAT = [
    "我要杀了你们",
    "信不信我弄死你",
    "老子去你们公司砍人",
    "我知道你住哪,走着瞧",
    "等着,我带人去砸你们店",
    "我要放火烧了你们仓库",
    "让那个快递员小心点,我打断他的腿",
    "你给我等着,下班路上小心点",
    "我捅死你",
    "我要打死那个客服",
    "见一次打一次",
    "拿刀去找你们",
    "叫人去收拾你",
    "炸了你们公司",
    "要你狗命",
    "信不信我上门弄你",
    "别让我碰到你,碰到打断你的腿",
    "小心我杀你全家",
    "我要揍死那个送货的",
    "找人弄你",
    "I will kill you",
    "I'm going to kill that driver",
    "I know where you live",
    "I'll burn your office down",
    "you're dead",
    "watch your back",
    "I'll come to your office with a gun",
    "I'm going to beat you up",
    "I'll smash your face",
    "I will stab you",
    "I will find you and hurt you",
    "I'm coming down there with a baseball bat",
    "I'll shoot you",
    "going to break your legs",
    "there's a bomb in your warehouse, I will bomb your store",
]
QUIET = [
    "笑死我了",
    "热死了,这天气",
    "这个能杀菌吗",
    "想死你们家的面包了",
    "急死我了怎么还不到",
    "累死了",
    "困死了",
    "好吃死了",
    "难看死了",
    "丑死了",
    "紫砂壶什么时候发货",
    "跳楼价啊",
    "蟑螂打不死",
    "砍价能再砍一刀吗",
    "帮我砍一刀",
    "空气炸锅炸了鸡翅很好吃",
    "这个刀具好用吗",
    "死机了",
    "烧水壶烧水很快",
    "屏幕划伤了",
    "桌面有划痕",
    "钱包大出血",
    "心在滴血",
    "杀虫剂有味道吗",
    "打你们电话没人接",
    "打死我也不买第二次了",
    "烦死了客服一直不回",
    "拼命催都没用",
    "死活打不开",
    "烫伤膏有货吗",
    "过敏体质能用吗",
    "会不会过敏",
    "120块钱",
    "吓死宝宝了",
    "气死我了,什么破快递",
    "冻死了这空调不制热",
    "可爱死了",
    "羡慕死了",
    "你们店的衣服美死了",
    "电池死了充不进电",
    "多肉死了两棵",
    "鱼死了",
    "表我昨天就递上去了",
    "算清楚了,没差",
    "名额没了就算了,放弃",
    "明天我们放假,楼里没人",
    "这边不用我再点什么了吧",
    "不想用现金付,换个方式",
    "仓里就剩最后两件了",
    "电脑中毒蓝屏了,在保修里吗",
    "头一回用要不要烫一下",
    "捕鼠器怎么上弹簧不夹手",
    "裤腰勒死个人,换大一号",
    "动手能力强的可以自己装",
    "把旧的砸了换新的",
    "没受伤,就是箱子破了",
    "killer deal, thanks",
    "this heat is killing me",
    "I'm dying to get it",
    "kill bacteria",
    "dead pixel on the screen",
    "the battery is dead",
    "shoot me an email",
    "knife set arrived blunt",
    "I'm shocked at the price",
    "does it burn CDs",
    "blood pressure monitor",
    "no one was hurt",
    "cut the price please",
    "this is to die for",
    "die Lieferung ist da",
    "my phone died",
    "hit me up when it ships",
    "deadline is Friday",
]


@pytest.mark.parametrize("text", SELF_HARM)
def test_self_harm_is_never_missed(tables: ReadingTables, text: str) -> None:
    assert "self_harm" in codes(tables, text)


@pytest.mark.parametrize("text", INJURY)
def test_injury_is_never_missed(tables: ReadingTables, text: str) -> None:
    assert "injury" in codes(tables, text)


@pytest.mark.parametrize("text", THREAT)
def test_threats_are_never_missed(tables: ReadingTables, text: str) -> None:
    assert "threat_to_staff" in codes(tables, text)


@pytest.mark.parametrize("text", QUIET)
def test_look_alikes_raise_no_alarm(tables: ReadingTables, text: str) -> None:
    assert not codes(tables, text) & {"self_harm", "injury", "threat_to_staff"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("再不处理我打12315", "regulator"),
        ("我要找消协", "regulator"),
        ("申请平台介入", "platform"),
        ("我要起诉你们", "legal"),
        ("发抖音曝光你们", "media"),
        ("直接给差评", "bad_review"),
        ("我去银行拒付", "chargeback"),
        ("我已经问了三次了", "repeat_contact"),
        ("再也不会在你家买了", "churn"),
        ("家里老人等着用药", "vulnerable"),
        ("孩子开学要用", "vulnerable"),
        ("你们都是傻逼吗", "abuse"),
        ("有人冒充客服让我转账", "fraud_suspect"),
        ("I will report you to trading standards", "regulator"),
        ("I'll open a case with the platform", "platform"),
        ("you will hear from my lawyer", "legal"),
        ("I'm posting this on social media", "media"),
        ("expect a one star review", "bad_review"),
        ("I'll dispute the charge with my bank", "chargeback"),
        ("this is the third time I contact you", "repeat_contact"),
        ("I'm never buying from you again", "churn"),
        ("it's for my baby", "vulnerable"),
        ("you fucking idiots", "abuse"),
    ],
)
def test_plain_wordings_raise_their_signal(tables: ReadingTables, text: str, code: str) -> None:
    assert code in codes(tables, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我没说要投诉到平台,就想问问", "platform"),
        ("我不会给差评的,放心", "bad_review"),
        ("工商银行的卡能付吗", "regulator"),
        ("抖音上看到的,想买", "media"),
        ("我没有要起诉的意思", "legal"),
        ("I'm not going to leave a bad review", "bad_review"),
        ("好评返现怎么弄", "bad_review"),
        ("孩子生日的礼物准时到了,太感谢你们了", "vulnerable"),
        ("真空包装漏气了", "fraud_suspect"),
        ("主家天天催我,几号能到", "repeat_contact"),
        ("wrapped in a sheet of newspaper", "media"),
    ],
)
def test_denied_and_harmless_wordings_do_not(tables: ReadingTables, text: str, code: str) -> None:
    assert code not in codes(tables, text)


def test_spans_point_at_the_words(tables: ReadingTables) -> None:
    text = "你好!!再不退我就打１２３１５投诉"
    signal = next(s for s in reading(tables, "在吗", "在的", text).signals if s.code == "regulator")
    assert signal.message == 2
    assert text[slice(*signal.span)] == signal.evidence == "１２３１５"


def test_agents_words_raise_nothing(tables: ReadingTables) -> None:
    assert not codes(tables, "你好", "我要杀了你 不想活了 打12315")


def test_critical_signals_come_first(tables: ReadingTables) -> None:
    signals = reading(tables, "我要给差评,找12315,我不想活了").signals
    assert signals[0].code == "self_harm"


@pytest.mark.parametrize(
    ("text", "chance", "calm", "problem", "raised"),
    [
        ("那就这样了", 0.5, 0.2, 0.3, True),
        ("那就这样了", 0.5, 0.9, 0.3, False),
        ("那就这样了", 0.5, 0.2, 0.99, False),
        ("那就这样了", 0.1, 0.2, 0.3, False),
        ("我不想活了", 0.0, 0.9, 0.99, True),
    ],
)
def test_without_words_a_farewell_must_fit_the_mood_and_the_matter(
    tables: ReadingTables, text: str, chance: float, calm: float, problem: float, raised: bool
) -> None:
    message = Warned(0, text, mark(text, tables), [], {"self_harm": chance}, problem=problem, calm=calm)
    assert ("self_harm" in {signal.code for signal in find_signals([message], tables)}) is raised


@pytest.mark.parametrize(("thanks", "raised"), [(0.1, True), (0.9, False)])
def test_thanks_have_nobody_in_need(tables: ReadingTables, thanks: float, raised: bool) -> None:
    text = "家里老人等着用药"
    message = Warned(0, text, mark(text, tables), set(), {"vulnerable": 0.9}, thanks=thanks)
    assert bool(find_signals([message], tables)) is raised
