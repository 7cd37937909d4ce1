"""Personal data is masked before it leaves and restored after; amounts, days and sizes stay readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldseam.engine.wording.mask import TOKEN, masking
from goldseam.workshop.load_wording import load_masking

FORMS = load_masking()

HIDDEN = {
    "mobile": ("我电话13812345678,打给我", "我电话[PHONE_1],打给我"),
    "mobile in groups": ("打 138 1234 5678 吧", "打 [PHONE_1] 吧"),
    "mobile with country": ("+86 13812345678", "[PHONE_1]"),
    "landline": ("座机010-12345678", "座机[PHONE_1]"),
    "american phone": ("call (415) 555-0134 please", "call [PHONE_1] please"),
    "mail": ("write to a.b@shop.co.uk now", "write to [MAIL_1] now"),
    "link": ("看 https://t.cn/x?a=1 这个", "看 [LINK_1] 这个"),
    "identity card": ("身份证11010519491231002X", "身份证[ID_1]"),
    "bank card": ("卡号 6222 0212 3456 7890 123", "卡号 [CARD_1]"),
    "order number": ("订单313021098954还没到", "订单[NUMBER_1]还没到"),
    "waybill": ("单号JD0123456789 查不到", "单号[NUMBER_1] 查不到"),
    "shop order": ("order #GS-10234 is late", "order [NUMBER_1] is late"),
    "address": ("寄到浙江省杭州市西湖区文三路123号5单元601室谢谢", "寄到[ADDRESS_1]谢谢"),
    "english address": ("ship to 221 Baker Street, Apt 4B today", "ship to [ADDRESS_1] today"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_has_the_form_of_personal_data_is_hidden_and_comes_back(name: str):
    text, wanted = HIDDEN[name]
    masks = masking(FORMS, {})
    assert masks.mask(text) == wanted
    assert masks.restore(wanted) == text


@pytest.mark.parametrize(
    "text",
    [
        "退款200元",
        "2026-11-22到的",
        "买了3个,1299.00元",
        "等了48小时",
        "1,299 yuan",
        "500ml的杯子",
        "第2次",
        "11月22日",
    ],
)
def test_amounts_days_and_sizes_stay(text: str):
    assert masking(FORMS, {}).mask(text) == text


def test_what_the_records_know_is_hidden_and_the_same_everywhere():
    masks = masking(FORMS, {"NAME": ["王小明", "明"], "NUMBER": ["E1"]})
    assert masks.mask("王小明的订单E1,王小明说") == "[NAME_1]的订单[NUMBER_1],[NAME_1]说"
    assert masks.mask("E1") == "[NUMBER_1]"


def test_a_token_written_by_a_customer_is_not_restored_to_somebodys_data():
    masks = masking(FORMS, {"NAME": ["王小明"]})
    masked = masks.mask("王小明 [NAME_1] [PHONE_7]")
    assert masked == "[NAME_1] (NAME 1) (PHONE 7)"


def test_a_token_that_was_never_given_out_is_refused():
    assert masking(FORMS, {}).restore("[PHONE_1]") is None


@given(st.text(max_size=200), st.lists(st.text(min_size=2, max_size=8), max_size=3))
def test_masking_never_loses_a_text(text: str, names: list[str]):
    masks = masking(FORMS, {"NAME": names})
    masked = masks.mask(text)
    tokens = TOKEN.sub(r"(\1 \2)", text)
    assert masks.restore(masked) is not None
    # names may hold anything, also pieces of tokens; without names all comes back to the letter
    plain = masking(FORMS, {})
    assert plain.restore(plain.mask(text)) == tokens


@given(st.text(alphabet="1380 +-()a王路市@.", max_size=400))
def test_long_runs_of_numbers_take_no_time(text: str):
    masks = masking(FORMS, {})
    assert masks.restore(masks.mask(text)) == text
