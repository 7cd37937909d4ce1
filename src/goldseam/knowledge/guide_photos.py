"""Photos of guides: checked by their content, kept once, shown small."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from goldseam.core.errors import DomainError, NotFound
from goldseam.core.files import THUMB, FileStore, read_picture

MAX_PHOTO = 8 * 1024 * 1024


def _store() -> FileStore:
    return FileStore(settings.ENVIRONMENT.files_folder / "guides")


def keep_photo(name: str, content: bytes) -> str:
    """Keep a photo; returns its digest. Raises DomainError for what is no picture or too large."""
    if len(content) > MAX_PHOTO:
        raise DomainError(_("%(name)s is larger than 8 MB.") % {"name": name[:80]}, field="picture")
    try:
        picture = read_picture(content)
    except ValueError:
        picture = None
    if picture is None:
        raise DomainError(
            _("%(name)s is no picture that browsers show.") % {"name": name[:80]}, field="picture"
        )
    store = _store()
    digest = store.put(content)
    store.put_thumbnail(digest, content)
    return digest


def photo(digest: str) -> bytes:
    """The photo as WebP, at most 480 pixels wide; "not found" when there is none."""
    try:
        return _store().path(digest, THUMB).read_bytes()
    except (ValueError, OSError):
        raise NotFound("There is no such photo.") from None
