"""Labels, the reading side."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models.functions import Lower
from django.utils.translation import gettext_noop

from goldseam.conversations.models import Label
from goldseam.core.errors import NotFound

MOST_LABELS = 200
"""More labels than this help nobody."""

MOST_ON_ONE = 20


def labels_of(shop_id: int) -> list[Label]:
    """The shop's labels, by name."""
    return list(Label.objects.filter(shop_id=shop_id).order_by(Lower("name"), "pk"))


def label_of_shop(shop_id: int, label_id: int) -> Label:
    """A label of this shop, else "not found"."""
    label = Label.objects.filter(shop_id=shop_id, pk=label_id).first()
    if label is None:
        raise NotFound(gettext_noop("There is no such label."))
    return label


def labels_by_name(shop_id: int, names: Iterable[str]) -> dict[str, Label]:
    """The shop's labels with these names; unknown ones are left out."""
    return {label.name: label for label in Label.objects.filter(shop_id=shop_id, name__in=set(names))}


def use_of_labels(shop_id: int, limit: int) -> dict[int, int]:
    """How many conversations carry each of the shop's labels, at most `limit` each; one statement of bounded
    walks along the labels' index."""
    statement = (
        "SELECT label.id, (SELECT count(*) FROM (SELECT 1 FROM conversations_conversation AS row"
        " WHERE row.shop_id = label.shop_id AND row.label_ids @> ARRAY[label.id] LIMIT %s) AS carriers)"
        " FROM conversations_label AS label WHERE label.shop_id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [limit, shop_id])
        return dict(cursor.fetchall())
