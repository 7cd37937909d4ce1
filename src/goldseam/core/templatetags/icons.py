"""`{% load icons %}{% icon "package" %}`: a Tabler outline icon from the sprite that `make assets` writes."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=2048)
def icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """The icon `name`; with a `label` it speaks for itself, without one it is decoration.

    Names stand in templates as literals or, when code chooses them, in `site/icons.txt`."""
    voice = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"></use></svg>',
        classes,
        voice,
        static("vendor/icons.svg"),
        name,
    )
