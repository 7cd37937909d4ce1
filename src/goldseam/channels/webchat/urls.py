"""Addresses of the chat's pages for the shop's people."""

from __future__ import annotations

from django.urls import path

from goldseam.channels.webchat import views

app_name = "webchat"
urlpatterns = [
    path("", views.door, name="door"),
    path("secret/", views.new_secret, name="secret"),
    path("standing/<int:conversation_id>/", views.standing, name="standing"),
]
