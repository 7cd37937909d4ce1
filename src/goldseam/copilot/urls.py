"""Addresses of the copilot."""

from __future__ import annotations

from django.urls import path

from goldseam.copilot import views

app_name = "copilot"
urlpatterns = [
    path("panel/<int:conversation_id>/", views.panel, name="panel"),
    path("issue/<int:conversation_id>/", views.issue, name="issue"),
    path("rate/<int:conversation_id>/", views.rate, name="rate"),
    path("assess/<int:conversation_id>/", views.assess, name="assess"),
    path("draft/<int:conversation_id>/", views.remedy_draft, name="draft"),
]
