"""Addresses of the inbox."""

from __future__ import annotations

from django.urls import path

from goldseam.conversations import (
    closing_views,
    joining_views,
    mention_views,
    views,
    writing_views,
)
from goldseam.conversations.list_urls import list_patterns

app_name = "conversations"
urlpatterns = [
    *list_patterns,
    path("alerts/", views.alerts, name="alerts"),
    path("conversations/<int:conversation_id>/", views.conversation_page, name="page"),
    path("conversations/<int:conversation_id>/thread/", views.thread, name="thread"),
    path("conversations/<int:conversation_id>/head/", views.head, name="head"),
    path("conversations/<int:conversation_id>/dialogs/", views.dialogs, name="dialogs"),
    path("conversations/<int:conversation_id>/former/", views.former, name="former"),
    path("conversations/<int:conversation_id>/alike/", views.alike, name="alike"),
    path("conversations/<int:conversation_id>/write/", writing_views.write, name="write"),
    path(
        "conversations/<int:conversation_id>/held/<int:held_id>/send/", writing_views.release, name="release"
    ),
    path(
        "conversations/<int:conversation_id>/held/<int:held_id>/undo/",
        writing_views.take_back,
        name="take_back",
    ),
    path(
        "conversations/<int:conversation_id>/messages/<int:message_id>/retry/",
        writing_views.retry,
        name="retry",
    ),
    path(
        "conversations/<int:conversation_id>/messages/<int:message_id>/split/",
        joining_views.split,
        name="split",
    ),
    path("conversations/<int:conversation_id>/present/", writing_views.present, name="present"),
    path("conversations/<int:conversation_id>/files/", writing_views.upload, name="upload"),
    path("files/<int:attachment_id>/", writing_views.attachment, name="attachment"),
    path("files/<int:attachment_id>/discard/", writing_views.discard, name="discard"),
    path("conversations/<int:conversation_id>/colleagues/", mention_views.colleagues, name="colleagues"),
    path("conversations/<int:conversation_id>/related/", joining_views.related, name="related"),
    path("conversations/<int:conversation_id>/join/", joining_views.join, name="join"),
    path("conversations/<int:conversation_id>/merge/", joining_views.merge, name="merge"),
    path(
        "conversations/<int:conversation_id>/merges/<int:merge_id>/undo/",
        joining_views.undo_merge,
        name="undo_merge",
    ),
    path("conversations/<int:conversation_id>/link/", joining_views.link, name="link"),
    path("conversations/<int:conversation_id>/unlink/", joining_views.unlink, name="unlink"),
    path("mentions/", mention_views.mentions, name="mentions"),
    path("mentions/bell/", mention_views.bell, name="bell"),
    path("emoji/", mention_views.emoji, name="emoji"),
    path("closing/", closing_views.rules, name="close_rules"),
    path("csat/<str:token>/", closing_views.csat, name="csat"),
    path("conversations/<int:conversation_id>/assign/", views.assign, name="assign"),
    path("conversations/<int:conversation_id>/snooze/", views.snooze, name="snooze"),
    path("conversations/<int:conversation_id>/close/", closing_views.close, name="close"),
    path("conversations/<int:conversation_id>/reopen/", views.reopen, name="reopen"),
    path("conversations/<int:conversation_id>/acknowledge/", views.acknowledge, name="acknowledge"),
]
