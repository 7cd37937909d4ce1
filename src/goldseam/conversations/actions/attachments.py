"""Files of a conversation: uploaded first, then part of what is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from goldseam.conversations import rows
from goldseam.conversations.attaching import MOST_FILES, keep, store
from goldseam.conversations.models import Attachment, Conversation, HeldReply, Message
from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError

if TYPE_CHECKING:
    from goldseam.people.models import Agent

_UNSENT = timedelta(hours=24)
_SWEEP_SECONDS = 3600.0
_MOST_UNSENT = 60


def upload(
    conversation: Conversation, name: str, content: bytes, *, agent: Agent | None, actor: str
) -> Attachment:
    """Keep a file for a message that is still to be written. What is not sent within a day is forgotten."""
    waiting = Attachment.objects.filter(conversation=conversation, message=None, held=None, uploader=agent)
    if waiting.count() >= _MOST_UNSENT:
        raise Conflict(_("Too many files wait to be sent here; send or remove some first."), field="file")
    kept = keep(name, content)
    with transaction.atomic():
        attachment = Attachment.objects.create(
            shop_id=conversation.shop_id,
            conversation=conversation,
            uploader=agent,
            digest=kept.digest,
            name=kept.name,
            media_type=kept.media_type,
            size=kept.size,
            width=kept.picture.width if kept.picture else None,
            height=kept.picture.height if kept.picture else None,
        )
        after = {"attachment": attachment.pk, "name": kept.name, "size": kept.size, "sha256": kept.digest}
        audit.record(
            conversation.shop_id, actor, "attachment.uploaded", rows.subject(conversation), after=after
        )
    return attachment


@transaction.atomic
def discard(attachment: Attachment, agent: Agent) -> None:
    """Take back a file that was not sent yet."""
    row = Attachment.objects.select_for_update().filter(pk=attachment.pk, message=None).first()
    if row is None or row.uploader_id != agent.pk or row.held_id is not None:
        raise Conflict(_("This file was sent already."))
    audit.record(
        row.shop_id,
        f"agent-{agent.pk}",
        "attachment.discarded",
        f"conversation-{row.conversation_id}",
        before={"attachment": row.pk, "name": row.name},
    )
    row.delete()


def claim(conversation: Conversation, ids: Sequence[int], agent: Agent | None) -> list[Attachment]:
    """The unsent files with these ids, kept from others until the transaction ends. Each must have been
    uploaded to this conversation by the one who sends it."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST_FILES:
        raise DomainError(_("A message takes at most %(most)s files.") % {"most": MOST_FILES}, field="files")
    if not wanted:
        return []
    found = Attachment.objects.select_for_update().filter(
        pk__in=wanted, conversation=conversation, message=None, uploader=agent
    )
    rows_found = sorted(found, key=lambda row: wanted.index(row.pk))
    if len(rows_found) != len(wanted):
        raise DomainError(_("A file is no longer there; attach it again."), field="files")
    return rows_found


def text_with(text: str, attachments: Sequence[Attachment]) -> str:
    """What is said; without words, the names of the files, so that a message always says something."""
    return text if text.strip() else " ".join(f"[{row.name}]" for row in attachments)


def give(attachments: Iterable[Attachment], *, message: Message | None, held: HeldReply | None) -> None:
    """The files become part of a message, of a held reply, or (neither) wait again."""
    Attachment.objects.filter(pk__in=[row.pk for row in attachments]).update(message=message, held=held)


def forget_unsent(now: datetime) -> int:
    """Forget files that nobody sent within a day; returns how many."""
    lost = Attachment.objects.filter(message=None, held=None, created_at__lt=now - _UNSENT)
    return lost.delete()[0]


def sweep_store() -> int:
    """Remove contents that no conversation names any more; returns how many."""
    return store().sweep(_named, older=_SWEEP_SECONDS)


def _named(digests: list[str]) -> set[str]:
    return set(Attachment.objects.filter(digest__in=digests).values_list("digest", flat=True))
