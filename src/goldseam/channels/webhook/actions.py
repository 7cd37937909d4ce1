"""Tell the shop's own programs what happened.

An event and its deliveries are stored in one transaction; calling is a job deferred in that same
transaction. A try that fails is repeated after ever longer pauses, with the same delivery id, until
`PAUSES` are used up. Two workers cannot try one delivery at once: its row is locked while it is tried,
and whoever comes second finds it done.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from goldseam.approvals import events as approvals
from goldseam.approvals.queries import request_by_id, request_json
from goldseam.channels.webhook.models import Attempt, Delivery, DeliveryStatus, Endpoint
from goldseam.channels.webhook.queries import listeners
from goldseam.channels.webhook.signing import sign
from goldseam.channels.webhook.target import ForbiddenTarget, check_url, resolve
from goldseam.conversations import events, queries
from goldseam.conversations.actions import record_delivery
from goldseam.core import audit
from goldseam.core.errors import DomainError
from goldseam.core.jobs import WEBHOOKS, defer
from goldseam.promises import events as promises
from goldseam.promises.queries import promise_by_id, promise_json

if TYPE_CHECKING:
    from goldseam.people.models import Shop

NAMES: dict[type, str] = {
    events.MessageReceived: "message.received",
    events.ReplySent: "reply.sent",
    events.ConversationAssigned: "conversation.assigned",
    events.ConversationSnoozed: "conversation.snoozed",
    events.ConversationClosed: "conversation.closed",
    events.ConversationReopened: "conversation.reopened",
    events.ConversationTriaged: "conversation.triaged",
    events.ConversationsMerged: "conversation.merged",
    events.PersonWanted: "conversation.given_over",
    events.SurveySent: "reply.sent",
    events.SurveyAnswered: "survey.answered",
    events.DeliveryRetried: "reply.sent",
    approvals.RequestRaised: "approval.requested",
    approvals.RequestDecided: "approval.decided",
    approvals.RequestWithdrawn: "approval.withdrawn",
    approvals.GrantUsed: "approval.used",
    approvals.GrantReturned: "approval.returned",
    promises.PromiseMade: "promise.made",
    promises.PromiseDueSoon: "promise.due_soon",
    promises.PromiseKept: "promise.kept",
    promises.PromiseBroken: "promise.broken",
    promises.PromiseWithdrawn: "promise.withdrawn",
}
"""Which event is told under which name."""

CHANGE = "change.requested"
"""A change that a customer has confirmed to the bot, for a program that carries it out and says so. Only
who asks for it by name is told: "everything" does not mean that somebody can do it."""

KNOWN = frozenset({*NAMES.values(), CHANGE})
"""All names that may be listened to."""

REPLY = "reply.sent"
"""What brings words to the customer; how far it came is shown on the message."""

PAUSES = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400))
"""How long to wait after each failed try: nine tries over two days."""

TIMEOUT = 10.0
_MAX_ENDPOINTS = 20
_KEPT_ANSWER = 2000
TEST = "test"
"""The event of a test: sent to one endpoint, whatever it listens to."""


@transaction.atomic
def subscribe(shop: Shop, url: str, names: Sequence[str], *, actor: str) -> tuple[Endpoint, bool]:
    """Let an address hear of the named events (all when empty). The same URL again changes its events
    and keeps its secret. Returns the endpoint and whether it is new."""
    unknown = sorted(set(names) - KNOWN)
    if unknown:
        raise DomainError(f"Unknown events: {', '.join(unknown)}.", field="events")
    check_url(url, private=settings.ENVIRONMENT.webhook_private)
    chosen = sorted(names) or sorted(set(NAMES.values()))
    if Endpoint.objects.filter(shop=shop).exclude(url=url).count() >= _MAX_ENDPOINTS:
        raise DomainError(f"A shop has at most {_MAX_ENDPOINTS} webhooks.")
    endpoint, created = Endpoint.objects.update_or_create(
        shop=shop,
        url=url,
        defaults={"events": chosen, "active": True},
        create_defaults={"events": chosen, "secret": "whs_" + secrets.token_urlsafe(32)},
    )
    audit.record(
        shop.pk, actor, "webhook.subscribed", f"webhook-{endpoint.pk}", after={"url": url, "events": chosen}
    )
    return endpoint, created


@transaction.atomic
def unsubscribe(endpoint: Endpoint, *, actor: str) -> None:
    """The address hears nothing more; its log goes with it."""
    audit.record(
        endpoint.shop_id, actor, "webhook.removed", f"webhook-{endpoint.pk}", before={"url": endpoint.url}
    )
    # held, so that no try is noted between looking for what goes with it and removing that
    len(endpoint.deliveries.select_for_update())
    endpoint.delete()


@transaction.atomic
def rotate_secret(endpoint: Endpoint, *, actor: str) -> str:
    """From now on calls are signed with a new secret, which is returned; the old one signs nothing more."""
    row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    row.secret = endpoint.secret = "whs_" + secrets.token_urlsafe(32)
    row.save(update_fields=["secret"])
    audit.record(row.shop_id, actor, "webhook.rotated", f"webhook-{row.pk}")
    return row.secret


@transaction.atomic
def switch(endpoint: Endpoint, *, active: bool, actor: str) -> None:
    """Let an address rest, or hear again; what happens while it rests is not told later."""
    row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    if row.active == active:
        return
    row.active = active
    row.save(update_fields=["active"])
    before, after = {"active": not active}, {"active": active}
    audit.record(row.shop_id, actor, "webhook.switched", f"webhook-{row.pk}", before=before, after=after)


@transaction.atomic
def send_test(endpoint: Endpoint, *, actor: str) -> Delivery:
    """A delivery of the event "test", by the same way as all others."""
    payload = {"event": TEST, "at": timezone.now().isoformat(), "shop": endpoint.shop.slug}
    delivery = Delivery.objects.create(endpoint=endpoint, event=TEST, payload=payload)
    audit.record(endpoint.shop_id, actor, "webhook.tested", f"webhook-{endpoint.pk}")
    _defer(delivery.pk, None)
    return delivery


def tell(event: Any) -> None:
    """Store a delivery for every endpoint of the shop that listens to this event, and defer the calls."""
    name = NAMES[type(event)]
    listening = listeners(event.shop_id, name)
    if not listening:
        return
    _deliver_to(listening, name, _payload(event))
    if name == REPLY:
        record_delivery(event.message_id, "sending")


def tell_change(shop_id: int, conversation_id: int, change: dict[str, Any]) -> int:
    """Tell the programs that carry out changes of one; returns how many were told."""
    listening = listeners(shop_id, CHANGE)
    if listening:
        conversation = queries.conversation_by_id(conversation_id)
        payload = {"event": CHANGE, "at": timezone.now(), "shop": conversation.shop.slug, "change": change}
        told = payload | {"conversation": queries.conversation_json(conversation)}
        _deliver_to(listening, CHANGE, orjson.loads(orjson.dumps(told)))
    return len(listening)


def _deliver_to(listening: Sequence[Endpoint], name: str, payload: dict[str, Any]) -> None:
    for endpoint in listening:
        delivery = Delivery.objects.create(endpoint=endpoint, event=name, payload=payload)
        _defer(delivery.pk, None)


def redeliver_message(event: events.DeliveryRetried) -> None:
    """Somebody wants a reply to be brought to the customer once more: what failed is tried again; when
    nothing of it was ever tried, it is told like a new one."""
    failed = Delivery.objects.filter(
        endpoint__shop_id=event.shop_id,
        event=REPLY,
        status=DeliveryStatus.FAILED,
        payload__message__id=event.message_id,
    )
    found = list(failed)
    for delivery in found:
        redeliver(delivery, actor="retry")
    if not found:
        tell(event)


@transaction.atomic
def redeliver(delivery: Delivery, *, actor: str) -> None:
    """Try once more, now, with the same id."""
    delivery.status = DeliveryStatus.PENDING
    delivery.save(update_fields=["status"])
    audit.record(delivery.endpoint.shop_id, actor, "webhook.redelivered", f"delivery-{delivery.pk}")
    _defer(delivery.pk, None)


@transaction.atomic
def deliver(delivery_id: UUID) -> None:
    """One try of a pending delivery; a failure is logged and the next try deferred."""
    delivery = (
        Delivery.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("endpoint")
        .filter(pk=delivery_id, status=DeliveryStatus.PENDING)
        .first()
    )
    if delivery is None:
        return
    outcome = _call(delivery)
    Attempt.objects.create(
        delivery=delivery,
        at=timezone.now(),
        status_code=outcome.status_code,
        error=outcome.error,
        response=outcome.response,
        milliseconds=outcome.milliseconds,
    )
    tries = delivery.attempts.count()
    if outcome.status_code is not None and 200 <= outcome.status_code < 300:
        delivery.status = DeliveryStatus.DELIVERED
        delivery.delivered_at = timezone.now()
    elif tries > len(PAUSES) or not delivery.endpoint.active:
        delivery.status = DeliveryStatus.FAILED
    else:
        _defer(delivery.pk, timezone.now() + PAUSES[tries - 1])
    delivery.save(update_fields=["status", "delivered_at"])
    if delivery.event == REPLY:
        state = {DeliveryStatus.DELIVERED: "sent", DeliveryStatus.FAILED: "failed"}
        told = outcome.error or (f"HTTP {outcome.status_code}" if delivery.delivered_at is None else "")
        status = DeliveryStatus(delivery.status)
        record_delivery(delivery.payload["message"]["id"], state.get(status, "sending"), error=told)


@dataclass(frozen=True, slots=True)
class _Outcome:
    status_code: int | None
    error: str
    response: str
    milliseconds: int


def _call(delivery: Delivery) -> _Outcome:
    """POST the payload to the checked address; redirects are not followed."""
    endpoint = delivery.endpoint
    body = orjson.dumps(delivery.payload)
    timestamp = int(time.time())
    started = time.monotonic()
    code, error, said = None, "", ""
    try:
        target = resolve(endpoint.url, private=settings.ENVIRONMENT.webhook_private)
        headers = {"Host": target.host_header} | headers_of(delivery, timestamp, body)
        with (
            httpx.Client(timeout=TIMEOUT, trust_env=False) as client,
            client.stream(
                "POST",
                target.url,
                content=body,
                headers=headers,
                extensions={"sni_hostname": target.host},
            ) as response,
        ):
            code = response.status_code
            said = _beginning(response, started + TIMEOUT)
    except ForbiddenTarget as refusal:
        error = refusal.message
    except httpx.HTTPError as failure:
        error = f"{type(failure).__name__}: {failure}"
    return _Outcome(code, error[:300], said, round((time.monotonic() - started) * 1000))


def headers_of(delivery: Delivery, timestamp: int, body: bytes) -> dict[str, str]:
    """What goes with a delivery beside its body, signed for this moment."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Goldseam-Webhook",
        "Goldseam-Delivery": str(delivery.pk),
        "Goldseam-Event": delivery.event,
        "Goldseam-Timestamp": str(timestamp),
        "Goldseam-Signature": sign(delivery.endpoint.secret, timestamp, body),
    }


