"""Addresses of knowledge."""

from __future__ import annotations

from django.urls import path

from goldseam.knowledge import views

app_name = "knowledge"
urlpatterns = [
    path("", views.articles, name="articles"),
    path("new/", views.write, name="write"),
    path("import/", views.bring_in, name="import"),
    path("<int:article_id>/", views.article, name="article"),
    path("<int:article_id>/edit/", views.edit, name="edit"),
    path("<int:article_id>/archive/", views.archive, name="archive"),
    path("answers/<int:conversation_id>/", views.beside, name="answers"),
    path("answers/<int:conversation_id>/doubt/<int:article_id>/", views.doubt, name="doubt"),
]
