"""Addresses of the approvals."""

from __future__ import annotations

from django.urls import path

from goldseam.approvals import people_views, simulator_views, views

app_name = "approvals"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("badge/", views.badge, name="badge"),
    path("batch/", views.batch, name="batch"),
    path("covers/", people_views.covers, name="covers"),
    path("covers/<int:cover_id>/end/", people_views.end_cover, name="end_cover"),
    path("steps/", people_views.steps, name="steps"),
    path("simulator/", simulator_views.simulator, name="simulator"),
    path("simulator/data/", simulator_views.simulator_data, name="simulator_data"),
    path("simulator/apply/", simulator_views.simulator_apply, name="simulator_apply"),
    path("ask/<int:conversation_id>/", views.ask, name="ask"),
    path("strip/<int:conversation_id>/", views.strip, name="strip"),
    path("<int:request_id>/", views.request_page, name="request"),
    path("<int:request_id>/decide/", views.decide, name="decide"),
    path("<int:request_id>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:request_id>/give-back/", views.give_back, name="give_back"),
]
