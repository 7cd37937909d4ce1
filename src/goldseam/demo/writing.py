"""What people of the demo shop write again and again, and threads with pictures, a merge and ratings."""

from __future__ import annotations

import io
import tomllib
from datetime import timedelta
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from PIL import Image, ImageDraw, ImageFilter

from goldseam.conversations import actions
from goldseam.conversations.queries import find_conversation, page_by_id, recently_closed
from goldseam.people.queries import Role, memberships_in
from goldseam.replies.actions import Place, save_canned, save_macro

if TYPE_CHECKING:
    from goldseam.conversations.models import Conversation
    from goldseam.people.models import Agent, Shop

_ACTOR = "demo"


def load_writing(shop: Shop, chance: Random) -> None:
    """Canned replies, macros, what closing asks, a thread with pictures, a merged one, and ratings."""
    texts = tomllib.loads((files("goldseam.demo") / "data" / "replies.toml").read_text("utf-8"))
    people = {row.role: row.agent for row in memberships_in(shop.pk)}
    admin = people[Role.ADMIN]
    rules = {"need_outcome": True, "need_cause": True, "need_note": False, "ask_customer": True}
    causes = [(cause["code"], cause["name"]) for cause in texts["causes"]]
    actions.set_close_rules(shop, admin, **rules, ask_days=7, causes=causes)
    for row in texts["canned"]:
        save_canned(shop, admin, Place(), **row)
    for row in texts["macros"]:
        save_macro(shop, admin, Place(), **row)
    _picture_thread(shop, people[Role.AGENT], people[Role.LEAD], texts["picture"], chance)
    _rate(shop, people[Role.AGENT], texts["answers"])


def _picture_thread(shop: Shop, agent: Agent, lead: Agent, words: dict[str, str], chance: Random) -> None:
    """A customer sends two pictures of a crushed box, goes on in a second conversation, which is merged."""
    target = _about(shop, "logistics.damaged")
    shots = [actions.upload(target, f"IMG_{n}.jpg", box(chance, n), agent=None, actor=_ACTOR) for n in (1, 2)]
    at = timezone.now() - timedelta(minutes=9)
    actions.receive_message(target, words["customer"], key="photo-1", at=at, files=[shots[0].pk])
    later = at + timedelta(minutes=1)
    actions.receive_message(target, words["follow"], key="photo-2", at=later, files=[shots[1].pk])
    other = actions.open_conversation(
        shop, f"{target.external_id}-app", customer=target.customer, channel="webchat", actor=_ACTOR
    )
    actions.receive_message(other, words["merged"], key="again", at=at + timedelta(minutes=4))
    actions.merge(other, target, agent)
    actions.add_note(target, agent, words["note"].format(name=f"@{lead.name}"), key="call")


def _about(shop: Shop, issue: str) -> Conversation:
    """An open conversation with a known customer about the issue; any, when none is."""
    rows, _following = page_by_id(shop.pk, status="open", after=None, limit=200)
    known = [row for row in rows if row.customer_id is not None]
    return next((row for row in known if row.issue == issue), known[0])


def _rate(shop: Shop, agent: Agent, answers: list[dict[str, Any]]) -> None:
    """Customers whose conversations were closed lately say how it was."""
    for row, given in zip(recently_closed(shop.pk, len(answers)), answers, strict=False):
        actions.reopen(row, actor=_ACTOR)
        actions.close(row, outcome="accepted", cause="other", actor=f"agent-{agent.pk}")
        survey = actions.latest_survey(find_conversation(shop.pk, row.external_id))
        if survey is not None:
            actions.answer_survey(survey, given["score"], given["reason"], given["comment"])


def box(chance: Random, number: int) -> bytes:
    """A photograph of a dented cardboard box, drawn."""
    width, height = 1080, 810
    image = Image.new("RGB", (width, height), (196 - 14 * number, 190, 182))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 560, width, height), fill=(150, 128, 104))
    front = [(240, 300), (760, 300), (760, 640), (240, 640)]
    side = [(760, 300), (900, 230), (900, 560), (760, 640)]
    top = [(240, 300), (380, 230), (900, 230), (760, 300)]
    for shape, colour in ((front, (186, 143, 94)), (side, (150, 112, 70)), (top, (206, 166, 116))):
        pen.polygon(shape, fill=colour, outline=(110, 82, 52))
    pen.rectangle((470, 300, 530, 640), fill=(214, 190, 150))
    pen.rectangle((300, 500, 430, 600), fill=(244, 242, 236))
    for line in range(5):
        pen.line((310, 515 + 17 * line, 420 - 20 * (line % 2), 515 + 17 * line), fill=(90, 90, 90), width=3)
    place = (690, 320) if number == 1 else (300, 330)
    dent = [(place[0] + chance.randint(-90, 90), place[1] + chance.randint(-50, 90)) for _ in range(9)]
    pen.polygon(dent, fill=(98, 70, 44))
    pen.line([*dent, dent[0]], fill=(70, 48, 30), width=5)
    soft = image.filter(ImageFilter.GaussianBlur(1.2))
    target = io.BytesIO()
    soft.save(target, "JPEG", quality=82)
    return target.getvalue()
