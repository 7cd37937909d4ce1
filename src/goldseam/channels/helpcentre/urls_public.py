"""Addresses that everybody may open."""

from __future__ import annotations

from django.urls import path, re_path

from goldseam.channels.helpcentre import views_public

app_name = "help"
_PAGE = r"^(?P<slug>[-\w]+)/(?P<language>zh|en)/"
urlpatterns = [
    path("<slug:slug>/", views_public.front, name="front"),
    path("<slug:slug>/theme.css", views_public.theme_css, name="theme"),
    path("<slug:slug>/sitemap.xml", views_public.sitemap, name="sitemap"),
    re_path(_PAGE + r"$", views_public.home, name="home"),
    re_path(_PAGE + r"search/$", views_public.search, name="search"),
    re_path(_PAGE + r"orders/$", views_public.orders, name="orders"),
    re_path(_PAGE + r"(?P<kind>policy|how_to|fault|product)/$", views_public.shelf, name="shelf"),
    re_path(_PAGE + r"(?P<article_id>[0-9]{1,18})/$", views_public.article, name="article"),
    re_path(_PAGE + r"(?P<article_id>[0-9]{1,18})/vote/$", views_public.vote, name="vote"),
]
