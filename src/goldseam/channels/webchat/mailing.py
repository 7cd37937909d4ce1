"""Replies by mail, for visitors who left an address and went away."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from goldseam.channels.webchat.models import Door, Letter, Visitor
from goldseam.channels.webchat.queries import thread_of, visitors_of
from goldseam.conversations.queries import message_by_id, spoken

RESUME_SALT = "goldseam.chat"
RESUME_FOR = timedelta(days=7)
"""How long a mail's link opens the chat again."""
_MOST = 20


def mail_is_on(door: Door) -> bool:
    """Whether the shop answers by mail, and the site can."""
    return door.by_mail and settings.ENVIRONMENT.sends_mail


def resume_link(visitor: Visitor) -> str:
    """The page where the chat stood, with a signed word that opens it again; empty when that is not known."""
    if not visitor.page:
        return ""
    claims = {"visitor": visitor.pk, "conversation": visitor.conversation_id}
    return f"{visitor.page}#goldseam-chat={signing.dumps(claims, salt=RESUME_SALT)}"


def post_letters(message_id: int) -> int:
    """Mail a reply, with what else was not read, to whoever left an address and has not read it; returns how
    many mails went out. A second call for the same reply sends nothing."""
    message = message_by_id(message_id)
    visitors = [row for row in visitors_of(message.conversation_id) if row.email and mail_is_on(row.door)]
    return sum(_post(visitor.pk, message_id) for visitor in visitors)


@transaction.atomic
def _post(visitor_id: int, message_id: int) -> bool:
    visitor = Visitor.objects.select_for_update(of=("self",)).select_related("door__shop").get(pk=visitor_id)
    thread = thread_of(visitor)
    if thread is None or visitor.read_id >= message_id:
        return False
    told = visitor.letters.values("message")
    waiting = spoken(thread.pk).filter(role__in=("agent", "bot"), pk__gt=visitor.read_id)
    waiting = waiting.exclude(pk__in=told).select_related("author")
    letters = list(waiting.order_by("at", "pk")[:_MOST])
    if message_id not in {row.pk for row in letters}:
        return False
    with translation.override(visitor.language):
        mail = _mail(visitor, [row.text for row in letters])
    mail.extra_headers["Message-ID"] = f"<chat-{visitor.pk}-{letters[-1].pk}@goldseam.invalid>"
    mail.send()
    now = timezone.now()
    Letter.objects.bulk_create([Letter(visitor=visitor, message=row, sent_at=now) for row in letters])
    return True


def _mail(visitor: Visitor, texts: list[str]) -> EmailMessage:
    shop, link = visitor.door.shop.name, resume_link(visitor)
    parts = [*texts]
    if link:
        parts.append(_("Go on in the chat (the link opens it for seven days):") + f"\n{link}")
    parts.append(
        _("You get this mail because this address was left in the chat of %(shop)s.") % {"shop": shop}
    )
    subject = " ".join((_("%(shop)s answered you") % {"shop": shop}).split())
    return EmailMessage(subject, "\n\n".join(parts), settings.DEFAULT_FROM_EMAIL, [visitor.email])
