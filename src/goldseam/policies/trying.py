"""Writes on try-outs: asked for by a person, carried on by the machinery that runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from goldseam.core import audit
from goldseam.core.errors import Conflict, DomainError
from goldseam.core.events import emit
from goldseam.core.live import announce
from goldseam.engine.decide.pack_terms import ERROR
from goldseam.people.queries import Role, require_role
from goldseam.policies import events
from goldseam.policies.models import PackVersion, PolicyPack, TryOut
from goldseam.policies.queries import findings_of, in_force_beside

if TYPE_CHECKING:
    from goldseam.people.models import Agent

SIZES = (200, 1000, 5000, 20000)
CHANGED = gettext_noop("The draft was changed before its turn came; try it out again.")
UNREADABLE = gettext_noop("This release cannot read the version.")
STOPPED = gettext_noop("Stopped.")


@transaction.atomic
def start_tryout(version: PackVersion, agent: Agent, *, wanted: int) -> TryOut:
    """Ask for a version to be run over the newest decisions, beside the pack in force. One at a time."""
    pack = PolicyPack.objects.select_for_update().get(pk=version.pack_id)
    require_role(agent, pack.shop_id, Role.LEAD)
    version = PackVersion.objects.select_related("pack").get(pk=version.pk)
    if wanted not in SIZES:
        raise DomainError(gettext_noop("Choose how many decisions."), field="wanted")
    running = TryOut.objects.filter(version__pack=pack, state__in=("waiting", "running"))
    if running.exists():
        raise Conflict(gettext_noop("A try-out of this pack is running; wait for it or stop it."))
    never = ("never", "untold")
    if any(f.severity == ERROR and f.code in never for f in findings_of(version.body)):
        raise DomainError(gettext_noop("Repair the rules that can never speak first."))
    tryout = TryOut.objects.create(
        version=version,
        digest=version.digest,
        against=in_force_beside(version)[0],
        wanted=wanted,
        asked_by=agent,
    )
    subject = f"policy-version-{version.pk}"
    audit.record(pack.shop_id, f"agent-{agent.pk}", "policy.tried_out", subject, after={"decisions": wanted})
    emit(events.TryOutRequested(pack.shop_id, tryout.pk))
    return tryout


@transaction.atomic
def stop_tryout(tryout: TryOut, agent: Agent) -> None:
    """Give a try-out up, for instance because no worker is there to run it."""
    require_role(agent, tryout.version.pack.shop_id, Role.LEAD)
    stopped = {
        "state": TryOut.State.FAILED,
        "problem": STOPPED,
        "finished_at": timezone.now(),
    }
    rows = TryOut.objects.filter(pk=tryout.pk, state__in=("waiting", "running"))
    if rows.update(**stopped):
        pack, subject = tryout.version.pack, f"policy-version-{tryout.version_id}"
        audit.record(pack.shop_id, f"agent-{agent.pk}", "policy.try_out_stopped", subject)
    _tell(tryout)


def note_progress(tryout: TryOut, done: int, total: int) -> bool:
    """How far it is; False when it was stopped meanwhile and should not go on."""
    rows = TryOut.objects.filter(pk=tryout.pk, state__in=("waiting", "running"))
    going = rows.update(state=TryOut.State.RUNNING, done=done, total=total) == 1
    _tell(tryout)
    return going


def finish_tryout(tryout: TryOut, result: dict[str, Any], done: int) -> None:
    """Keep what came out; a stopped one keeps nothing."""
    TryOut.objects.filter(pk=tryout.pk, state__in=("waiting", "running")).update(
        state=TryOut.State.DONE, result=result, done=done, total=done, finished_at=timezone.now()
    )
    _tell(tryout)


def fail_tryout(tryout: TryOut, problem: str) -> None:
    """It could not be run at all."""
    TryOut.objects.filter(pk=tryout.pk).update(
        state=TryOut.State.FAILED, problem=problem[:300], finished_at=timezone.now()
    )
    _tell(tryout)


def _tell(tryout: TryOut) -> None:
    announce(tryout.version.pack.shop_id, f"tryout-{tryout.pk}")
