"""Addresses of the bot's pages."""

from __future__ import annotations

from django.urls import path

from goldseam.bot import views

app_name = "bot"
urlpatterns = [
    path("", views.switch, name="switch"),
    path("figures/", views.figures, name="figures"),
    path("beside/<int:conversation_id>/", views.beside, name="beside"),
    path("beside/<int:conversation_id>/take/", views.take, name="take"),
    path("beside/<int:conversation_id>/use/<int:turn_id>/", views.use, name="use"),
]
