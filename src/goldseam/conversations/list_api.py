"""Labels and saved views, for programs of the shop: the views are those that are for everybody."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db import transaction
from ninja import Field, Query, Router, Schema, Status
from pydantic import JsonValue

from goldseam.conversations import actions, queries, saved_views
from goldseam.conversations.filters import read_filter
from goldseam.conversations.labels import labels_by_name, labels_of
from goldseam.conversations.models import Conversation, Label, SavedView
from goldseam.core.api import ERRORS, ApiRequest, needs
from goldseam.core.errors import DomainError, NotFound

router = Router(tags=["views and labels"])

ExternalId = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f/]+$")]
RowId = Annotated[int, Field(ge=1, le=2**62)]
LabelName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")]


class LabelIn(Schema):
    """A label: found again by its name."""

    name: LabelName
    colour: Literal["stone", "clay", "amber", "moss", "jade", "lake", "indigo", "plum"] = "stone"
    description: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""


class LabelOut(LabelIn):
    """A label as it is kept."""

    id: int


class LabelsIn(Schema):
    """Names of labels to put on and to take off; all must exist in the shop."""

    add: Annotated[list[LabelName], Field(max_length=50)] = []
    remove: Annotated[list[LabelName], Field(max_length=50)] = []


class LabelsOut(Schema):
    """The labels of a conversation."""

    labels: list[str]


class ViewIn(Schema):
    """A view for everybody in the shop. `filter` is `{"version": 1, "where": …}`."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
    filter: dict[str, JsonValue]
    order: Literal["urgency", "latest", "oldest", "due"] = "urgency"


class ViewOut(ViewIn):
    """A view as it is kept."""

    id: int


class ListedOut(Schema):
    """A conversation in a view."""

    id: str
    status: str
    issue: str
    emotion: str
    risk_level: str
    priority: str
    labels: list[str]


class ListOut(Schema):
    """A page of a view in its order; `next` is the cursor of the following one."""

    items: list[ListedOut]
    next: str | None


@router.get("/labels", response={200: list[LabelOut], **ERRORS}, operation_id="list_labels")
@needs("conversations:read")
def list_labels(request: ApiRequest) -> Any:
    """The shop's labels, by name."""
    return [_label_json(label) for label in labels_of(request.auth.shop_id)]


@router.post("/labels", response={200: LabelOut, 201: LabelOut, **ERRORS}, operation_id="put_label")
@needs("conversations:write")
def put_label(request: ApiRequest, body: LabelIn) -> Any:
    """Make a label, or change the one with this name: 200 instead of 201."""
    actor, told = _actor(request), body.model_dump(exclude={"name"})
    name = " ".join(body.name.split())
    with transaction.atomic():
        label = labels_by_name(request.auth.shop_id, [name]).get(name)
        if label is None:
            return Status(201, _label_json(actions.make_label(request.auth.shop, name, **told, actor=actor)))
        actions.change_label(label, name, **told, actor=actor)
    return Status(200, _label_json(labels_by_name(request.auth.shop_id, [name])[name]))


@router.post(
    "/conversations/{external_id}/labels",
    response={200: LabelsOut, **ERRORS},
    operation_id="label_conversation",
)
@needs("conversations:write")
def label_conversation(request: ApiRequest, external_id: ExternalId, body: LabelsIn) -> Any:
    """Put labels on a conversation and take others off."""
    conversation = queries.find_conversation(request.auth.shop_id, external_id)
    known = {label.name: label.pk for label in labels_of(request.auth.shop_id)}
    for field in ("add", "remove"):
        for index, name in enumerate(getattr(body, field)):
            if name not in known:
                raise DomainError(f"There is no label named {name!r}.", field=f"{field}[{index}]")
    actions.label_conversation(
        conversation,
        add=[known[name] for name in body.add],
        remove=[known[name] for name in body.remove],
        actor=_actor(request),
    )
    conversation.refresh_from_db(fields=["label_ids"])
    return {"labels": [name for name, pk in known.items() if pk in conversation.label_ids]}


@router.get("/views", response={200: list[ViewOut], **ERRORS}, operation_id="list_views")
@needs("conversations:read")
def list_views(request: ApiRequest) -> Any:
    """The views that are for everybody, by name."""
    return [_view_json(view) for view in saved_views.shop_views(request.auth.shop_id)]


@router.post("/views", response={201: ViewOut, **ERRORS}, operation_id="make_view")
@needs("conversations:write")
def make_view(request: ApiRequest, body: ViewIn) -> Any:
    """A new view for everybody; a filter that cannot be used is refused with its place."""
    view = actions.make_view(
        request.auth.shop,
        None,
        body.name,
        read_filter(body.filter),
        scope="shop",
        order=body.order,
        actor=_actor(request),
    )
    return Status(201, _view_json(view))


@router.put("/views/{view_id}", response={200: ViewOut, **ERRORS}, operation_id="change_view")
@needs("conversations:write")
def change_view(request: ApiRequest, view_id: RowId, body: ViewIn) -> Any:
    """Another name, filter or order."""
    view = _view(request, view_id)
    tree = read_filter(body.filter)
    actions.change_view(view, None, body.name, tree, scope="shop", order=body.order, actor=_actor(request))
    return _view_json(_view(request, view_id))


@router.delete("/views/{view_id}", response={204: None, **ERRORS}, operation_id="delete_view")
@needs("conversations:write")
def delete_view(request: ApiRequest, view_id: RowId) -> Any:
    """Away from everybody's list; an admin can take that back for a month."""
    actions.delete_view(_view(request, view_id), actor=_actor(request))
    return Status(204, None)


@router.get(
    "/views/{view_id}/conversations",
    response={200: ListOut, **ERRORS},
    operation_id="list_view_conversations",
)
@needs("conversations:read")
def list_view_conversations(
    request: ApiRequest,
    view_id: RowId,
    after: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """What a view lists now, page by page. Nobody is "me" here."""
    listing = saved_views.saved_listing(_view(request, view_id), None)
    rows = listing.rows(after, limit + 1)
    names = {label.pk: label.name for label in labels_of(request.auth.shop_id)}
    following = listing.order.cursor(rows[limit - 1]) if len(rows) > limit else None
    return {"items": [_row_json(row, names) for row in rows[:limit]], "next": following}


def _view(request: ApiRequest, view_id: int) -> SavedView:
    view = saved_views.shop_views(request.auth.shop_id).filter(pk=view_id).first()
    if view is None:
        raise NotFound("There is no such view.")
    return view


def _row_json(row: Conversation, names: dict[int, str]) -> dict[str, Any]:
    columns = ("status", "issue", "emotion", "risk_level", "priority")
    return {
        "id": row.external_id,
        **{column: getattr(row, column) for column in columns},
        "labels": [names[pk] for pk in row.label_ids if pk in names],
    }


def _label_json(label: Label) -> dict[str, Any]:
    return {"id": label.pk, "name": label.name, "colour": label.colour, "description": label.description}


def _view_json(view: SavedView) -> dict[str, Any]:
    return {"id": view.pk, "name": view.name, "filter": view.filter, "order": view.order}


def _actor(request: ApiRequest) -> str:
    return f"token-{request.auth.pk}"
