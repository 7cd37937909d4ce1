"""The template lint: what it lets through and what it does not."""

from __future__ import annotations

import pytest

from tools.templates import problems_in

FINE = [
    '<p class="x">{% translate "Hello" %} {{ name }}</p>',
    "<p>{% blocktranslate trimmed %}\n  Dear {{ name }}\n{% endblocktranslate %}</p>",
    "<p>{% blocktranslate %}one line{% endblocktranslate %}</p>",
    '<script src="/static/a.js" defer></script>',
    '<a href="{% url "inbox" %}" title="{% translate "Inbox" %}">Goldseam</a>',
    "{% block body_class %}page front{% endblock %}",
    "<code>curl -X POST</code> <kbd>Ctrl</kbd> 42 · ¥",
    "{# a comment with words #}{% comment %}more words{% endcomment %}",
    '<input value="raw" placeholder="{{ hint }}">',
    '<a target="_blank" rel="noopener noreferrer" href="/x">{{ text }}</a>',
]
WRONG = [
    ("<script>alert(1)</script>", "<script> inside a page"),
    ("<style>p {}</style>", "<style> inside a page"),
    ('<p style="color: red">{{ x }}</p>', "style=… is refused"),
    ('<button onclick="go()">{{ x }}</button>', "onclick=… is inline script"),
    ('<button hx-on:click="go()">{{ x }}</button>', "hx-on:click=… is inline script"),
    ('<a href=" JavaScript:go()">{{ x }}</a>', "javascript: links"),
    ("{{ message.text|safe }}", "unchecked text"),
    ("{{ message.text | safe }}", "unchecked text"),
    ("{% autoescape off %}{{ x }}{% endautoescape %}", "autoescape must stay on"),
    ('<a target="_blank" href="/x">{{ x }}</a>', "noopener"),
    ("<p>Hello there</p>", "'Hello there' is not translated"),
    ("<p>\u4f60\u597d</p>", "is not translated"),
    ('<input placeholder="Search">', "placeholder='Search' is not translated"),
    ("{% blocktranslate %}\nDear\n{% endblocktranslate %}", "over several lines"),
]


@pytest.mark.parametrize("text", FINE)
def test_it_lets_good_templates_through(text: str):
    assert problems_in(text) == []


@pytest.mark.parametrize(("text", "problem"), WRONG)
def test_it_tells_what_is_wrong_and_where(text: str, problem: str):
    ((line, found),) = problems_in(f"\n\n{text}")
    assert problem in found
    assert line == 3
