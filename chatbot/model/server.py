"""The server behind LLM_URL, whichever API it speaks (LLM_API): asked for one text at a time, with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import openai
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]

from chatbot.model import shapes
from chatbot.model.shapes import Message
from ingestion import settings as settings_module
from ingestion.errors import ModelError, SettingError
from ingestion.settings import Api, Settings

NO_KEY = "none"
"""OpenAI's client insists on one; a server of one's own asks for none."""
_WRITTEN = {Api.VERTEX: (shapes.vertex, shapes.said_by_vertex), Api.BEDROCK: (shapes.bedrock, shapes.said_by_bedrock)}


def current_key() -> str | None:
    """LLM_API_KEY as it is now: a file's content may have been replaced, as short-lived tokens are."""
    key = settings_module.load()[0].llm_api_key
    return key.get_secret_value() if key else None


class Server:
    """For one event loop. ``tokens``: longest answer. A key that is refused is read once more (LLM_API_KEY_FILE)."""

    def __init__(
        self, settings: Settings, tokens: int, renew: Callable[[], str | None] = current_key, *, chat: bool = True
    ) -> None:
        """``chat`` False: completions are asked for (`complete`). Raises SettingError without LLM_URL or LLM_MODEL."""
        if not settings.llm_url or not settings.llm_model:
            raise SettingError("LLM_URL is set without LLM_MODEL. Set LLM_MODEL to the model's name on that server."
                               if settings.llm_url else "LLM_URL is not set: name the server of the model to ask.")
        self.url, self.model, self.api = settings.llm_url, settings.llm_model, settings.llm_api
        self._tokens = tokens
        self._renew = renew
        self._key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else NO_KEY
        self._http = httpx.AsyncClient(trust_env=False, timeout=None)
        self._chat_model = chat
        self._client = self._openai()

    async def chat(self, messages: Sequence[Message], *, seconds: float, json: bool = True) -> str:
        """What the model says; ``json``: it is told to say an object. Raises ModelError naming the setting."""
        if self.api in _WRITTEN:
            return await self._kept(seconds, lambda: self._post(messages, json=json))

        async def ask() -> str:
            asked = [ChatMessage(role=MessageRole(one.role), content=one.content) for one in messages]
            form = {"response_format": {"type": "json_object"}} if json else {}
            answer = await self._client.achat(asked, **form)
            return answer.message.content or ""

        return await self._kept(seconds, ask)

    async def complete(self, prompt: str, *, seconds: float) -> str:
        """What follows the prompt. Raises ModelError."""

        async def ask() -> str:
            answer = await self._client.acomplete(prompt, formatted=True)
            return str(answer.text)

        return await self._kept(seconds, ask)

    async def _kept(self, seconds: float, ask: Callable[[], Awaitable[str]]) -> str:
        try:
            async with asyncio.timeout(seconds):
                try:
                    return await ask()
                except openai.AuthenticationError:
                    if not self._renewed():
                        raise
                    return await ask()
        except TimeoutError as error:
            raise ModelError(f"LLM_URL={self.url} didn't answer within {seconds:g} s. Try again.") from error
        except (openai.APIConnectionError, httpx.HTTPError) as error:
            raise ModelError(f"LLM_URL={self.url} can't be reached ({error}). Start it, or unset it.") from error
        except openai.APIError as error:
            raise ModelError(f"LLM_URL={self.url} refused {self.model!r}: {error.message}") from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ModelError(f"LLM_URL={self.url} gave what LLM_API={self.api} never gives "
                             f"({type(error).__name__}: {error}). Is LLM_API right?") from error

    async def _post(self, messages: Sequence[Message], *, json: bool) -> str:
        write, said = _WRITTEN[self.api]
        asked = write(self.url, self.model, messages, self._tokens, json=json)
        answer = await self._http.post(asked.url, json=asked.body, headers={"Authorization": f"Bearer {self._key}"})
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise openai.AuthenticationError(_reason(answer), response=answer, body=None)
        if answer.is_error:
            raise openai.APIError(_reason(answer), answer.request, body=None)
        return said(answer.json())

    def _renewed(self) -> bool:
        key = self._renew()
        if key is None or key == self._key:
            return False
        self._key = key
        self._client = self._openai()
        return True

    def _openai(self) -> Any:
        headers = {"api-key": self._key} if self.api is Api.AZURE else None
        return OpenAILike(
            model=self.model, api_base=self.url, api_key=self._key, is_chat_model=self._chat_model, temperature=0.0,
            max_tokens=self._tokens, max_retries=0, default_headers=headers, async_http_client=self._http)


def _reason(answer: httpx.Response) -> str:
    """Google's and Amazon's errors carry their words in different places."""
    try:
        body = answer.json()
        told = body.get("message") or body["error"]["message"]
    except (ValueError, LookupError, TypeError, AttributeError):
        told = answer.text[:200]
    return f"{answer.status_code} {told}"
