"""Addresses of canned replies and macros."""

from __future__ import annotations

from django.urls import path

from goldseam.replies import views

app_name = "replies"
urlpatterns = [
    path("", views.replies, name="all"),
    path("find/<int:conversation_id>/", views.find, name="find"),
    path("fill/<int:conversation_id>/", views.fill_in, name="fill"),
    path("use/<int:conversation_id>/<int:reply_id>/", views.use, name="use"),
    path("ask/<int:conversation_id>/<int:macro_id>/", views.ask, name="ask"),
    path("run/<int:conversation_id>/<int:macro_id>/", views.run, name="run"),
    path("canned/new/", views.write_canned, name="new_canned"),
    path("canned/<int:reply_id>/", views.write_canned, name="canned"),
    path("canned/<int:reply_id>/remove/", views.remove_canned, name="remove_canned"),
    path("macros/new/", views.write_macro, name="new_macro"),
    path("macros/<int:macro_id>/", views.write_macro, name="macro"),
    path("macros/<int:macro_id>/remove/", views.remove_macro, name="remove_macro"),
    path("canned.csv", views.export, {"kind": "canned"}, name="export_canned"),
    path("macros.csv", views.export, {"kind": "macros"}, name="export_macros"),
    path("import/", views.bring_in, name="import"),
]
