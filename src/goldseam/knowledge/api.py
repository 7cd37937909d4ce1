"""Articles for programs of the shop: list, get, put, archive, search. An article of a product sheet is read
here and written there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Query, Router, Schema

from goldseam.core.api import ERRORS, ApiRequest, needs
from goldseam.core.errors import Conflict
from goldseam.knowledge import actions, queries
from goldseam.knowledge.models import Article
from goldseam.knowledge.records import (
    MAX_BODY,
    MAX_QUESTION,
    MAX_QUESTIONS,
    MAX_SKUS,
    MAX_TITLE,
    build_record,
)

router = Router(tags=["articles"])

ExternalId = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f/]+$")]
Kind = Literal["policy", "how_to", "fault", "product"]
Asked = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION, pattern=r"^[^\x00]*$")]
Sku = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]


class ArticleIn(Schema):
    """An article as it should read. `questions` are questions that it answers, as customers ask them; `skus`
    the products it is about (none: all). Left out, `public` stays as it is; a new article is not public."""

    kind: Kind = "how_to"
    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE, pattern=r"^[^\x00]*\S[^\x00]*$")]
    body: Annotated[str, Field(min_length=1, max_length=MAX_BODY, pattern=r"^[^\x00]*\S[^\x00]*$")]
    language: Literal["zh", "en"] = "zh"
    questions: Annotated[list[Asked], Field(max_length=MAX_QUESTIONS)] = []
    skus: Annotated[list[Sku], Field(max_length=MAX_SKUS)] = []
    valid_from: date | None = None
    valid_until: date | None = None
    review_on: date | None = None
    public: bool | None = None


class ArticleOut(Schema):
    """An article as it stands. `in_force`: whether it may be told to customers today; `sheet`: whether a
    product sheet writes it."""

    id: str
    kind: Kind
    title: str
    body: str
    language: str
    questions: list[str]
    skus: list[str]
    valid_from: date | None
    valid_until: date | None
    review_on: date | None
    public: bool
    in_force: bool
    sheet: bool
    owner: str | None
    version: int
    updated_at: datetime
    archived_at: datetime | None


class ArticleWritten(Schema):
    """What a PUT did."""

    result: Literal["created", "changed", "unchanged"]
    article: ArticleOut


class ArticlePage(Schema):
    """A page of articles; `next` is the cursor of the following one."""

    items: list[ArticleOut]
    next: str | None


class HitOut(Schema):
    """An article that may answer, with the passage that comes nearest."""

    article: ArticleOut
    passage: str
    score: float


class FoundOut(Schema):
    """`sure` false: the honest answer is that nothing was found, and `hits` are only the nearest."""

    sure: bool
    confidence: float
    hits: list[HitOut]


@router.get("/articles", response={200: ArticlePage, **ERRORS}, operation_id="list_articles")
@needs("articles:read")
def list_articles(
    request: ApiRequest,
    kind: Kind | None = None,
    archived: bool = False,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """The shop's articles in use (or, `archived`, those out of use), the latest made first."""
    rows, following = queries.page_by_id(
        request.auth.shop_id, kind=kind, archived=archived, after=after, limit=limit
    )
    return {"items": [_json(row) for row in rows], "next": following}


@router.get("/articles/search", response={200: FoundOut, **ERRORS}, operation_id="search_articles")
@needs("articles:read")
def search_articles(
    request: ApiRequest,
    q: Annotated[str, Query(min_length=1, max_length=500, pattern=r"^[^\x00]*$")],
    kind: Kind | None = None,
    public: bool = False,
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Any:
    """Ask as a customer would: by meaning, in Chinese or English, among what is in force (`public`: only what
    customers may read)."""
    found = queries.search(
        request.auth.shop_id,
        q,
        limit,
        keep=lambda row: (row.is_public or not public) and kind in (None, row.kind),
    )
    hits = [{"article": _json(hit.article), "passage": hit.passage, "score": hit.score} for hit in found.hits]
    return {"sure": found.sure, "confidence": found.confidence, "hits": hits}


@router.get("/articles/{article_id}", response={200: ArticleOut, **ERRORS}, operation_id="get_article")
@needs("articles:read")
def get_article(request: ApiRequest, article_id: ExternalId) -> Any:
    """One article as it stands."""
    return _json(queries.find_article(request.auth.shop_id, article_id))


@router.put("/articles/{article_id}", response={200: ArticleWritten, **ERRORS}, operation_id="put_article")
@needs("articles:write")
def put_article(request: ApiRequest, article_id: ExternalId, body: ArticleIn) -> Any:
    """Make or change the article of this id. The same again writes nothing; a change keeps the version before
    it; one that is out of use comes back."""
    shop = request.auth.shop
    _not_of_a_sheet(Article.objects.filter(shop=shop, external_id=article_id).first())
    record = build_record(body.model_dump() | {"id": article_id})
    done = actions.import_articles(shop, [record], actor=_actor(request))
    result = "created" if done.created else "changed" if done.changed else "unchanged"
    return {"result": result, "article": _json(queries.find_article(shop.pk, record.external_id))}


@router.post(
    "/articles/{article_id}/archive", response={200: ArticleOut, **ERRORS}, operation_id="archive_article"
)
@needs("articles:write")
def archive_article(request: ApiRequest, article_id: ExternalId) -> Any:
    """Take an article out of use; it is kept with its versions. Twice changes nothing."""
    row = queries.find_article(request.auth.shop_id, article_id)
    _not_of_a_sheet(row)
    actions.archive_article(row, _actor(request))
    return _json(queries.find_article(request.auth.shop_id, article_id))


def _not_of_a_sheet(row: Article | None) -> None:
    if row is not None and row.sheet_id is not None and row.archived_at is None:
        raise Conflict("A product sheet writes this article; change it there.")


def _actor(request: ApiRequest) -> str:
    return f"token-{request.auth.pk}"


def _json(row: Article) -> dict[str, Any]:
    names = (
        "kind", "title", "body", "language", "questions", "skus", "valid_from", "valid_until", "review_on",
        "version", "updated_at", "archived_at",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "id": row.external_id,
        "public": row.is_public,
        "in_force": row.in_force(queries.today()),
        "sheet": row.sheet_id is not None,
        "owner": row.owner.name if row.owner else None,
    }
