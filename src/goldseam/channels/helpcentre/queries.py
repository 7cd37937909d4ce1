"""Reads of help centres: their gate, and what a reader finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from goldseam.channels.helpcentre.models import HelpCentre
from goldseam.core.errors import NotFound
from goldseam.knowledge import queries as knowledge
from goldseam.knowledge.public_reads import ARTICLE_KINDS, OpenArticle, open_article, open_articles

if TYPE_CHECKING:
    from goldseam.knowledge.models import Article

_SHOWN, _LOOKED_AT = 8, 60


@dataclass(frozen=True, slots=True)
class Answers:
    """What a search found among what readers may see. `sure` is false when the honest answer is "nothing";
    then `hits` are the nearest. `is_gap`: nothing in the shop answers it, open or not."""

    hits: list[knowledge.Hit]
    sure: bool
    is_gap: bool


def centre_of(shop_id: int) -> HelpCentre | None:
    """A shop's help centre as it was set up; None before."""
    return HelpCentre.objects.select_related("shop").filter(shop_id=shop_id).first()


def open_centre(slug: str) -> HelpCentre:
    """The gate for readers: the help centre at this address while it is on, else "not found"."""
    row = HelpCentre.objects.select_related("shop").filter(shop__slug=slug, is_on=True).first()
    if row is None:
        raise NotFound("There is no such help centre.")
    return row


def listed_centres() -> list[HelpCentre]:
    """Those that want to be found by search engines."""
    rows = HelpCentre.objects.select_related("shop").filter(is_on=True, in_search_engines=True)
    return list(rows.order_by("shop__slug")[:1000])


def shelves(centre: HelpCentre) -> list[tuple[str, list[OpenArticle]]]:
    """The articles that readers may see, by kind in the order of the kinds; one query."""
    rows = open_articles(centre.shop_id, centre.kinds)
    found = [(kind, [row for row in rows if row.kind == kind]) for kind in ARTICLE_KINDS]
    return [(kind, articles) for kind, articles in found if articles]


def article_in(centre: HelpCentre, article_id: int) -> Article:
    """An article that readers may see today, else "not found"."""
    return open_article(centre.shop_id, centre.kinds, article_id)


def address_of_article(article: Article) -> str:
    """Where readers find an article, in its own language; "" where the help centre does not show it."""
    centre = centre_of(article.shop_id)
    if centre is None or not centre.is_on or not article.is_public or article.kind not in centre.kinds:
        return ""
    language = "en" if article.language == "en" else "zh"
    path = reverse("help:article", args=[centre.shop.slug, language, article.pk])
    return f"{settings.ENVIRONMENT.customer_url}{path}"


def answers_to(centre: HelpCentre, question: str) -> Answers:
    """Search by meaning among what readers may see."""
    found = knowledge.search(centre.shop_id, question, _LOOKED_AT)
    hits = [hit for hit in found.hits if hit.article.is_public and hit.article.kind in centre.kinds]
    sure = found.sure and hits[:1] == list(found.hits[:1])
    return Answers(hits[:_SHOWN], sure, is_gap=not found.sure)
