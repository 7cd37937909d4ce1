"""The admin's page of the help centre."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from goldseam.channels.helpcentre import actions, queries
from goldseam.channels.helpcentre.forms import HelpCentreForm
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.knowledge.actions import open_articles
from goldseam.knowledge.public_reads import ids_of_kind, open_guides, opened_by_kind
from goldseam.people.queries import Role, require_role


@require_http_methods(["GET", "POST"])
def settings(request: PageRequest) -> HttpResponse:
    """How it looks, what it shows, and how many articles are open."""
    shop = require_role(request.user, request.shop.pk, Role.ADMIN).shop
    row = queries.centre_of(shop.pk)
    form = HelpCentreForm(request.POST) if request.method == "POST" else HelpCentreForm.of(row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_up(shop, actor=request.user.name, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            messages.success(request, _("Saved."))
            return redirect("helpcentre:settings")
    context = {
        "form": form,
        "centre": row,
        "address": f"{django_settings.ENVIRONMENT.customer_url}/help/{shop.slug}/",
        "kinds": opened_by_kind(shop.pk),
        "guides": open_guides(shop.pk),
    }
    return render(request, "helpcentre/settings.html", context, status=422 if form.errors else 200)


@require_POST
def open_kind(request: PageRequest) -> HttpResponse:
    """Open all articles of a kind to customers, or close them."""
    shop = require_role(request.user, request.shop.pk, Role.ADMIN).shop
    is_public = request.POST.get("public") == "1"
    ids = ids_of_kind(shop.pk, request.POST.get("kind", ""))
    changed = open_articles(shop, ids, is_public, request.user.name)
    text = ngettext("%(n)s article changed.", "%(n)s articles changed.", changed) % {"n": changed}
    messages.success(request, text)
    return redirect("helpcentre:settings")
