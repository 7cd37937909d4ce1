"""Addresses of webhooks."""

from __future__ import annotations

from django.urls import path

from goldseam.channels.webhook import views

app_name = "webhook"
urlpatterns = [
    path("", views.endpoints, name="endpoints"),
    path("<int:endpoint_id>/", views.endpoint, name="endpoint"),
    path("<int:endpoint_id>/log/", views.log, name="log"),
    path("<int:endpoint_id>/do/", views.do, name="do"),
    path("deliveries/<uuid:delivery_id>/", views.delivery, name="delivery"),
    path("deliveries/<uuid:delivery_id>/again/", views.again, name="again"),
]
