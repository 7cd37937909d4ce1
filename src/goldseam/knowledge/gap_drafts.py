"""What is proposed for a gap: a draft from the agents' own sentences where conversations ended well, its
sources, and the articles that come nearest. A draft that says what an article says already is not proposed:
then the article is, to be given these questions."""

from __future__ import annotations

from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from goldseam.conversations.solved import answers_in, lines_of, solved_among
from goldseam.engine.search.extract import Told, extract, sentences_of
from goldseam.engine.wording.mask import masking
from goldseam.knowledge import meaning, queries
from goldseam.knowledge.index import shop_index
from goldseam.knowledge.models import Gap, Question
from goldseam.workshop.load_wording import load_masking

SAME = 0.72
"""A draft as near as this to an article's passage says the same; see docs/search.md."""
_MOST_QUESTIONS, _MOST_SOLVED, _NEAREST = 40, 12, 3
_TITLE = 60


class Source(TypedDict):
    """A sentence of a draft and where an agent said it."""

    conversation: int
    message: int
    text: str


class Near(TypedDict):
    """An article that comes near, and how near in meaning; a product sheet writes those `by_sheet`."""

    article: int
    title: str
    by_sheet: bool
    nearness: float


class Proposal(TypedDict):
    """A draft (`body` empty: nobody has solved it yet, or `same` names the article that says it already)."""

    title: str
    body: str
    questions: list[str]
    sources: list[Source]
    near: list[Near]
    same: int | None
    worded: str


def propose(gap: Gap) -> Proposal:
    """The proposal for a gap as its questions stand now."""
    asked = list(Question.objects.filter(gap=gap).order_by("-asked_at", "-pk")[:_MOST_QUESTIONS])
    meant, known = None, meaning.text_vectors([row.text for row in asked]) if asked else None
    if known is not None:
        meant = known.mean(axis=0)
        meant /= max(float(np.linalg.norm(meant)), 1e-6)
    told = _told([row.conversation_id for row in asked if row.conversation_id])
    vectors = meaning.text_vectors([one.text for one in told]) if told else None
    chosen = extract(told, vectors, meant)
    body = "\n".join(one.text for one in chosen)
    near = _near(gap, body, meant)
    same = next((one["article"] for one in near if body and one["nearness"] >= SAME), None)
    return Proposal(
        title=gap.title[:_TITLE].rstrip("\uff1f?\u3002.! "),
        body="" if same else body,
        questions=list(dict.fromkeys(row.text[:300] for row in asked))[:12],
        sources=[Source(conversation=s.conversation, message=s.message, text=s.text) for s in chosen],
        near=near,
        same=same,
        worded="",
    )


def _told(conversation_ids: list[int]) -> list[Told]:
    """What agents answered in those of the conversations that ended well, masked."""
    solved = solved_among(conversation_ids)[:_MOST_SOLVED]
    lines = lines_of([thread.pk for thread in solved])
    told: list[Told] = []
    for thread in solved:
        known = {"NAME": [thread.customer.name], "PHONE": [thread.customer.phone]} if thread.customer else {}
        masks = masking(load_masking(), known)
        place = 0
        for line in answers_in(lines[thread.pk]):
            found = sentences_of(masks.mask(line.text), thread.pk, line.message_id, place)
            told += found
            place += len(found)
    return told


def _near(gap: Gap, body: str, meant: NDArray[np.float32] | None) -> list[Near]:
    """The articles that the questions, or the draft's own words, come nearest to."""
    index = shop_index(gap.shop_id).index
    drafted = meaning.question_vector(f"{gap.title}\n{body}") if body else None
    hits: dict[int, Any] = {}
    for words in filter(None, (gap.title, body)):
        for hit in queries.search(gap.shop_id, words, _NEAREST).hits:
            hits.setdefault(hit.article.pk, hit.article)
    found = []
    for pk, article in hits.items():
        near = max(
            (index.cosine(str(pk), vector) for vector in (meant, drafted) if vector is not None), default=0.0
        )
        found.append(
            Near(
                article=pk,
                title=article.title,
                by_sheet=article.sheet_id is not None,
                nearness=round(near, 3),
            )
        )
    return sorted(found, key=lambda one: -one["nearness"])[:_NEAREST]
