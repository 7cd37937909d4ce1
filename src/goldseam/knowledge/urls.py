"""Addresses of knowledge."""

from __future__ import annotations

from django.urls import path

from goldseam.knowledge import views, views_gaps, views_guides, views_sheets

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
    path("guides/", views_guides.guides, name="guides"),
    path("guides/new/", views_guides.write_guide, name="write-guide"),
    path("guides/<int:guide_id>/", views_guides.guide, name="guide"),
    path("guides/<int:guide_id>/edit/", views_guides.edit_guide, name="edit-guide"),
    path("guides/<int:guide_id>/publish/", views_guides.publish_guide, name="publish-guide"),
    path("guides/<int:guide_id>/archive/", views_guides.archive_guide, name="archive-guide"),
    path("photos/<slug:digest>/", views_guides.guide_photo, name="guide-photo"),
    path("beside/<int:conversation_id>/guides/", views_guides.beside, name="guides-beside"),
    path("beside/<int:conversation_id>/guides/<int:guide_id>/", views_guides.begin, name="begin-guide"),
    path("beside/<int:conversation_id>/walks/<int:walk_id>/", views_guides.move, name="move-guide"),
    path("gaps/", views_gaps.gaps, name="gaps"),
    path("gaps/<int:gap_id>/", views_gaps.gap, name="gap"),
    path("gaps/<int:gap_id>/draft/", views_gaps.draft, name="gap-draft"),
    path("gaps/<int:gap_id>/do/", views_gaps.do, name="gap-do"),
    path("<int:article_id>/", views.article, name="article"),
    path("<int:article_id>/owner/", views.own, name="own"),
    path("<int:article_id>/questions/", views.add_questions, name="add-questions"),
    path("answers/<int:conversation_id>/use/<int:article_id>/", views.use, name="use"),
    path("<int:article_id>/public/", views.publish, name="publish"),
    path("<int:article_id>/edit/", views.edit, name="edit"),
    path("<int:article_id>/archive/", views.archive, name="archive"),
    path("answers/<int:conversation_id>/", views.beside, name="answers"),
    path("answers/<int:conversation_id>/doubt/<int:article_id>/", views.doubt, name="doubt"),
]
