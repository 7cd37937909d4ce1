"""The writes of product sheets. Saving one writes its articles anew in the same transaction, so search, the
panel beside a conversation and the sheet never say different things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core import audit
from goldseam.core.errors import Conflict
from goldseam.core.locks import take_turns
from goldseam.knowledge import actions
from goldseam.knowledge.models import Article, ProductSheet, SheetVersion
from goldseam.knowledge.sheet_articles import articles_of_sheet
from goldseam.knowledge.sheets import Sheet, read_sheet

if TYPE_CHECKING:
    from goldseam.people.models import Agent, Shop


@transaction.atomic
def save_sheet(
    shop: Shop,
    external_id: str,
    values: Mapping[str, Any],
    *,
    actor: str,
    owner: Agent | None = None,
    seen_version: int | None = None,
) -> tuple[ProductSheet, bool]:
    """Make or change the sheet of this id; returns it and whether anything changed. With `seen_version` it
    must still be at that version (0: new), else Conflict. Raises DomainError for a document that is wrong."""
    sheet = read_sheet(values)
    take_turns(f"sheets-{shop.pk}")
    row = ProductSheet.objects.select_for_update().filter(shop=shop, external_id=external_id).first()
    if seen_version is not None and seen_version != (row.version if row else 0):
        raise Conflict(gettext_noop("A colleague changed this sheet meanwhile. Open it again."))
    body = sheet.model_dump(mode="json")
    if row is not None and row.body == body and row.archived_at is None:
        return row, False
    before = row.body if row else None
    row = row or ProductSheet(shop=shop, external_id=external_id, owner=owner, version=0)
    row.title, row.language, row.body = sheet.title, sheet.language, body
    row.version, row.archived_at, row.updated_at = row.version + 1, None, timezone.now()
    row.save()
    SheetVersion.objects.create(sheet=row, number=row.version, body=body, actor=actor, at=row.updated_at)
    _write_articles(row, sheet, actor)
    audit.record(
        shop.pk,
        actor,
        "sheet.saved",
        f"sheet-{row.pk}",
        before=_changed(before, body) if before else None,
        after=_changed(body, before) if before else {"title": row.title, "version": row.version},
    )
    return row, True


@transaction.atomic
def archive_sheet(row: ProductSheet, agent: Agent) -> None:
    """Take a sheet and its articles out of use; they are kept."""
    row = ProductSheet.objects.select_for_update().get(pk=row.pk)
    if row.archived_at is not None:
        return
    row.archived_at = timezone.now()
    row.save(update_fields=["archived_at"])
    for article in Article.objects.filter(sheet=row, archived_at=None).select_related("shop"):
        actions.archive_article(article, agent.name)
    audit.record(row.shop_id, agent.name, "sheet.archived", f"sheet-{row.pk}")


def _write_articles(row: ProductSheet, sheet: Sheet, actor: str) -> None:
    records = articles_of_sheet(sheet, row.external_id)
    actions.import_articles(row.shop, records, actor=actor, owner=row.owner)
    ids = [record.external_id for record in records]
    Article.objects.filter(shop=row.shop, external_id__in=ids).update(sheet=row)
    for gone in Article.objects.filter(sheet=row, archived_at=None).exclude(external_id__in=ids):
        actions.archive_article(gone, actor)


def _changed(one: Mapping[str, Any], other: Mapping[str, Any] | Sequence[Any] | None) -> dict[str, Any]:
    known = other if isinstance(other, Mapping) else {}
    return {key: value for key, value in one.items() if known.get(key) != value}
