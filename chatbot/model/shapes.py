"""How each provider's own API asks a chat model, and where its answer stands. Pure.

OpenAI, and whoever speaks as OpenAI does (vLLM, Ollama, a gateway), is spoken to by its own client
(`chatbot.model.server`), Azure too: its v1 API differs in the key's header alone. These are the two that differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    body: Mapping[str, Any]


def vertex(url: str, model: str, messages: Sequence[Message], tokens: int, *, json: bool) -> Request:
    """``url``: ``https://LOCATION-aiplatform.googleapis.com/v1/projects/P/locations/LOCATION``; ``model``: a tuned
    model's ``endpoints/NUMBER``, or ``publishers/google/models/NAME``."""
    kind = {"responseMimeType": "application/json"} if json else {}
    body: dict[str, Any] = {
        "contents": [{"role": "model" if one.role == "assistant" else "user", "parts": [{"text": one.content}]}
                     for one in turns(messages)],
        "generationConfig": {"temperature": 0, "maxOutputTokens": tokens, **kind},
    }  # fmt: skip
    if system := _system(messages):
        body["systemInstruction"] = {"role": "system", "parts": [{"text": system}]}
    return Request(f"{url.rstrip('/')}/{model.strip('/')}:generateContent", body)


def bedrock(url: str, model: str, messages: Sequence[Message], tokens: int, *, json: bool) -> Request:
    """``url``: ``https://bedrock-runtime.REGION.amazonaws.com``; ``model``: a model's id or a custom model's ARN.
    JSON is asked for in words only: Converse has no mode for it."""
    body: dict[str, Any] = {
        "messages": [{"role": one.role, "content": [{"text": one.content}]} for one in turns(messages)],
        "inferenceConfig": {"temperature": 0, "maxTokens": tokens},
    }
    if system := _system(messages):
        body["system"] = [{"text": system}]
    return Request(f"{url.rstrip('/')}/model/{quote(model, safe='')}/converse", body)


def said_by_vertex(answer: Any) -> str:
    """Raises LookupError or TypeError where nothing was said (a safety block, say)."""
    return "".join(part.get("text", "") for part in answer["candidates"][0]["content"]["parts"])


def said_by_bedrock(answer: Any) -> str:
    """Raises LookupError or TypeError where nothing was said."""
    return "".join(part.get("text", "") for part in answer["output"]["message"]["content"])


def turns(messages: Sequence[Message]) -> list[Message]:
    """User and assistant by turns, the user first, as both ask: neighbours of one role become one message, what the
    assistant said before anybody (a greeting) goes."""
    found: list[Message] = []
    for one in messages:
        if one.role == "system" or (not found and one.role == "assistant"):
            continue
        if found and found[-1].role == one.role:
            found[-1] = Message(one.role, f"{found[-1].content}\n\n{one.content}")
        else:
            found.append(one)
    return found


def _system(messages: Sequence[Message]) -> str:
    return "\n\n".join(one.content for one in messages if one.role == "system")
