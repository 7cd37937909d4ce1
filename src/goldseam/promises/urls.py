"""Addresses of promises."""

from __future__ import annotations

from django.urls import path

from goldseam.promises import views

app_name = "promises"
urlpatterns = [
    path("of/<int:conversation_id>/", views.card, name="card"),
    path("reminders/", views.reminders, name="reminders"),
    path("<int:promise_id>/keep/", views.keep, name="keep"),
    path("<int:promise_id>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:promise_id>/seen/", views.seen, name="seen"),
]
