"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from goldseam.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.ledger, name="list"),
    path("export/", views.export, name="export"),
    path("money/<int:conversation_id>/", views.money, name="money"),
    path("entries/<int:entry_id>/pay/", views.pay, name="pay"),
    path("entries/<int:entry_id>/reverse/", views.reverse, name="reverse"),
    path("budgets/", views.budget_page, name="budgets"),
    path("budgets/usage/", views.usage, name="usage"),
    path("budgets/warnings/", views.warnings, name="warnings"),
    path("budgets/warnings/seen/", views.see_warnings, name="see_warnings"),
]
