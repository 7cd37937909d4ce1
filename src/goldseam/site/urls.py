"""Every page and door of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from goldseam.site.api import api, docs

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("api/docs", docs, name="api-docs"),
]
