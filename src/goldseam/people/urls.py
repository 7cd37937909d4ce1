"""Addresses of people, their sessions and their keys."""

from __future__ import annotations

from django.urls import path

from goldseam.people import views

app_name = "people"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("language/", views.language, name="language"),
    path("shop/", views.work_for, name="work_for"),
    path("me/", views.me, name="me"),
    path("people/", views.people, name="people"),
    path("people/<int:membership_id>/", views.role, name="role"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", views.revoke, name="revoke"),
]
