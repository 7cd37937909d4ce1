"""Gaps to look at and to decide: write the draft, give an article the questions, dismiss, join, take back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.engine.search.terms import has_han
from goldseam.knowledge import gap_actions, gap_deeds, gap_reads, gap_wording, queries
from goldseam.knowledge.forms import ArticleForm
from goldseam.knowledge.models import Gap
from goldseam.people.queries import Role, membership_in, require_role

_PER_PAGE = 20


@require_GET
def gaps(request: PageRequest) -> HttpResponse:
    """What was asked in vain, the most asked first; or what was decided."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in Gap.State.values else Gap.State.OPEN
    page = Paginator(gap_reads.gaps_of(request.shop.pk, state), _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "state": state,
        "states": Gap.State.choices,
        "counts": gap_reads.counts_of(request.shop.pk),
        "page": page,
        "lines": gap_reads.lines_of(list(page)),
        "trend": gap_reads.trend_of_shop(request.shop.pk),
    }
    return render(request, "knowledge/gaps.html", context)


@require_GET
def gap(request: PageRequest, gap_id: int) -> HttpResponse:
    """One gap: its questions, and the proposed draft beside its sources."""
    row = gap_reads.access_gap(request.user, gap_id)
    return _page(request, row, _draft_form(row))


@require_GET
def draft(request: PageRequest, gap_id: int) -> HttpResponse:
    """The draft alone, for the page when a language model has worded it."""
    row = gap_reads.access_gap(request.user, gap_id)
    return render(request, "knowledge/gap_draft.html", _context(request, row, _draft_form(row)))


@require_POST
def do(request: PageRequest, gap_id: int) -> HttpResponse:
    """Decide: what is done stands in `do`."""
    row = gap_reads.access_gap(request.user, gap_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    deed = _DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise DomainError(_("There is no such deed."), field="do")
    return deed(request, row)


def _write(request: PageRequest, row: Gap) -> HttpResponse:
    form = ArticleForm(request.POST)
    if form.is_valid():
        try:
            article = gap_deeds.write_article(row, form.record(), request.user)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            messages.success(request, _("The article is written: %(title)s") % {"title": article.title})
            return redirect("knowledge:gap", row.pk)
    return _page(request, row, form, status=422)


def _add(request: PageRequest, row: Gap) -> HttpResponse:
    number = request.POST.get("article", "")
    article = queries.access_article(request.user, int(number) if number.isdecimal() else 0)
    if article.shop_id != row.shop_id or article.sheet_id is not None:
        raise DomainError(_("Choose an article of this shop that no product sheet writes."), field="article")
    gap_deeds.add_questions(row, article, request.user)
    messages.success(request, _("“%(title)s” has these questions now.") % {"title": article.title})
    return redirect("knowledge:gap", row.pk)


def _dismiss(request: PageRequest, row: Gap) -> HttpResponse:
    gap_actions.dismiss_gap(row, request.user)
    messages.success(request, _("Dismissed. The same questions do not come back."))
    return redirect("knowledge:gap", row.pk)


def _take_back(request: PageRequest, row: Gap) -> HttpResponse:
    gap_deeds.take_back(row, request.user)
    messages.success(request, _("The gap is open again."))
    return redirect("knowledge:gap", row.pk)


def _join(request: PageRequest, row: Gap) -> HttpResponse:
    number = request.POST.get("other", "")
    other = gap_reads.access_gap(request.user, int(number) if number.isdecimal() else 0)
    gap_actions.join_gaps(row, other, request.user)
    messages.success(request, _("The two are one gap now."))
    return redirect("knowledge:gap", row.pk)


def _word(request: PageRequest, row: Gap) -> HttpResponse:
    gap_wording.ask_for(row)
    messages.success(request, _("The language model words the draft; it appears here when it has passed."))
    return redirect("knowledge:gap", row.pk)


_DEEDS: dict[str, Callable[[PageRequest, Gap], HttpResponse]] = {
    "write": _write,
    "add": _add,
    "dismiss": _dismiss,
    "take-back": _take_back,
    "join": _join,
    "word": _word,
}


def _draft_form(row: Gap) -> ArticleForm:
    proposal = row.proposal
    body = proposal.get("worded") or proposal.get("body", "")
    return ArticleForm(
        initial={
            "title": proposal.get("title") or row.title,
            "kind": "how_to",
            "body": body,
            "questions": "\n".join(proposal.get("questions", ())),
            "language": "zh" if has_han(row.title) else "en",
        }
    )


def _context(request: PageRequest, row: Gap, form: ArticleForm) -> dict[str, Any]:
    return {
        "gap": row,
        "form": form,
        "proposal": row.proposal,
        "may_decide": membership_in(request.user, row.shop_id).role != Role.AGENT,
        "may_word": gap_wording.is_on(),
    }


def _page(request: PageRequest, row: Gap, form: ArticleForm, status: int = 200) -> HttpResponse:
    context = _context(request, row, form) | {
        "questions": gap_reads.questions_of(row),
        "trend": gap_reads.trend_of(row),
        "others": gap_reads.others_to_join(row) if row.state == Gap.State.OPEN else [],
    }
    return render(request, "knowledge/gap.html", context, status=status)
