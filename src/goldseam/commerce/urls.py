"""Addresses of the mirror of the shop."""

from __future__ import annotations

from django.urls import path

from goldseam.commerce import views

app_name = "commerce"
urlpatterns = [
    path("customers/<int:customer_id>/card/", views.customer_card, name="card"),
    path("customers/<int:customer_id>/orders/", views.customer_orders, name="orders"),
    path("customers/<int:customer_id>/orders/<int:order_id>/", views.order, name="order"),
]
