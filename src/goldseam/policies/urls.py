"""Addresses of the policy packs."""

from __future__ import annotations

from django.urls import path

from goldseam.policies import views

app_name = "policies"
urlpatterns = [
    path("", views.packs, name="packs"),
    path("start/", views.start, name="start"),
    path("roll-back/", views.roll_back, name="roll_back"),
    path("shipped/", views.shipped, name="shipped"),
    path("shipped/export/", views.export_shipped, name="export_shipped"),
    path("<int:version_id>/", views.version, name="version"),
    path("<int:version_id>/step/", views.step, name="step"),
    path("<int:version_id>/difference/", views.difference, name="difference"),
    path("<int:version_id>/head/", views.head, name="head"),
    path("<int:version_id>/export/", views.export, name="export"),
    path("<int:version_id>/import/", views.take_file, name="import"),
    path("<int:version_id>/try-out/", views.try_out, name="try_out"),
    path("try-outs/<int:tryout_id>/", views.tryout, name="tryout"),
    path("try-outs/<int:tryout_id>/stop/", views.stop_tryout, name="stop_tryout"),
    path("<int:version_id>/rules/new/", views.rule, name="new_rule"),
    path("<int:version_id>/rules/edit/<slug:rule_id>/", views.rule, name="rule"),
    path("<int:version_id>/rules/switch/<slug:rule_id>/", views.switch, name="switch"),
]
