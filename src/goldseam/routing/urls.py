"""Addresses of the distribution of work."""

from __future__ import annotations

from django.urls import path

from goldseam.routing import views

app_name = "routing"
urlpatterns = [
    path("", views.switch, name="switch"),
    path("people/", views.people, name="people"),
    path("people/<int:membership_id>/", views.person, name="person"),
    path("load/", views.load, name="load"),
    path("why/<int:conversation_id>/", views.why, name="why"),
    path("why/<int:conversation_id>/take/", views.take, name="take"),
    path("why/<int:conversation_id>/pass/", views.pass_over, name="pass"),
]
