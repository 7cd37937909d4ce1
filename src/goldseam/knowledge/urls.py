"""Addresses of knowledge."""

from __future__ import annotations

from django.urls import path

from goldseam.knowledge import views, views_sheets

app_name = "knowledge"
urlpatterns = [
    path("", views.articles, name="articles"),
    path("new/", views.write, name="write"),
    path("import/", views.bring_in, name="import"),
    path("products/", views_sheets.sheets, name="sheets"),
    path("products/new/", views_sheets.write_sheet, name="write-sheet"),
    path("products/<int:sheet_id>/", views_sheets.sheet, name="sheet"),
    path("products/<int:sheet_id>/edit/", views_sheets.edit_sheet, name="edit-sheet"),
    path("products/<int:sheet_id>/archive/", views_sheets.archive_sheet, name="archive-sheet"),
    path("<int:article_id>/", views.article, name="article"),
    path("<int:article_id>/edit/", views.edit, name="edit"),
    path("<int:article_id>/archive/", views.archive, name="archive"),
    path("answers/<int:conversation_id>/", views.beside, name="answers"),
    path("answers/<int:conversation_id>/doubt/<int:article_id>/", views.doubt, name="doubt"),
]
