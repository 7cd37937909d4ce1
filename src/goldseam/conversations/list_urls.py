"""Addresses of the list: rows, rail, saved views, labels, changes of many at once."""

from __future__ import annotations

from django.urls import path

from goldseam.conversations import bulk_views, label_views, list_views, view_views

list_patterns = [
    path("inbox/", list_views.inbox_page, name="inbox"),
    path("inbox/views/", list_views.rail, name="rail"),
    path("inbox/bulk/", bulk_views.bulk_change, name="bulk"),
    path("inbox/bulk/<int:run_id>/", bulk_views.bulk_run, name="bulk_run"),
    path("inbox/bulk/<int:run_id>/undo/", bulk_views.bulk_undo, name="bulk_undo"),
    path("views/", view_views.views, name="views"),
    path("views/new/", view_views.view_new, name="view_new"),
    path("views/count/", view_views.view_count, name="view_count"),
    path("views/<int:view_id>/", view_views.view_edit, name="view_edit"),
    path("views/<int:view_id>/move/", view_views.view_move, name="view_move"),
    path("views/<int:view_id>/copy/", view_views.view_copy, name="view_copy"),
    path("views/<int:view_id>/delete/", view_views.view_delete, name="view_delete"),
    path("views/<int:view_id>/restore/", view_views.view_restore, name="view_restore"),
    path("labels/", label_views.labels, name="labels"),
    path("labels/<int:label_id>/", label_views.label, name="label"),
    path("conversations/<int:conversation_id>/labels/", label_views.on_conversation, name="on_conversation"),
    path("conversations/<int:conversation_id>/peek/", list_views.peek, name="peek"),
    path("conversations/<int:conversation_id>/history/", list_views.history, name="history"),
    path("inbox/look-up/", list_views.look_up, name="look_up"),
]
