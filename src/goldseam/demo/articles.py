"""The demo shop's articles, from their Markdown files."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from goldseam.knowledge.importing import read_articles

if TYPE_CHECKING:
    from goldseam.knowledge.records import ArticleRecord


def articles() -> list[ArticleRecord]:
    """All of them, by name."""
    folder = files(__package__) / "data" / "articles"
    paths = sorted(
        (path for path in folder.iterdir() if path.name.endswith(".md")), key=lambda path: path.name
    )
    return [record for path in paths for record in read_articles(path.name, path.read_bytes())]
