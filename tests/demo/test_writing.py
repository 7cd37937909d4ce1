"""The demo shop's texts and threads: every sentence passes the same doors as a person's."""

from __future__ import annotations

import pytest

from goldseam.conversations.models import Attachment, Cause, Conversation, Merge, Survey
from goldseam.demo.writing import load_writing
from goldseam.replies.models import CannedReply, Macro
from tests.journeys.shop import build_shop

pytestmark = pytest.mark.django_db


def test_the_shop_shows_how_people_write() -> None:
    from random import Random

    shop = build_shop()
    load_writing(shop, Random(1))
    assert CannedReply.objects.filter(shop=shop).count() >= 9
    assert {row.language for row in Macro.objects.filter(shop=shop)} == {"zh", "en"}
    assert Cause.objects.filter(shop=shop).count() >= 6
    pictures = Attachment.objects.filter(shop=shop, message__role="customer")
    assert {(row.media_type, row.width) for row in pictures} == {("image/jpeg", 1080)}
    merge = Merge.objects.get(target__shop=shop)
    assert Conversation.objects.get(pk=merge.source_id).merged_into_id == merge.target_id
    assert Survey.objects.filter(conversation__shop=shop, score__isnull=False).count() >= 2
