"""The pages of the room: packs, one version's table, its rules, the difference, files, the way into force."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.core.errors import DomainError, NotFound
from goldseam.core.http import PageRequest
from goldseam.engine.decide.pack_form import examine_form
from goldseam.engine.decide.pack_terms import ERROR, Finding
from goldseam.people.queries import Role, require_role
from goldseam.policies import actions, excel, pages, queries, trying
from goldseam.policies.cells import BadCell, languages_of, limit_of, number_of, rule_of
from goldseam.policies.models import PackVersion
from goldseam.policies.table import told
from goldseam.workshop.load_terms import load_terms, shipped_pack

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def packs(request: PageRequest) -> HttpResponse:
    """The shop's packs: what is in force, what is being written, what was."""
    role = require_role(request.user, request.shop.pk, Role.LEAD).role
    context = {"packs": pages.overview(request.shop.pk), "is_admin": role == Role.ADMIN}
    return render(request, "policies/packs.html", context)


@require_POST
def start(request: PageRequest) -> HttpResponse:
    """A new draft, from the version in force or from a former one."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    source = _posted_version(request, "source")
    base = source.pack.base if source else request.POST.get("base", "")
    draft = actions.start_draft(request.shop, base, request.user, source=source)
    return redirect("policies:version", draft.pk)


@require_POST
def roll_back(request: PageRequest) -> HttpResponse:
    """A former version, or the shipped pack, is in force again."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    target = _posted_version(request, "target")
    base = target.pack.base if target else queries.known_base(request.POST.get("base", ""))
    label = actions.roll_back(request.shop, base, request.user, target=target)
    messages.success(request, _("%(label)s is in force now.") % {"label": label})
    return redirect("policies:packs")


@require_GET
def shipped(request: PageRequest) -> HttpResponse:
    """The pack that comes with the software, to read."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    base = queries.known_base(request.GET.get("base", ""))
    context = {"label": queries.shipped_ref(base).label, "base": base}
    context |= pages.rule_table(shipped_pack(base), request)
    return _table(request, "policies/shipped.html", context)


@require_GET
def version(request: PageRequest, version_id: int) -> HttpResponse:
    """One version: its rules as a table, findings beside, and what may be done with it now."""
    found = queries.access_version(request.user, version_id)
    return _table(request, "policies/version.html", pages.version_page(found, request))


def _table(request: PageRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, "policies/rows.html" if request.htmx else template, context)


@require_http_methods(["GET", "POST"])
def rule(request: PageRequest, version_id: int, rule_id: str = "") -> HttpResponse:
    """A rule of a draft, or a new one (without an id)."""
    found = queries.access_version(request.user, version_id)
    row = pages.row_for(found, rule_id) if rule_id else {"effect": "allow", "payer": "seller"}
    if row is None:
        raise NotFound(gettext_noop("There is no such rule in this draft."))
    problems: list[Finding] = []
    if request.method == "POST":
        row = pages.posted_row(request.POST, languages_of(found.body["rules"]))
        row |= {"disabled": "true"} if (pages.row_for(found, rule_id) or {}).get("disabled") else {}
        read, problems = rule_of(row)
        problems = problems or _put_rule(request, found, read, rule_id)
        if not problems:
            return redirect("policies:version", found.pk)
    context = pages.rule_form(found, row, problems, rule_id)
    return render(request, "policies/rule.html", context, status=400 if problems else 200)


def _put_rule(request: PageRequest, found: PackVersion, read: dict[str, Any], before: str) -> list[Finding]:
    try:
        actions.put_rule(found, request.user, read, revision=_revision(request), before=before)
    except actions.BadPack as error:
        return error.findings
    return []


@require_POST
def switch(request: PageRequest, version_id: int, rule_id: str) -> HttpResponse:
    """Disable, enable or remove a rule of a draft."""
    found = queries.access_version(request.user, version_id)
    revision = _revision(request)
    if "remove" in request.POST:
        actions.remove_rule(found, request.user, rule_id, revision=revision)
    else:
        actions.switch_rule(found, request.user, rule_id, revision=revision, on="on" in request.POST)
    return redirect("policies:version", found.pk)


@require_http_methods(["GET", "POST"])
def head(request: PageRequest, version_id: int) -> HttpResponse:
    """Authority, classes of goods and times of a draft."""
    found = queries.access_version(request.user, version_id)
    problems: list[Finding] = []
    given: dict[str, str] | None = None
    if request.method == "POST":
        given = {key: str(value)[:20000] for key, value in request.POST.items()}
        changed, problems = _head_of(found, given)
        if not problems:
            try:
                actions.put_head(found, request.user, changed, revision=_revision(request))
                return redirect("policies:version", found.pk)
            except actions.BadPack as error:
                problems = error.findings
    context = pages.head_form(found, problems, given)
    return render(request, "policies/head.html", context, status=400 if problems else 200)


def _head_of(found: PackVersion, given: dict[str, str]) -> tuple[dict[str, Any], list[Finding]]:
    """The head as the form tells it; cells that cannot be read are findings."""
    problems: list[Finding] = []
    changed: dict[str, Any] = {
        "authority": {role: dict(limits) for role, limits in found.body["authority"].items()},
        "follow_up_hours": dict(found.body["follow_up_hours"]),
    }
    for key, text in given.items():
        table, _dot, rest = key.partition(".")
        name, _dot, period = rest.partition(".")
        try:
            if table == "authority" and period in changed["authority"].get(name, {}):
                changed["authority"][name][period] = limit_of(text.strip())
            elif table == "follow_up_hours" and rest in changed["follow_up_hours"]:
                changed["follow_up_hours"][rest] = number_of(text.strip())
        except BadCell:
            details = {"value": text[:100], "low": "0"}
            problems.append(Finding("bad_number", ERROR, (), key, details))
    classes: dict[str, list[str]] = {}
    for line in given.get("classes", "").replace("\uff1a", ":").splitlines():
        name, _colon, words = line.partition(":")
        if name.strip():
            parts = words.replace("\uff0c", ",").split(",")
            classes[name.strip()] = [part.strip() for part in parts if part.strip()]
    return changed | {"product_classes": classes}, problems


@require_GET
def difference(request: PageRequest, version_id: int) -> HttpResponse:
    """What a version changes, in words."""
    found = queries.access_version(request.user, version_id)
    return render(request, "policies/difference.html", pages.diff_page(found, request.user.language))


@require_POST
def step(request: PageRequest, version_id: int) -> HttpResponse:
    """One step of a version's way: hand in, take back, approve, discard."""
    found = queries.access_version(request.user, version_id)
    wanted = request.POST.get("step", "")
    note = request.POST.get("note", "")[:300]
    if wanted == "submit":
        actions.submit(found, request.user, note=note)
        messages.success(request, _("Handed in. Somebody else has to approve it now."))
    elif wanted == "take_back":
        actions.take_back(found, request.user, reason=note)
    elif wanted == "publish":
        published = actions.publish(found, request.user)
        messages.success(request, _("%(label)s is in force now.") % {"label": published.label})
    elif wanted == "discard":
        actions.discard(found, request.user)
        return redirect("policies:packs")
    else:
        raise DomainError(gettext_noop("Unknown step."), field="step")
    return redirect("policies:version", found.pk)


