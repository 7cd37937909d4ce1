"""Canned replies and macros: found while writing, kept on pages of their own."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from goldseam.conversations.queries import access_conversation, cause_name, labels_of
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.people.queries import agents_of
from goldseam.replies import actions, queries, tables
from goldseam.replies.forms import CannedForm, MacroForm, initial_of
from goldseam.replies.models import CannedReply, Macro
from goldseam.replies.variables import VARIABLES, fill, values_for

_MOST_WORDS = 40
_Form = CannedForm | MacroForm


@require_GET
def replies(request: PageRequest) -> HttpResponse:
    """All that this person sees."""
    context = {
        "canned": queries.canned_of(request.shop.pk, request.user),
        "macros": queries.macros_of(request.shop.pk, request.user),
    }
    return render(request, "replies/replies.html", context)


@require_GET
def find(request: PageRequest, conversation_id: int) -> HttpResponse:
    """What fits the letters typed after the slash."""
    conversation = access_conversation(request.user, conversation_id)
    words = request.GET.get("q", "").replace("\x00", "")[:_MOST_WORDS]
    found = queries.find(conversation.shop_id, request.user, words)
    return render(
        request, "replies/found.html", {"found": found, "conversation": conversation, "words": words}
    )


@require_POST
def use(request: PageRequest, conversation_id: int, reply_id: int) -> HttpResponse:
    """A canned reply's text, filled for the conversation."""
    conversation = access_conversation(request.user, conversation_id)
    row = queries.access_canned(request.user, reply_id)
    filled = actions.use_canned(row, conversation, request.user)
    return JsonResponse({"text": filled.text, "missing": filled.missing})


@require_POST
def fill_in(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Any text with variables, filled for the conversation."""
    conversation = access_conversation(request.user, conversation_id)
    text = request.POST.get("text", "")[:20_000]
    language = "zh" if any("\u3400" <= sign <= "\u9fff" for sign in text) else "en"
    filled = fill(text, values_for(conversation, request.user, language))
    return JsonResponse({"text": filled.text, "missing": filled.missing})


@require_GET
def ask(request: PageRequest, conversation_id: int, macro_id: int) -> HttpResponse:
    """What a macro will do here, before it does."""
    conversation = access_conversation(request.user, conversation_id)
    macro = queries.access_macro(request.user, macro_id)
    context = _steps(macro) | {
        "macro": macro,
        "conversation": conversation,
        "plan": actions.plan(macro, conversation, request.user),
        "key": uuid.uuid4().hex,
    }
    return render(request, "replies/ask.html", context)


@require_POST
def run(request: PageRequest, conversation_id: int, macro_id: int) -> HttpResponse:
    """Do all of it."""
    conversation = access_conversation(request.user, conversation_id)
    macro = queries.access_macro(request.user, macro_id)
    key = request.POST.get("key", "")[:64]
    if not key:
        raise DomainError(_("The key is missing."), field="key")
    actions.run(macro, conversation, request.user, key=key)
    if not request.htmx:
        return redirect("conversations:page", conversation.pk)
    text = _("Done: %(name)s") % {"name": macro.name}
    return trigger_client_event(HttpResponse(status=204), "goldseam:toast", {"level": "info", "text": text})


@require_http_methods(["GET", "POST"])
def write_canned(request: PageRequest, reply_id: int | None = None) -> HttpResponse:
    """A new canned reply, or one to change."""
    row = queries.access_canned(request.user, reply_id) if reply_id else None
    return _edit(request, CannedForm, row, "replies/canned.html")


@require_http_methods(["GET", "POST"])
def write_macro(request: PageRequest, macro_id: int | None = None) -> HttpResponse:
    """A new macro, or one to change."""
    row = queries.access_macro(request.user, macro_id) if macro_id else None
    return _edit(request, MacroForm, row, "replies/macro.html")


def _edit(
    request: PageRequest, kind: type[_Form], row: CannedReply | Macro | None, page: str
) -> HttpResponse:
    shop = row.shop if row else request.shop
    start: dict[str, Any] = {"scope": "me", "language": "zh" if shop.language.startswith("zh") else "en"}
    given = (
        {"data": request.POST} if request.method == "POST" else {"initial": initial_of(row) if row else start}
    )
    form = kind(shop.pk, request.user, **given)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, form, row)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            messages.success(request, _("Saved."))
            return redirect("replies:all")
    context = {"form": form, "row": row, "variables": VARIABLES.items()}
    return render(request, page, context, status=422 if form.errors else 200)


def _save(request: PageRequest, form: _Form, row: Any) -> None:
    if row is not None:  # who may not change it as it stands may not move it either
        lead = row.team.lead_id if row.team else None
        queries.require_edit(request.user, row.shop_id, owner_id=row.owner_id, team_lead_id=lead)
    shop = row.shop if row else request.shop
    if isinstance(form, CannedForm):
        actions.save_canned(shop, request.user, form.place(), row=row, **form.values())
    else:
        actions.save_macro(shop, request.user, form.place(), row=row, **form.values())


@require_POST
def remove_canned(request: PageRequest, reply_id: int) -> HttpResponse:
    """It is gone."""
    actions.remove(queries.access_canned(request.user, reply_id), request.user)
    messages.success(request, _("Removed."))
    return redirect("replies:all")


@require_POST
def remove_macro(request: PageRequest, macro_id: int) -> HttpResponse:
    """It is gone."""
    actions.remove(queries.access_macro(request.user, macro_id), request.user)
    messages.success(request, _("Removed."))
    return redirect("replies:all")


@require_GET
def export(request: PageRequest, kind: str) -> HttpResponse:
    """All that this person sees of a kind, as a CSV table that spreadsheets open and `bring_in` takes."""
    if kind == "macros":
        content = tables.write_macros(queries.macros_of(request.shop.pk, request.user))
    else:
        content = tables.write_canned(queries.canned_of(request.shop.pk, request.user))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = f"{request.shop.slug}-{'macros' if kind == 'macros' else 'replies'}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "POST"])
def bring_in(request: PageRequest) -> HttpResponse:
    """A CSV table of canned replies or macros comes in, whole or not at all."""
    error = ""
    if request.method == "POST":
        try:
            number = _bring_in(request)
        except DomainError as problem:
            error = _(problem.message)
        else:
            done = ngettext("%(n)s entry came in.", "%(n)s entries came in.", number) % {"n": number}
            messages.success(request, done)
            return redirect("replies:all")
    return render(request, "replies/import.html", {"error": error}, status=422 if error else 200)


def _bring_in(request: PageRequest) -> int:
    file = request.FILES.get("file")
    if file is None:
        raise DomainError(_("Choose a file."), field="file")
    if (file.size or 0) > tables.MAX_FILE:
        raise DomainError(_("The file is larger than 2 MB; split it."), field="file")
    return tables.bring_in(request.shop, request.user, file.name or "", file.read())


def _steps(macro: Macro) -> dict[str, Any]:
    """The macro's steps with names for people."""
    steps = macro.steps
    found: dict[str, Any] = {"steps": steps, "close": steps.get("close")}
    if isinstance(steps.get("assign"), int):
        one = agents_of(macro.shop_id).filter(pk=steps["assign"]).first()
        found["assignee"] = one.name if one else _("somebody who left")
    if steps.get("labels"):
        found["labels"] = [label for label in labels_of(macro.shop_id) if label.pk in steps["labels"]]
    if (steps.get("close") or {}).get("cause"):
        found["cause"] = cause_name(macro.shop_id, steps["close"]["cause"])
    return found
