"""What people type about an article."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goldseam.knowledge.models import Article, Kind
from goldseam.knowledge.records import MAX_BODY, MAX_TITLE, ArticleRecord, build_record

LANGUAGES = [("zh", _("Chinese")), ("en", _("English"))]


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
    return forms.DateField(label=label, required=False, widget=widget)


class ArticleForm(forms.Form):
    """An article as lines of text; `version` is the one that was open."""

    title = forms.CharField(
        label=_("Title"), max_length=MAX_TITLE, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Kind.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=MAX_BODY,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 12}),
    )
    questions = forms.CharField(
        label=_("Asked questions"),
        required=False,
        max_length=60_000,
        help_text=_("As customers really ask them, one a line. They make the article easier to find."),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 5}),
    )
    skus = forms.CharField(
        label=_("Products"),
        required=False,
        max_length=60_000,
        help_text=_("Article numbers, one a line; none means all products."),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=LANGUAGES, widget=forms.Select(attrs={"class": "form-select"})
    )
    valid_from = _day(_("Valid from"))
    valid_until = _day(_("Valid until"))
    review_on = _day(_("Review on"))
    public = forms.BooleanField(
        label=_("Open to customers"),
        required=False,
        help_text=_("Customers find and read it in the help centre, without signing in."),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def record(self, external_id: str = "") -> ArticleRecord:
        """The article as typed. Raises DomainError that names the field."""
        return build_record(self.cleaned_data | {"id": external_id})


def form_of(article: Article) -> ArticleForm:
    """The form filled with an article."""
    return ArticleForm(
        initial={
            "title": article.title,
            "kind": article.kind,
            "body": article.body,
            "questions": "\n".join(article.questions),
            "skus": "\n".join(article.skus),
            "language": article.language,
            "valid_from": article.valid_from,
            "valid_until": article.valid_until,
            "review_on": article.review_on,
            "public": article.is_public,
            "version": article.version,
        }
    )
