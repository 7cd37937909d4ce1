"""What the web server runs: `goldseam.site.asgi:application`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.core.asgi import get_asgi_application

if TYPE_CHECKING:
    from goldseam.site.doors import Site


def _application() -> Site:
    pages = get_asgi_application()  # sets Django up, which the doors' imports need
    from goldseam.site.doors import Site

    return Site(pages)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldseam.site.settings")
application = _application()
