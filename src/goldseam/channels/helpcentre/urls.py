"""Addresses of the help centre's administration."""

from __future__ import annotations

from django.urls import path

from goldseam.channels.helpcentre import views

app_name = "helpcentre"
urlpatterns = [
    path("", views.settings, name="settings"),
    path("open/", views.open_kind, name="open-kind"),
]
