"""Changing many conversations at once: gate, form, action, fragment."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from goldseam.conversations import actions, bulk
from goldseam.conversations.bulk import summary_of
from goldseam.conversations.forms import SnoozeForm, checked
from goldseam.conversations.labels import labels_of
from goldseam.conversations.list_screen import ListQuery
from goldseam.conversations.models import BulkRun, Outcome
from goldseam.conversations.snoozing import PRESETS
from goldseam.conversations.threads import causes_of, close_rules
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.people.queries import agents_of


class BulkForm(forms.Form):
    """What to do; the value of each verb has a field of its own."""

    verb = forms.ChoiceField(choices=[(verb, verb) for verb in actions.BULK_VERBS])
    key = forms.CharField(max_length=64)
    assignee = forms.IntegerField(required=False)
    outcome = forms.ChoiceField(choices=Outcome.choices, required=False)
    cause = forms.SlugField(max_length=40, required=False)
    note = forms.CharField(max_length=2000, required=False, strip=True)
    priority = forms.CharField(max_length=2, required=False)


class IdsForm(forms.Form):
    """Ids as the list names them: numbers with commas between."""

    ids = forms.CharField(
        max_length=60_000, required=False, validators=[RegexValidator(r"^[0-9]{1,18}(,[0-9]{1,18})*$")]
    )


@require_http_methods(["GET", "POST"])
def bulk_change(request: PageRequest) -> HttpResponse:
    """The window of one verb; posted, the change of what is chosen or (with `all`) of the whole view."""
    if request.method == "GET":
        return _window(request)
    given = checked(BulkForm(request.POST))
    run = actions.begin_bulk(
        request.shop,
        request.user,
        given["verb"],
        _value(request, given),
        _ids(request),
        key=given["key"],
    )
    return _told(request, run)


@require_GET
def bulk_run(request: PageRequest, run_id: int) -> HttpResponse:
    """How far a change is."""
    run = bulk.access_run(request.user, request.shop.pk, run_id)
    return render(request, "conversations/bulk_result.html", {"summary": summary_of(run)})


@require_POST
def bulk_undo(request: PageRequest, run_id: int) -> HttpResponse:
    """Give everything back what it had."""
    run = bulk.access_run(request.user, request.shop.pk, run_id)
    return _told(request, actions.undo_bulk(run, request.user))


def _window(request: PageRequest) -> HttpResponse:
    verb = request.GET.get("do", "")
    if verb not in actions.BULK_VERBS:
        raise DomainError("Choose what to do with the conversations.", field="do")
    shop_id = request.shop.pk
    context: dict[str, Any] = {"verb": verb, "key": uuid.uuid4().hex, "query": ListQuery.of(request)}
    if verb == "assign":
        context["colleagues"] = agents_of(shop_id)
    elif verb == "label":
        context["labels"] = labels_of(shop_id)
    elif verb == "snooze":
        context["presets"] = PRESETS.items()
    elif verb == "close":
        context |= {
            "outcomes": Outcome.choices,
            "causes": causes_of(shop_id),
            "rules": close_rules(shop_id),
        }
    else:
        context["priorities"] = actions.PRIORITIES
    return render(request, "conversations/bulk_window.html", context)


def _ids(request: PageRequest) -> list[int]:
    if request.POST.get("all") == "1":
        listing = ListQuery.of(request).listing(request.shop.pk, request.user)
        return listing.ids(bulk.MOST + 1)
    text = checked(IdsForm(request.POST))["ids"]
    return [int(number) for number in text.split(",")] if text else []


def _value(request: PageRequest, given: dict[str, Any]) -> Any:
    verb = given["verb"]
    if verb == "assign":
        return given["assignee"]
    if verb == "label":
        return {"add": _numbers(request.POST, "add"), "remove": _numbers(request.POST, "remove")}
    if verb == "snooze":
        form = SnoozeForm(request.POST)
        checked(form)
        return form.moment().isoformat()
    if verb == "close":
        return {name: given[name] for name in ("outcome", "cause", "note")}
    return given["priority"]


def _numbers(data: QueryDict, name: str) -> list[int]:
    return sorted({int(n) for n in data.getlist(name) if n.isascii() and n.isdecimal() and len(n) < 19})


def _told(request: PageRequest, run: BulkRun) -> HttpResponse:
    if not request.htmx:
        return redirect("conversations:inbox")
    response = render(request, "conversations/bulk_result.html", {"summary": summary_of(run)})
    return trigger_client_event(response, "goldseam:bulk", {"id": run.pk})
