"""How an attachment's content goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_noop

from goldseam.conversations.attaching import store
from goldseam.core.errors import NotFound
from goldseam.core.files import THUMB

if TYPE_CHECKING:
    from goldseam.conversations.models import Attachment

_INLINE = ("image/jpeg", "image/png", "image/gif", "image/webp")


def serve(row: Attachment, *, thumb: bool = False) -> HttpResponse:
    """A file as an answer. Nothing in it can act: pictures are shown as what they were found to be, anything
    else is only saved; the browser must not guess, and what it opens has no rights and no origin."""
    tail = THUMB if thumb and row.is_image else ""
    try:
        content = store().path(row.digest, tail).read_bytes()
    except FileNotFoundError as error:
        raise NotFound(gettext_noop("The content of this file is missing.")) from error
    shown = row.media_type in _INLINE
    media_type = "image/webp" if tail else row.media_type if shown else "application/octet-stream"
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(not shown, row.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response
