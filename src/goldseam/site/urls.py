"""Every page and door of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from goldseam.channels.helpcentre import views_public as help_centre
from goldseam.demo.storefront import storefront
from goldseam.knowledge import views_public
from goldseam.site import audit, start, views
from goldseam.site.api import api, docs
from goldseam.site.chat import chat
from goldseam.site.palette import palette
from goldseam.site.printing import print_conversation
from goldseam.site.style import style

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("palette/", palette, name="palette"),
    path("", include("goldseam.people.urls")),
    path("", include("goldseam.commerce.urls")),
    path("", include("goldseam.conversations.urls")),
    path("policies/", include("goldseam.policies.urls")),
    path("ledger/", include("goldseam.ledger.urls")),
    path("knowledge/", include("goldseam.knowledge.urls")),
    path("guide/<str:token>/", views_public.walk_guide, name="open-guide"),
    path("guide/<str:token>/photos/<slug:digest>/", views_public.public_photo, name="open-guide-photo"),
    path("replies/", include("goldseam.replies.urls")),
    path("approvals/", include("goldseam.approvals.urls")),
    path("promises/", include("goldseam.promises.urls")),
    path("sla/", include("goldseam.sla.urls")),
    path("routing/", include("goldseam.routing.urls")),
    path("copilot/", include("goldseam.copilot.urls")),
    path("bot/", include("goldseam.bot.urls")),
    path("start/", start.start, name="start"),
    path("start/today/", start.today, name="start_today"),
    path("start/well-done/", start.well_done, name="start_well"),
    path("start/to-learn/", start.to_learn, name="start_learn"),
    path("admin/", views.admin, name="admin"),
    path("style/", style, name="style"),
    path("audit/", audit.audit_trail, name="audit"),
    path("audit/export/", audit.audit_export, name="audit_export"),
    path("help/", include("goldseam.channels.helpcentre.urls_public")),
    path("robots.txt", help_centre.robots, name="robots"),
    path("helpcentre/", include("goldseam.channels.helpcentre.urls")),
    path("webhooks/", include("goldseam.channels.webhook.urls")),
    path("print/<int:conversation_id>/", print_conversation, name="print"),
    path("shop/<slug:slug>/", storefront, name="storefront"),
    path("webchat/", include("goldseam.channels.webchat.urls")),
    path("chat/<str:door_key>/", chat.urls),
    path("api/v1/", api.urls),
    path("api/docs", docs, name="api-docs"),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.missing
handler500 = views.broken
