"""What the trail's verbs and origins are called; `tests/site/test_verbs.py` holds the table complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import Promise

VERBS: dict[str, str | Promise] = {
    "alert.acknowledged": gettext_lazy("took notice of an alert"),
    "alert.escalated": gettext_lazy("passed an alert on"),
    "approval.amended": gettext_lazy("changed a request for approval"),
    "approval.approved": gettext_lazy("approved a request"),
    "approval.endorsed": gettext_lazy("supported a request"),
    "approval.escalated": gettext_lazy("passed a request on"),
    "approval.history": gettext_lazy("brought in old requests"),
    "approval.raised": gettext_lazy("asked for approval"),
    "approval.refused": gettext_lazy("refused a request"),
    "approval.steps_written": gettext_lazy("changed the steps of approval"),
    "approval.used": gettext_lazy("used an approval"),
    "approval.withdrawn": gettext_lazy("withdrew a request"),
    "article.archived": gettext_lazy("archived an article"),
    "article.doubted": gettext_lazy("said that an article does not help"),
    "article.saved": gettext_lazy("wrote an article"),
    "assessment.rated": gettext_lazy("rated the copilot"),
    "attachment.discarded": gettext_lazy("discarded a file"),
    "attachment.uploaded": gettext_lazy("uploaded a file"),
    "bulk.begun": gettext_lazy("changed many conversations"),
    "bulk.undone": gettext_lazy("took a change of many back"),
    "calendar.day_dropped": gettext_lazy("dropped a day from a calendar"),
    "calendar.day_set": gettext_lazy("set a day in a calendar"),
    "calendar.holidays": gettext_lazy("brought holidays into a calendar"),
    "calendar.removed": gettext_lazy("removed a calendar"),
    "calendar.saved": gettext_lazy("wrote a calendar"),
    "closing.rules": gettext_lazy("changed the rules of closing"),
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
    "crisis.began": gettext_lazy("saw a danger to people"),
    "crisis.escalated": gettext_lazy("passed a danger on"),
    "crisis.released": gettext_lazy("ended a lock for safety"),
    "crisis.step": gettext_lazy("did a step of the safety list"),
    "crisis.taken": gettext_lazy("took over a danger"),
    "customer.changed": gettext_lazy("changed a customer"),
    "customer.created": gettext_lazy("took a customer in"),
    "guide.archived": gettext_lazy("archived a guide"),
    "guide.saved": gettext_lazy("wrote a guide"),
    "issue.corrected": gettext_lazy("corrected the issue"),
    "label.changed": gettext_lazy("changed a label"),
    "label.dropped": gettext_lazy("dropped a label"),
    "label.made": gettext_lazy("made a label"),
    "ledger.budget_set": gettext_lazy("set a budget"),
    "ledger.history": gettext_lazy("brought old entries into the ledger"),
    "macro.run": gettext_lazy("ran a macro"),
    "note.added": gettext_lazy("wrote a note"),
    "order.changed": gettext_lazy("changed an order"),
    "order.created": gettext_lazy("took an order in"),
    "outcome.denied": gettext_lazy("denied an outcome"),
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
    "product.changed": gettext_lazy("changed a product"),
    "product.created": gettext_lazy("took a product in"),
    "profile.saved": gettext_lazy("changed somebody's skills or shifts"),
    "promise.broken": gettext_lazy("broke a promise"),
    "promise.kept": gettext_lazy("kept a promise"),
    "promise.made": gettext_lazy("made a promise"),
    "promise.reminded": gettext_lazy("reminded of a promise"),
    "promise.seen": gettext_lazy("took notice of a promise"),
    "promise.withdrawn": gettext_lazy("took a promise back"),
    "remedy.set": gettext_lazy("recorded a remedy"),
    "reply.retried": gettext_lazy("sent a reply again"),
    "reply.sent": gettext_lazy("sent a reply"),
    "reply.taken_back": gettext_lazy("took a reply back"),
    "routing.chosen": gettext_lazy("chose how work is distributed"),
    "sheet.archived": gettext_lazy("archived a product sheet"),
    "sheet.saved": gettext_lazy("wrote a product sheet"),
    "shop.changed": gettext_lazy("changed the shop"),
    "shop.created": gettext_lazy("made the shop"),
    "suggestion.passed": gettext_lazy("passed a suggestion over"),
    "survey.answered": gettext_lazy("answered a survey"),
    "team.changed": gettext_lazy("changed a team"),
    "team.created": gettext_lazy("formed a team"),
    "team.deleted": gettext_lazy("dissolved a team"),
    "times.published": gettext_lazy("published service times"),
    "token.issued": gettext_lazy("issued a token"),
    "token.revoked": gettext_lazy("revoked a token"),
    "webhook.redelivered": gettext_lazy("delivered a webhook again"),
    "webhook.removed": gettext_lazy("removed a webhook"),
    "webhook.rotated": gettext_lazy("changed a webhook's secret"),
    "webhook.subscribed": gettext_lazy("set a webhook"),
    "webhook.switched": gettext_lazy("switched a webhook on or off"),
    "webhook.tested": gettext_lazy("sent a test to a webhook"),
    "wording.asked": gettext_lazy("asked a model for words"),
    "wording.rated": gettext_lazy("rated a model's words"),
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
