"""Addresses of calendars, times, clocks and notices."""

from __future__ import annotations

from django.urls import path

from goldseam.sla import views

app_name = "sla"
urlpatterns = [
    path("", views.times, name="times"),
    path("versions/<int:number>/", views.version, name="version"),
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/preview/", views.preview, name="preview"),
    path("calendars/<int:calendar_id>/", views.calendar, name="calendar"),
    path("calendars/<int:calendar_id>/remove/", views.remove, name="remove"),
    path("calendars/<int:calendar_id>/day/", views.day, name="day"),
    path("calendars/<int:calendar_id>/holidays/", views.fill, name="fill"),
    path("clocks/<int:conversation_id>/", views.clocks, name="clocks"),
    path("notices/", views.notices, name="notices"),
    path("notices/seen/", views.seen, name="seen"),
]
