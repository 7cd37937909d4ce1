"""Articles to read, write and bring in, and the answers beside a conversation."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goldseam.conversations.queries import access_conversation
from goldseam.core.errors import DomainError
from goldseam.core.http import PageRequest
from goldseam.knowledge import actions, answers, queries
from goldseam.knowledge.forms import ArticleForm, form_of
from goldseam.knowledge.gap_reads import verdicts_on
from goldseam.knowledge.importing import read_articles
from goldseam.knowledge.models import Kind
from goldseam.people.queries import Role, agents_of, colleague, require_role

_PER_PAGE = 30
_MOST_FILES = 200


@require_GET
def articles(request: PageRequest) -> HttpResponse:
    """All articles of the shop, or what a search finds; for htmx the rows alone."""
    words, kind = request.GET.get("q", "")[:500].strip(), request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    context: dict[str, object] = {"words": words, "kind": kind, "kinds": Kind.choices}
    context["today"] = timezone.localdate()
    if words:
        of_kind = (lambda row: row.kind == kind) if kind else None
        context["found"] = queries.search(request.shop.pk, words, 20, keep=of_kind)
    else:
        due = request.GET.get("due") == "1"
        rows = queries.articles_of(request.shop.pk, kind, due=due)
        context |= {"due": due, "count_due": queries.articles_of(request.shop.pk, due=True).count()}
        context["page"] = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    part = request.htmx and not request.htmx.history_restore_request
    return render(request, "knowledge/rows.html" if part else "knowledge/articles.html", context)


@require_GET
def article(request: PageRequest, article_id: int) -> HttpResponse:
    """One article with its versions."""
    row = queries.access_article(request.user, article_id)
    context = {
        "article": row,
        "versions": queries.versions_of(row)[:50],
        "kind": row.get_kind_display(),
        "verdicts": verdicts_on(row.pk),
        "used_for": queries.used_for(row),
        "people": list(agents_of(row.shop_id)),
    }
    return render(request, "knowledge/article.html", context)


@require_http_methods(["GET", "POST"])
def write(request: PageRequest) -> HttpResponse:
    """A new article."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    form = ArticleForm(request.POST) if request.method == "POST" else ArticleForm(initial={"language": "zh"})
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_article(request.shop, form.record(), request.user)
        except DomainError as error:
            _put(form, error)
        else:
            return redirect("knowledge:article", saved.pk)
    return render(request, "knowledge/edit.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: PageRequest, article_id: int) -> HttpResponse:
    """Change an article; the version that was open must still be the latest."""
    row = queries.access_article(request.user, article_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    if row.sheet_id is not None:
        return redirect("knowledge:edit-sheet", row.sheet_id)
    form = ArticleForm(request.POST) if request.method == "POST" else form_of(row)
    if request.method == "POST" and form.is_valid():
        try:
            record = form.record(row.external_id)
            actions.save_article(
                row.shop, record, request.user, article=row, seen_version=form.cleaned_data["version"]
            )
        except DomainError as error:
            _put(form, error)
        else:
            return redirect("knowledge:article", row.pk)
    context = {"form": form, "article": row}
    return render(request, "knowledge/edit.html", context, status=422 if form.errors else 200)


@require_POST
def archive(request: PageRequest, article_id: int) -> HttpResponse:
    """Take an article out of use."""
    row = queries.access_article(request.user, article_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    actions.archive_article(row, request.user.name)
    return redirect("knowledge:articles")


@require_POST
def own(request: PageRequest, article_id: int) -> HttpResponse:
    """Give an article to somebody of the shop, or to nobody."""
    row = queries.access_article(request.user, article_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    number = request.POST.get("owner", "")
    owner = colleague(row.shop_id, int(number)) if number.isdecimal() else None
    actions.give_owner(row, owner, request.user.name)
    return redirect("knowledge:article", row.pk)


@require_POST
def publish(request: PageRequest, article_id: int) -> HttpResponse:
    """Open an article to customers, or close it."""
    row = queries.access_article(request.user, article_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    actions.set_public(row, request.POST.get("public") == "1", request.user.name)
    return redirect("knowledge:article", row.pk)


@require_http_methods(["GET", "POST"])
def bring_in(request: PageRequest) -> HttpResponse:
    """Articles from files; all of them or, when one is wrong, none."""
    require_role(request.user, request.shop.pk, Role.LEAD)
    if request.method == "GET":
        return render(request, "knowledge/import.html", {})
    try:
        files = request.FILES.getlist("files")
        if not files or len(files) > _MOST_FILES:
            raise DomainError(_("Choose one to 200 files."), field="files")
        records = [record for file in files for record in read_articles(str(file.name), file.read())]
        done = actions.import_articles(request.shop, records, actor=request.user.name, owner=request.user)
    except DomainError as error:
        return render(request, "knowledge/import.html", {"error": error.message}, status=422)
    text = ngettext("%(n)s article is new", "%(n)s articles are new", done.created) % {"n": done.created}
    changed = _("%(changed)s changed, %(unchanged)s as before") % {
        "changed": done.changed,
        "unchanged": done.unchanged,
    }
    messages.success(request, f"{text} · {changed}")
    return redirect("knowledge:articles")


@require_GET
def beside(request: PageRequest, conversation_id: int) -> HttpResponse:
    """The passages that may answer what the customer asked last."""
    conversation = access_conversation(request.user, conversation_id)
    return render(request, "knowledge/answers.html", answers.beside(conversation))


@require_POST
def doubt(request: PageRequest, conversation_id: int, article_id: int) -> HttpResponse:
    """This article is no answer here."""
    conversation = access_conversation(request.user, conversation_id)
    row = queries.access_article(request.user, article_id)
    if row.shop_id == conversation.shop_id:
        actions.doubt_answer(row, conversation, request.user, answers.question_of(conversation))
    return render(request, "knowledge/answers.html", answers.beside(conversation))


@require_POST
def use(request: PageRequest, conversation_id: int, article_id: int) -> HttpResponse:
    """This article is used as the answer here."""
    conversation = access_conversation(request.user, conversation_id)
    row = queries.access_article(request.user, article_id)
    if row.shop_id == conversation.shop_id:
        actions.use_answer(row, conversation, request.user, answers.question_of(conversation))
    return HttpResponse(status=204)


@require_POST
def add_questions(request: PageRequest, article_id: int) -> HttpResponse:
    """Make questions that were answered with an article its asked ones."""
    row = queries.access_article(request.user, article_id)
    require_role(request.user, row.shop_id, Role.LEAD)
    known = queries.used_for(row)
    chosen = [text for text in request.POST.getlist("question") if text in known]
    if chosen and row.sheet_id is None and row.archived_at is None:
        actions.add_questions(row, chosen, request.user)
    return redirect("knowledge:article", row.pk)


def _put(form: ArticleForm, error: DomainError) -> None:
    form.add_error(error.field if error.field in form.fields else None, _(error.message))
