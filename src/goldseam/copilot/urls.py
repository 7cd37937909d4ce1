"""Addresses of the copilot."""

from __future__ import annotations

from django.urls import path

from goldseam.copilot import board_views, views, views_check, views_crisis, views_llm, views_wording

app_name = "copilot"
urlpatterns = [
    path("board/", board_views.board, name="board"),
    path("board/<int:conversation_id>/assign/", board_views.assign, name="board_assign"),
    path("board/<int:conversation_id>/seen/", board_views.acknowledge, name="board_acknowledge"),
    path("panel/<int:conversation_id>/", views.panel, name="panel"),
    path("issue/<int:conversation_id>/", views.issue, name="issue"),
    path("rate/<int:conversation_id>/", views.rate, name="rate"),
    path("assess/<int:conversation_id>/", views.assess, name="assess"),
    path("draft/<int:conversation_id>/", views.remedy_draft, name="draft"),
    path("check/<int:conversation_id>/", views_check.check, name="check"),
    path("calls/", views_crisis.calls, name="calls"),
    path("crisis/<int:crisis_id>/take/", views_crisis.take, name="crisis_take"),
    path("crisis/<int:crisis_id>/step/", views_crisis.step, name="crisis_step"),
    path("crisis/<int:crisis_id>/release/", views_crisis.release, name="crisis_release"),
    path("llm/", views_llm.llm_page, name="llm"),
    path("short/<int:conversation_id>/", views_wording.short, name="short"),
    path("word/<int:conversation_id>/", views_wording.word, name="word"),
    path("word/<int:conversation_id>/<int:wording_id>/", views_wording.worded, name="worded"),
    path("word/<int:conversation_id>/<int:wording_id>/rate/", views_wording.rate, name="rate-wording"),
]
