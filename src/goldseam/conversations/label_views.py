"""Labels: the page on which a shop keeps them, and the ones of a conversation."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from goldseam.conversations import actions, queries
from goldseam.conversations.forms import checked
from goldseam.conversations.labels import label_of_shop, labels_of, use_of_labels
from goldseam.conversations.models import LabelColour
from goldseam.core.http import PageRequest
from goldseam.people.queries import Role, require_role

MOST_COUNTED = 100


class LabelForm(forms.Form):
    """A label's name, colour and description."""

    name = forms.CharField(max_length=40, strip=True)
    colour = forms.ChoiceField(choices=LabelColour.choices)
    description = forms.CharField(max_length=200, strip=True, required=False)


@require_http_methods(["GET", "POST"])
def labels(request: PageRequest) -> HttpResponse:
    """The shop's labels with their use; leads and admins make new ones."""
    if request.method == "POST":
        require_role(request.user, request.shop.pk, Role.LEAD)
        given = checked(LabelForm(request.POST))
        actions.make_label(request.shop, **given, actor=f"agent-{request.user.pk}")
        return redirect("conversations:labels")
    rows = labels_of(request.shop.pk)
    used = use_of_labels(request.shop.pk, MOST_COUNTED)
    context = {
        "rows": [(row, used.get(row.pk, 0)) for row in rows],
        "cap": MOST_COUNTED,
        "colours": LabelColour.choices,
        "may_change": request.membership.role != Role.AGENT,
    }
    return render(request, "conversations/labels.html", context)


@require_POST
def label(request: PageRequest, label_id: int) -> HttpResponse:
    """Change a label, or take it away from the shop."""
    row = label_of_shop(request.shop.pk, label_id)
    require_role(request.user, request.shop.pk, Role.LEAD)
    actor = f"agent-{request.user.pk}"
    if request.POST.get("drop"):
        actions.drop_label(row, actor=actor)
    else:
        actions.change_label(row, **checked(LabelForm(request.POST)), actor=actor)
    return redirect("conversations:labels")


@require_http_methods(["GET", "POST"])
def on_conversation(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The labels of a conversation, to be put on and taken off."""
    conversation = queries.access_conversation(request.user, conversation_id)
    rows = labels_of(conversation.shop_id)
    if request.method == "GET":
        context = {"conversation": conversation, "labels": rows}
        return render(request, "conversations/label_window.html", context)
    chosen = {row.pk for row in rows if str(row.pk) in request.POST.getlist("label")}
    has = set(conversation.label_ids)
    actions.label_conversation(
        conversation, add=chosen - has, remove=has - chosen, actor=f"agent-{request.user.pk}"
    )
    if not request.htmx:
        return redirect("conversations:page", conversation.pk)
    return trigger_client_event(HttpResponse(status=204), "goldseam:labelled", {"id": conversation.pk})