def _beginning(response: httpx.Response, until: float) -> str:
    """The first characters of an answer; one that drips is not waited for."""
    kept = b""
    with contextlib.suppress(httpx.HTTPError):  # the status has come: that is the answer
        for piece in response.iter_bytes(1024):
            kept += piece
            if len(kept) >= _KEPT_ANSWER or time.monotonic() > until:
                break
    return kept[:_KEPT_ANSWER].decode(errors="replace").replace("\x00", "")


def _defer(delivery_id: UUID, at: datetime | None) -> None:
    defer("webhook.deliver", WEBHOOKS, at, delivery=str(delivery_id))


def _payload(event: Any) -> dict[str, Any]:
    """What the receiver gets: the conversation as the API shows it, and the message, the approval
    or the promise where there is one."""
    conversation = queries.conversation_by_id(event.conversation_id)
    payload: dict[str, Any] = {
        "event": NAMES[type(event)],
        "at": timezone.now(),
        "shop": conversation.shop.slug,
        "conversation": queries.conversation_json(conversation),
    }
    message_id = getattr(event, "message_id", None)
    if message_id is not None:
        payload["message"] = queries.message_json(queries.message_by_id(message_id))
        payload["thread_id"] = queries.thread_id_of(conversation)
    score = getattr(event, "score", None)
    if score is not None:
        payload["score"] = score
    request_id = getattr(event, "request_id", None)
    if request_id is not None:
        payload["approval"] = request_json(request_by_id(request_id))
    promise_id = getattr(event, "promise_id", None)
    if promise_id is not None:
        payload["promise"] = promise_json(promise_by_id(promise_id))
    plain: dict[str, Any] = orjson.loads(orjson.dumps(payload))
    return plain
