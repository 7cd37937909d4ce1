"""Any endpoint that speaks the OpenAI routes, through the `openai` client."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from goldseam.core.llm.port import Ask, Completion, Llm, LlmSettings, LlmUnavailable, NullLlm

if TYPE_CHECKING:
    from openai import OpenAI

_NO_KEY = "none"
"""Servers at home ask for no key, but the client does."""


class Endpoint:
    """The client with the site's settings; made once, as it holds connections."""

    def __init__(self, settings_: LlmSettings) -> None:
        self._settings = settings_
        self._client = _client(settings_)

    def complete(self, ask: Ask, model: str) -> Completion:
        """One answer in JSON of the ask's schema. Raises LlmUnavailable."""
        import openai

        try:
            answer = self._client.chat.completions.create(
                model=model,
                messages=[
                    {"role": "system", "content": ask.system},
                    {"role": "user", "content": ask.content},
                ],
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": ask.task, "schema": dict(ask.schema), "strict": True},
                },
                max_tokens=ask.max_tokens,
                temperature=0,
            )
        except openai.APITimeoutError as error:
            raise LlmUnavailable("timeout", str(error)) from error
        except openai.APIConnectionError as error:
            raise LlmUnavailable("unreachable", str(error)) from error
        except openai.APIStatusError as error:
            reason = "refused" if error.status_code < 500 and error.status_code != 429 else "failed"
            raise LlmUnavailable(reason, f"HTTP {error.status_code}") from error
        except openai.OpenAIError as error:
            raise LlmUnavailable("failed", str(error)) from error
        if not answer.choices:
            raise LlmUnavailable("failed", "no choices")
        choice, used = answer.choices[0], answer.usage
        if choice.finish_reason == "length":
            raise LlmUnavailable("cut_off", f"{ask.max_tokens} tokens")
        return Completion(
            text=choice.message.content or "",
            tokens_in=used.prompt_tokens if used else 0,
            tokens_out=used.completion_tokens if used else 0,
        )


def _client(given: LlmSettings) -> OpenAI:
    from openai import OpenAI

    return OpenAI(
        base_url=given.url, api_key=given.key or _NO_KEY, timeout=given.timeout, max_retries=given.retries
    )


def llm_settings() -> LlmSettings:
    """The site's settings of the model."""
    return settings.LLM


def llm() -> Llm:
    """The site's model, or the twin that never answers."""
    given = llm_settings()
    return _endpoint(given) if given.on else NullLlm()


@lru_cache(maxsize=4)
def _endpoint(given: LlmSettings) -> Endpoint:
    return Endpoint(given)
