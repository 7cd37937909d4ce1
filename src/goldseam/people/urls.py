"""Addresses of people, their sessions and their keys."""

from __future__ import annotations

from django.urls import path

from goldseam.people import me, staff, views

app_name = "people"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("language/", views.language, name="language"),
    path("shop/", views.work_for, name="work_for"),
    path("me/", me.me, name="me"),
    path("me/keys/", me.keys, name="keys"),
    path("me/theme/", me.theme, name="theme"),
    path("me/away/", me.away, name="away"),
    path("join/<str:code>/<str:token>/", me.join, name="join"),
    path("colleagues/<int:agent_id>/", me.colleague, name="colleague"),
    path("people/", staff.people, name="people"),
    path("people/<int:membership_id>/", staff.role, name="role"),
    path("people/former/<int:departure_id>/", staff.bring_back, name="bring_back"),
    path("teams/", staff.team_list, name="teams"),
    path("teams/<int:team_id>/", staff.team, name="team"),
    path("roles/", staff.roles, name="roles"),
    path("shop/settings/", staff.shop, name="shop"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", views.revoke, name="revoke"),
]
