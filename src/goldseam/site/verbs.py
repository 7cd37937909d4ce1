"""What the trail's verbs and origins are called; `tests/site/test_verbs.py` holds the table complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import Promise

VERBS: dict[str, str | Promise] = {
    "alert.acknowledged": gettext_lazy("took notice of an alert"),
    "article.archived": gettext_lazy("archived an article"),
    "article.doubted": gettext_lazy("said that an article does not help"),
    "article.saved": gettext_lazy("wrote an article"),
    "assessment.rated": gettext_lazy("rated the copilot"),
    "attachment.discarded": gettext_lazy("discarded a file"),
    "attachment.uploaded": gettext_lazy("uploaded a file"),
    "conversation.assigned": gettext_lazy("assigned a conversation"),
    "conversation.closed": gettext_lazy("closed a conversation"),
    "conversation.labelled": gettext_lazy("labelled a conversation"),
    "conversation.merged": gettext_lazy("merged conversations"),
    "conversation.opened": gettext_lazy("opened a conversation"),
    "conversation.reopened": gettext_lazy("reopened a conversation"),
    "conversation.snoozed": gettext_lazy("snoozed a conversation"),
    "conversation.split": gettext_lazy("split a conversation"),
    "conversation.unmerged": gettext_lazy("took a merge back"),
    "conversations.imported": gettext_lazy("imported conversations"),
    "issue.corrected": gettext_lazy("corrected the issue"),
    "note.added": gettext_lazy("wrote a note"),
    "person.added": gettext_lazy("let a person in"),
    "person.came_back": gettext_lazy("came back"),
    "person.changed": gettext_lazy("changed a person's role"),
    "person.joined": gettext_lazy("accepted an invitation"),
    "person.removed": gettext_lazy("let a person go"),
    "person.went_away": gettext_lazy("went away"),
    "policy.changed": gettext_lazy("changed a policy"),
    "policy.discarded": gettext_lazy("discarded a policy draft"),
    "policy.draft_started": gettext_lazy("began a policy draft"),
    "policy.published": gettext_lazy("published a policy"),
    "policy.returned": gettext_lazy("returned a policy draft"),
    "policy.rolled_back": gettext_lazy("rolled a policy back"),
    "policy.submitted": gettext_lazy("submitted a policy draft"),
    "policy.tried_out": gettext_lazy("tried a policy out"),
    "priority.set": gettext_lazy("set the priority"),
    "remedy.set": gettext_lazy("recorded a remedy"),
    "reply.retried": gettext_lazy("sent a reply again"),
    "reply.sent": gettext_lazy("sent a reply"),
    "reply.taken_back": gettext_lazy("took a reply back"),
    "shop.changed": gettext_lazy("changed the shop"),
    "shop.created": gettext_lazy("made the shop"),
    "team.changed": gettext_lazy("changed a team"),
    "team.created": gettext_lazy("formed a team"),
    "team.deleted": gettext_lazy("dissolved a team"),
    "token.issued": gettext_lazy("issued a token"),
    "token.revoked": gettext_lazy("revoked a token"),
    "webhook.redelivered": gettext_lazy("delivered a webhook again"),
    "webhook.removed": gettext_lazy("removed a webhook"),
    "webhook.rotated": gettext_lazy("changed a webhook's secret"),
    "webhook.subscribed": gettext_lazy("set a webhook"),
    "webhook.switched": gettext_lazy("switched a webhook on or off"),
    "webhook.tested": gettext_lazy("sent a test to a webhook"),
}


def verb_words(verb: str) -> str:
    """The verb in words; one that nobody named is shown as it is kept."""
    return str(VERBS.get(verb, verb))


def origin_words(origin: str) -> str:
    """Where a write came from: the page, a program, the server's own commands or its worker."""
    kind, _space, address = origin.partition(" ")
    words = {
        "web": _("web"),
        "api": _("API"),
        "cli": _("command line"),
        "worker": _("background work"),
    }
    return " · ".join(part for part in (words.get(kind, kind), address) if part)
