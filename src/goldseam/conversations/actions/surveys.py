"""Asking the customer how it was, by a signed link, and what follows from the answer."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from goldseam.conversations import events, rows
from goldseam.conversations.models import Conversation, Message, MessageRole, Outcome, Status, Survey
from goldseam.conversations.threads import close_rules, least_busy_lead
from goldseam.core import audit
from goldseam.core.errors import Conflict, NotFound
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.core.text import tokens

_SALT = "goldseam.csat"
AGAIN = timedelta(days=3)
"""Nobody is asked twice within this span in one conversation."""
LOW, GOOD = 2, 4
REASONS = ("speed", "solution", "manner", "goods", "parcel", "other")
MAX_COMMENT = 1000


class Gone(NotFound):
    """The link's time is over."""

    status = 410
    code = "gone"


def ask_customer(conversation: Conversation, agent_id: int | None) -> Survey | None:
    """Ask how it was, if the shop wants that, the customer spoke, and they were not asked lately. The
    question goes out as a message by the channel; `agent_id` is None when the bot answered. The caller
    holds the conversation's lock."""
    rules, now = close_rules(conversation.shop_id), timezone.now()
    if not rules.ask_customer or conversation.locked_at is not None:
        return None
    if not conversation.messages.filter(role=MessageRole.CUSTOMER).exists():
        return None
    if Survey.objects.filter(conversation=conversation, sent_at__gt=now - AGAIN).exists():
        return None
    survey = Survey.objects.create(
        conversation=conversation,
        agent_id=agent_id,
        sent_at=now,
        expires_at=now + timedelta(days=rules.ask_days),
    )
    survey.message = Message.objects.create(
        conversation=conversation,
        role=MessageRole.BOT,
        text=_question(conversation, link_of(survey)),
        details={"ask": "rate"},
        at=now,
    )
    survey.save(update_fields=["message"])
    announce(conversation.shop_id, rows.subject(conversation))
    emit(events.SurveySent(conversation.shop_id, conversation.pk, survey.message.pk))
    return survey


def link_of(survey: Survey) -> str:
    """The address of the question: signed, so that nobody guesses another one."""
    token = signing.Signer(salt=_SALT).sign(str(survey.pk)).replace(":", ".")
    return f"{settings.ENVIRONMENT.customer_url}{reverse('conversations:csat', args=[token])}"


def latest_survey(conversation: Conversation) -> Survey | None:
    """What the customer was asked last and has not answered."""
    rows = Survey.objects.filter(conversation=conversation, answered_at=None)
    return rows.select_related("conversation__shop").order_by("-sent_at").first()


def survey_of(token: str) -> Survey:
    """The question a link means. Raises NotFound for a link that is not ours, Gone for one that is over."""
    missing = NotFound(gettext_noop("This link is not complete. Please open it again from the message."))
    try:
        number = signing.Signer(salt=_SALT).unsign(token.replace(".", ":"))
    except signing.BadSignature as error:
        raise missing from error
    survey = Survey.objects.select_related("conversation__shop").filter(pk=number).first()
    if survey is None:
        raise missing
    if survey.answered_at is None and survey.expires_at < timezone.now():
        raise Gone(gettext_noop("This question is over. Thank you all the same."))
    return survey


def language_of(conversation: Conversation) -> str:
    """The language a customer is addressed in: that of what they wrote last."""
    last = conversation.messages.filter(role=MessageRole.CUSTOMER).order_by("-at", "-id").first()
    if last is None:
        return "zh-hans" if conversation.shop.language.startswith("zh") else "en"
    return "zh-hans" if any("\u3400" <= term[0] <= "\u9fff" for term in tokens(last.text)) else "en"


def _question(conversation: Conversation, link: str) -> str:
    with translation.override(language_of(conversation)):
        return _("How did we do? One tap tells us, and every answer is read: %(link)s") % {"link": link}


@transaction.atomic
def answer_survey(survey: Survey, score: int, reason: str, comment: str) -> None:
    """The customer's answer, once. It is shown in the thread; a low score brings the conversation back to a
    lead. The customer's word decides the outcome of a closed conversation where it is clear: 4 and 5 are
    satisfied, 1 and 2 unsatisfied; 3 says nothing against what is known."""
    conversation = rows.locked_root(Conversation.objects.get(pk=survey.conversation_id))
    row = Survey.objects.select_for_update().get(pk=survey.pk)
    if row.answered_at is not None:
        raise Conflict(gettext_noop("You have answered already. Thank you!"))
    row.score, row.reason, row.comment = score, reason, comment.replace("\x00", "")[:MAX_COMMENT]
    row.answered_at = timezone.now()
    row.save(update_fields=["score", "reason", "comment", "answered_at"])
    details = {"score": score, "reason": reason, "comment": row.comment}
    rows.tell_thread(conversation, "rated", details, f"The customer rated {score} of 5.")
    audit.record(
        conversation.shop_id, "customer", "survey.answered", rows.subject(conversation), after=details
    )
    if conversation.status == Status.CLOSED:
        _follow(conversation, score)
    announce(conversation.shop_id, rows.subject(conversation))
    emit(events.SurveyAnswered(conversation.shop_id, conversation.pk, score))


def _follow(conversation: Conversation, score: int) -> None:
    if score >= GOOD:
        conversation.outcome = Outcome.SATISFIED
        rows.save(conversation, "outcome")
        return
    if score > LOW:
        return
    before = conversation.outcome
    rows.set_open(conversation, "customer")
    conversation.waiting_since = timezone.now()
    lead = least_busy_lead(conversation.shop_id)
    if lead is not None:
        conversation.assignee = lead
    rows.save(conversation)
    audit.record(
        conversation.shop_id,
        "customer",
        "outcome.denied",
        rows.subject(conversation),
        before={"outcome": before},
        after={"outcome": Outcome.UNSATISFIED, "assignee": lead.pk if lead else None},
    )
    if lead is not None:
        emit(events.ConversationAssigned(conversation.shop_id, conversation.pk, lead.pk))
