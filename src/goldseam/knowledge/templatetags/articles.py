"""How articles are shown."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from goldseam.knowledge.markdown import html_of

register = template.Library()


@register.filter
def article_text(text: str) -> SafeString:
    """An article's Markdown as safe markup."""
    return html_of(text)