@require_GET
def export(request: PageRequest, version_id: int) -> HttpResponse:
    """A version as an Excel file."""
    found = queries.access_version(request.user, version_id)
    return _file(
        excel.write_pack(found.body), found.label, found.published_at.date() if found.published_at else None
    )


@require_GET
def export_shipped(request: PageRequest) -> HttpResponse:
    """The shipped pack as an Excel file."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    base = queries.known_base(request.GET.get("base", ""))
    return _file(excel.write_pack(shipped_pack(base)), queries.shipped_ref(base).label, None)


def _file(content: bytes, label: str, day: date | None) -> HttpResponse:
    name = label.replace("@", "-v") + (f"-{day.isoformat()}" if day else "")
    response = HttpResponse(content, content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@require_POST
def take_file(request: PageRequest, version_id: int) -> HttpResponse:
    """An Excel file takes the place of a draft's content; otherwise its bad cells are named."""
    found = queries.access_version(request.user, version_id)
    given = request.FILES.get("file")
    if given is None or given.size is None or given.size > excel.MAX_BYTES:
        raise DomainError(gettext_noop("Choose an Excel file of at most 5 MB."), field="file")
    sheet = excel.read_pack(given.read(), found.body["name"], found.body["version"])
    problems = sheet.findings or [f for f in examine_form(sheet.body, load_terms()) if f.severity == ERROR]
    if problems:
        places = {position: sheet.place(finding) for position, finding in enumerate(problems)}
        context = {"version": found, "findings": told(problems, places), "file": given.name}
        return render(request, "policies/bad_file.html", context, status=400)
    actions.put_body(found, request.user, sheet.body, revision=_revision(request))
    messages.success(request, _("Taken over from %(file)s.") % {"file": given.name})
    return redirect("policies:version", found.pk)


@require_POST
def try_out(request: PageRequest, version_id: int) -> HttpResponse:
    """Run a version over past decisions."""
    found = queries.access_version(request.user, version_id)
    wanted = request.POST.get("wanted", "")
    size = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 0
    started = trying.start_tryout(found, request.user, wanted=size)
    return redirect("policies:tryout", started.pk)


@require_GET
def tryout(request: PageRequest, tryout_id: int) -> HttpResponse:
    """How far a try-out is, and what it has shown."""
    found = queries.access_tryout(request.user, tryout_id)
    template = "policies/tryout_part.html" if request.htmx else "policies/tryout.html"
    return render(request, template, {"tryout": found, **pages.tryout_page(found)})


@require_POST
def stop_tryout(request: PageRequest, tryout_id: int) -> HttpResponse:
    """Give a try-out up."""
    found = queries.access_tryout(request.user, tryout_id)
    trying.stop_tryout(found, request.user)
    return redirect("policies:tryout", found.pk)


def _revision(request: PageRequest) -> int:
    given = request.POST.get("revision", "")
    if not given.isdecimal() or len(given) > 9:
        raise DomainError(gettext_noop("The page is too old; load it again."), field="revision")
    return int(given)


def _posted_version(request: PageRequest, name: str) -> PackVersion | None:
    given = request.POST.get(name, "")
    if not given:
        return None
    found = queries.access_version(request.user, int(given) if given.isdecimal() and len(given) < 19 else 0)
    if found.pack.shop_id != request.shop.pk:
        raise NotFound(gettext_noop("There is no such version of a policy pack."))
    return found
