"""The living style page: every part that pages are made of, in both languages, light and dark."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from goldseam.core.http import PageRequest
from goldseam.people.queries import Role, require_role
from goldseam.site.contrast import colours, contrasts

PANES = (("light", "zh-hans"), ("light", "en"), ("dark", "zh-hans"), ("dark", "en"))


@require_GET
def style(request: PageRequest) -> HttpResponse:
    """The parts four times over, then the tokens with their contrasts."""
    require_role(request.user, request.shop.pk, Role.ADMIN)
    modes = colours()
    names = sorted(modes["light"])
    context = {
        "panes": PANES,
        "tokens": [(name, modes["light"][name], modes["dark"].get(name, "")) for name in names],
        "contrasts": list(zip(contrasts("light"), contrasts("dark"), strict=True)),
    }
    return render(request, "site/style.html", context)
