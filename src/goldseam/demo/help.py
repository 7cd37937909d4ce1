"""The demo shop's help centre: on, with all its articles and guides; and what was asked in vain."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from goldseam.channels.helpcentre.actions import set_up
from goldseam.conversations.actions import close, take_in
from goldseam.conversations.queries import conversation_by_id
from goldseam.demo.catalogue import world
from goldseam.knowledge.actions import open_articles
from goldseam.knowledge.gap_actions import Asked, keep_question
from goldseam.knowledge.gap_work import gather_questions, renew_drafts
from goldseam.knowledge.public_reads import ARTICLE_KINDS, ids_of_kind

if TYPE_CHECKING:
    from random import Random

    from goldseam.people.models import Shop


def open_help_centre(shop: Shop) -> None:
    """Switch it on and open every article to customers."""
    for kind in ARTICLE_KINDS:
        open_articles(shop, ids_of_kind(shop.pk, kind), True, "demo")
    words = world()["help_centre"]
    set_up(shop, is_on=True, kinds=ARTICLE_KINDS, in_search_engines=True, actor="demo", **words)


def load_gaps(shop: Shop, chance: Random, now: datetime) -> None:
    """Questions of some weeks that no article answers: some of them in threads that agents solved."""
    text = (files(__package__) / "data" / "gaps.toml").read_text(encoding="utf-8")
    for number, topic in enumerate(tomllib.loads(text)["topics"]):
        for place, asked in enumerate(topic["asked"]):
            at = now - timedelta(days=chance.randrange(1, 50), minutes=chance.randrange(600))
            answer = topic["answers"][place] if place < len(topic["answers"]) else ""
            if answer:
                _solved(shop, f"demo-gap-{number}-{place}", asked, answer, at)
            else:
                keep_question(shop.pk, asked, Asked("help", at=at))
    gather_questions(shop)
    renew_drafts(shop)


def _solved(shop: Shop, name: str, asked: str, answer: str, at: datetime) -> None:
    """A thread that an agent answered well."""
    known: dict[str, Any] = {"customer": None, "channel": "api", "actor": "demo"}
    said, _new = take_in(shop, name, "customer", asked, key="1", at=at, **known)
    take_in(shop, name, "agent", answer, key="2", at=at + timedelta(minutes=4), **known)
    thread = conversation_by_id(said.conversation_id)
    close(thread, outcome="satisfied", actor="demo", at=at + timedelta(minutes=20))
    keep_question(shop.pk, asked, Asked("thread", conversation=conversation_by_id(thread.pk), at=at))
