"""The audit trail: who did what to which thing, before and after, from where. Nothing can be changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from goldseam.core.export import csv_answer
from goldseam.core.http import PageRequest
from goldseam.core.models import AuditEntry
from goldseam.core.trail import TrailFilter, trail_page, verbs_of, whole_trail
from goldseam.people.queries import Role, departures_from, memberships_in, require_role, tokens_of
from goldseam.site.verbs import origin_words, verb_words


class TrailForm(forms.Form):
    """What to look for; what cannot be read limits nothing."""

    q = forms.CharField(required=False, max_length=120, label=pgettext_lazy("search", "Words"))
    actor = forms.CharField(required=False, max_length=200)
    verb = forms.CharField(required=False, max_length=80)
    subject = forms.CharField(required=False, max_length=120)
    since = forms.DateField(required=False, label=gettext_lazy("From day"))
    until = forms.DateField(required=False, label=gettext_lazy("To day"))

    def wanted(self) -> TrailFilter:
        """As the trail reads it; days are the reader's, the last one included."""
        self.is_valid()
        given = self.cleaned_data
        return TrailFilter(
            subject=given.get("subject", ""),
            actor=given.get("actor", ""),
            verb=given.get("verb", ""),
            words=given.get("q", ""),
            since=_start(given.get("since")),
            until=_start(given.get("until"), timedelta(days=1)),
        )

    @property
    def address(self) -> str:
        """The filters as part of an address."""
        return urlencode({name: value for name in self.fields if (value := self.data.get(name, ""))})


def _start(day: date | None, later: timedelta = timedelta(0)) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min) + later) if day else None


@require_GET
def audit_trail(request: PageRequest) -> HttpResponse:
    """The entries, with filters; for htmx the next rows alone."""
    shop_id = require_role(request.user, request.shop.pk, Role.ADMIN).shop_id
    form = TrailForm(_clean(request))
    page = trail_page(shop_id, form.wanted(), after=request.GET.get("after"))
    names = names_of(shop_id)
    context = {"page": page, "names": names, "form": form, "given": form.data}
    if request.htmx and request.GET.get("after"):
        return render(request, "site/audit_rows.html", context)
    verbs = sorted(((verb, verb_words(verb)) for verb in verbs_of(shop_id)), key=lambda pair: pair[1])
    return render(request, "site/audit.html", context | {"verbs": verbs})


@require_GET
def audit_export(request: PageRequest) -> StreamingHttpResponse:
    """Everything that fits the filters, as CSV."""
    shop_id = require_role(request.user, request.shop.pk, Role.ADMIN).shop_id
    form = TrailForm(_clean(request))
    names = names_of(shop_id)
    header = (
        _("When"),
        _("Who"),
        pgettext("was done", "What"),
        _("Which"),
        _("Before"),
        _("After"),
        pgettext("origin", "From"),
        "actor",
        "verb",
    )
    pieces = ([_row(entry, names) for entry in piece] for piece in whole_trail(shop_id, form.wanted()))
    return csv_answer(request, f"audit-{timezone.localdate():%Y-%m-%d}.csv", header, pieces)


def _row(entry: AuditEntry, names: dict[str, str]) -> Iterator[object]:
    yield entry.at.isoformat(timespec="seconds")
    yield names.get(entry.actor, entry.actor)
    yield verb_words(entry.verb)
    yield entry.subject
    for values in (entry.before, entry.after):
        yield json.dumps(values, ensure_ascii=False) if values else ""
    yield origin_words(entry.origin)
    yield entry.actor
    yield entry.verb


def names_of(shop_id: int) -> dict[str, str]:
    """What the actors of a shop's trail are called: people, also former ones, and programs."""
    people = [row.agent for row in memberships_in(shop_id)]
    former = [row.agent for row in departures_from(shop_id)]
    names = {f"agent-{agent.pk}": agent.name for agent in (*former, *people)}
    names |= {f"token-{token.pk}": token.name for token in tokens_of(shop_id)}
    return names | {"clock": _("the clock"), "copilot": _("the copilot"), "bot": _("the bot")}


def _clean(request: PageRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").replace("\x00", "") for name in TrailForm.base_fields}
