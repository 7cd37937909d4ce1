"""Addresses of the inbox."""

from __future__ import annotations

from django.urls import path

from goldseam.conversations import views

app_name = "conversations"
urlpatterns = [
    path("inbox/", views.inbox_page, name="inbox"),
    path("inbox/views/", views.rail, name="rail"),
    path("alerts/", views.alerts, name="alerts"),
    path("conversations/<int:conversation_id>/", views.conversation_page, name="page"),
    path("conversations/<int:conversation_id>/thread/", views.thread, name="thread"),
    path("conversations/<int:conversation_id>/head/", views.head, name="head"),
    path("conversations/<int:conversation_id>/former/", views.former, name="former"),
    path("conversations/<int:conversation_id>/write/", views.write, name="write"),
    path("conversations/<int:conversation_id>/assign/", views.assign, name="assign"),
    path("conversations/<int:conversation_id>/snooze/", views.snooze, name="snooze"),
    path("conversations/<int:conversation_id>/close/", views.close, name="close"),
    path("conversations/<int:conversation_id>/reopen/", views.reopen, name="reopen"),
    path("conversations/<int:conversation_id>/acknowledge/", views.acknowledge, name="acknowledge"),
]
