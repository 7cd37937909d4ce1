"""The catalogue tool: it finds every text, and every way a catalogue can be incomplete."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from tools.translations import catalogue_path, compile_all, problems, update

CODE = '''
"""A room."""
from django.utils.translation import gettext as _, ngettext, pgettext_lazy

PLAIN = _("Shop")
CONTEXT = pgettext_lazy("of a parcel", "Late")
COUNTED = ngettext("%(n)s order", "%(n)s orders", 2) % {"n": 2}
'''
PAGE = """{% load i18n %}
<h1>{% translate "Welcome" %}</h1>
    <p>{% blocktranslate trimmed with name=agent.name %}
        Dear <b>{{ name }}</b>,
        come in.
    {% endblocktranslate %}</p>
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for room in ("people", "channels/webhook"):
        (tmp_path / room / "templates" / "pages").mkdir(parents=True)
        (tmp_path / room / "apps.py").write_text("")
    (tmp_path / "people" / "models.py").write_text(CODE)
    (tmp_path / "people" / "templates" / "pages" / "page.html").write_text(PAGE)
    (tmp_path / "channels" / "webhook" / "models.py").write_text('from x import _\nNAME = _("Hook")\n')
    update(tmp_path)
    return tmp_path


def fill(path: Path, translations: dict[str, str]) -> None:
    text = path.read_text()
    for found, translated in translations.items():
        assert found in text, text
        text = text.replace(found, translated, 1)
    path.write_text(text)


GOOD = {
    'msgid "Shop"\nmsgstr ""': 'msgid "Shop"\nmsgstr "店铺"',
    'msgid "Late"\nmsgstr ""': 'msgid "Late"\nmsgstr "晚到"',
    'msgid_plural "%(n)s orders"\nmsgstr[0] ""': 'msgid_plural "%(n)s orders"\nmsgstr[0] "%(n)s 个订单"',
    'msgid "Welcome"\nmsgstr ""': 'msgid "Welcome"\nmsgstr "欢迎"',
    'msgid "Dear <b>%(name)s</b>, come in."\nmsgstr ""': (
        'msgid "Dear <b>%(name)s</b>, come in."\nmsgstr "<b>%(name)s</b>，请进。"'
    ),
}


def test_every_text_of_code_and_templates_is_found_in_its_own_room(source: Path):
    found = "\n".join(problems(source))
    for text in ("Shop", "Late", "%(n)s order", "Welcome", "Dear <b>%(name)s</b>, come in."):
        assert f"people: {text!r}: is not translated" in found
    assert "channels/webhook: 'Hook': is not translated" in found
    assert len(found.splitlines()) == 6


def test_a_complete_catalogue_compiles_and_speaks(source: Path):
    fill(catalogue_path(source / "people"), GOOD)
    fill(
        catalogue_path(source / "channels" / "webhook"),
        {'msgid "Hook"\nmsgstr ""': 'msgid "Hook"\nmsgstr "钩子"'},
    )
    assert problems(source) == []
    compile_all(source)
    with catalogue_path(source / "people").with_suffix(".mo").open("rb") as file:
        spoken = gettext.GNUTranslations(file)
    assert spoken.gettext("Shop") == "店铺"
    assert spoken.pgettext("of a parcel", "Late") == "晚到"
    assert spoken.ngettext("%(n)s order", "%(n)s orders", 5) == "%(n)s 个订单"


def test_an_update_keeps_translations_and_drops_what_is_gone(source: Path):
    path = catalogue_path(source / "people")
    fill(path, GOOD)
    (source / "people" / "models.py").write_text('from x import _\nPLAIN = _("Shop")\nNEW = _("New")\n')
    assert any("missing 'New'" in problem for problem in problems(source))
    assert any("left over 'Late'" in problem for problem in problems(source))
    update(source)
    text = path.read_text()
    assert "店铺" in text
    assert "Late" not in text
    before = path.read_text()
    update(source)
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("translation", "problem"),
    [
        ("<b>%(nam)s</b>，请进。", "other placeholders"),
        ("<b>某人</b>，请进。", "other placeholders"),
        ("%(name)s，请进。", "other tags"),
        (" <b>%(name)s</b>，请进。", "other white space"),
    ],
)
def test_a_translation_that_does_not_fit_is_told(source: Path, translation: str, problem: str):
    wrong = GOOD | {
        'msgid "Dear <b>%(name)s</b>, come in."\nmsgstr ""': (
            f'msgid "Dear <b>%(name)s</b>, come in."\nmsgstr "{translation}"'
        )
    }
    fill(catalogue_path(source / "people"), wrong)
    assert [found for found in problems(source) if problem in found and found.startswith("people")]


def test_a_fuzzy_translation_is_told(source: Path):
    fill(catalogue_path(source / "people"), GOOD)
    fill(catalogue_path(source / "people"), {'msgid "Shop"': '#, fuzzy\nmsgid "Shop"'})
    assert "people: 'Shop': is fuzzy" in problems(source)


def test_one_text_said_in_two_ways_is_told(source: Path):
    webhook = source / "channels" / "webhook"
    (webhook / "more.py").write_text('from x import _\nMORE = _("Shop")\n')
    update(source)
    fill(catalogue_path(source / "people"), GOOD)
    fill(catalogue_path(webhook), {'msgid "Shop"\nmsgstr ""': 'msgid "Shop"\nmsgstr "商店"'})
    assert "channels/webhook and people: 'Shop' is said as 商店 and as 店铺" in problems(source)
