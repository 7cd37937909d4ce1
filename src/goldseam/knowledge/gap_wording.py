"""A language model may word a gap's draft from its sources, if the site has one: it cites them, is judged
like any answer from articles, and else the agents' own sentences stand."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop

from goldseam.core.errors import Conflict
from goldseam.core.jobs import defer
from goldseam.core.live import announce
from goldseam.core.llm.calls import Judged, ask_model
from goldseam.core.llm.endpoint import llm_settings
from goldseam.core.llm.port import Ask
from goldseam.engine.search.terms import has_han
from goldseam.engine.wording.ask import Source, ask_answer
from goldseam.engine.wording.mask import masking
from goldseam.engine.wording.read import read_answer
from goldseam.knowledge.models import Gap
from goldseam.workshop.load_wording import load_masking, load_prompts

JOB, QUEUE = "knowledge.word_gap", "wording"
_TASK = "answer"
_MAX_TOKENS = 600


def is_on() -> bool:
    """Whether the site has a language model for this."""
    return llm_settings().on and bool(llm_settings().model_for(_TASK))


@transaction.atomic
def ask_for(gap: Gap) -> None:
    """Let the draft be worded. Raises Conflict without a model or without sources."""
    if not is_on():
        raise Conflict(gettext_noop("No language model is set up for this; the draft stands."))
    if not gap.proposal.get("sources"):
        raise Conflict(gettext_noop("There is nothing yet to word a draft from."))
    defer(JOB, QUEUE, gap_id=gap.pk)


def run(gap_id: int) -> None:
    """Ask, judge, keep what passed, tell the browsers."""
    gap = Gap.objects.get(pk=gap_id)
    told = gap.proposal.get("sources", [])
    if gap.state != Gap.State.OPEN or not told:
        return
    words = load_prompts("zh" if has_han(gap.title) else "en")
    masks = masking(load_masking(), {})
    sources = [Source(number, gap.title, one["text"]) for number, one in enumerate(told, start=1)]
    prompt = ask_answer(gap.title, sources, words, masks)
    ask = Ask(_TASK, prompt.system, prompt.content, prompt.schema, _MAX_TOKENS)

    def judged(text: str) -> Judged[str]:
        read = read_answer(text, prompt, sources, words, masks)
        return Judged(read.value.text if read.value is not None else None, read.problems)

    answer = ask_model(gap.shop_id, f"gap-{gap.pk}", ask, judged)
    with transaction.atomic():
        row = Gap.objects.select_for_update().get(pk=gap_id)
        if answer.value is not None and row.proposal.get("sources") == told:
            row.proposal |= {"worded": answer.value}
            row.save(update_fields=["proposal"])
        announce(row.shop_id, f"gap-{row.pk}")
