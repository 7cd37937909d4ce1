"""Every page and door of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from goldseam.site import views
from goldseam.site.api import api, docs
from goldseam.site.palette import palette

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("palette/", palette, name="palette"),
    path("", include("goldseam.people.urls")),
    path("", include("goldseam.commerce.urls")),
    path("", include("goldseam.conversations.urls")),
    path("policies/", include("goldseam.policies.urls")),
    path("knowledge/", include("goldseam.knowledge.urls")),
    path("replies/", include("goldseam.replies.urls")),
    path("approvals/", include("goldseam.approvals.urls")),
    path("promises/", include("goldseam.promises.urls")),
    path("copilot/", include("goldseam.copilot.urls")),
    path("audit/", views.audit_trail, name="audit"),
    path("api/v1/", api.urls),
    path("api/docs", docs, name="api-docs"),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.missing
handler500 = views.broken
