"""What a person is told by a toast, once, in whichever of their windows asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from goldseam.approvals.models import Notice, State
from goldseam.approvals.saying import asked_words, money_words, remedy_words

if TYPE_CHECKING:
    from goldseam.people.models import Agent

_TAKE = (
    "UPDATE approvals_notice SET shown_at = now() FROM approvals_approvalrequest AS asked"
    " WHERE asked.id = approvals_notice.request_id AND asked.shop_id = %s AND approvals_notice.agent_id = %s"
    " AND approvals_notice.shown_at IS NULL RETURNING approvals_notice.id"
)


def take_news(agent: Agent, shop_id: int) -> str:
    """The newest notice that was not shown yet, as a sentence ("" for none), with the number of others. One
    statement marks them all, so two windows never show the same."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [shop_id, agent.pk])
        taken = sorted(row[0] for row in cursor.fetchall())
    if not taken:
        return ""
    rows = Notice.objects.select_related("request__conversation__customer", "request__decided_by")
    text = _sentence(rows.get(pk=taken[-1]))
    if len(taken) == 1:
        return text
    return _("%(text)s And %(n)s more.") % {"text": text, "n": len(taken) - 1}


def _sentence(notice: Notice) -> str:
    request = notice.request
    customer = request.conversation.customer
    told = {
        "what": asked_words(request),
        "who": customer.name if customer and customer.name else request.conversation.external_id,
        "name": request.decided_by.name if request.decided_by else "",
    }
    if notice.kind == Notice.Kind.ESCALATED:
        return _("Waits too long and is passed on to you: %(what)s for %(who)s.") % told
    if notice.kind == Notice.Kind.DECIDED and request.state == State.APPROVED:
        name = remedy_words(request.remedy)
        amount = request.granted_amount
        what = f"{name} {money_words(amount, request.currency)}" if amount else name
        return _("%(name)s approved: %(what)s for %(who)s.") % (told | {"what": what})
    if notice.kind == Notice.Kind.DECIDED:
        return _("%(name)s refused: %(what)s for %(who)s.") % told
    if notice.kind == Notice.Kind.RETURNED:
        return _("Given back, not needed any more: %(what)s for %(who)s.") % told
    if notice.kind == Notice.Kind.EXPIRING and request.expires_at is not None:
        until = date_format(timezone.localtime(request.expires_at), "m-d H:i")
        return _("Granted and not used yet: %(what)s for %(who)s. It expires at %(until)s.") % (
            told | {"until": until}
        )
    if notice.kind == Notice.Kind.EXPIRED:
        return _("Expired, because nobody used it: %(what)s for %(who)s. Ask again if it is needed.") % told
    return _("Waits for your approval: %(what)s for %(who)s.") % told
