"""A record as the chat a provider's model is trained on: written as serving writes it, or as it was said. Pure.

``served``: system message, numbered sentences and question exactly as `chatbot.model.remote` sends them, and the JSON
object that it reads back, so that the tuned model can answer behind LLM_URL at once. ``said``: the messages themselves.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from chatbot.grounding import squeeze
from chatbot.model.remote import FENCE_BYTES, INSTRUCTIONS, LANGUAGES, question
from chatbot.model.seam import Action, Task
from chatbot.privacy.canary import ALPHABET, LENGTH
from finetune.examples import Example
from finetune.record import Message, Record, Role
from finetune.teaching import Untaught, to_example
from ingestion import polish


@dataclass(frozen=True, slots=True)
class Chat:
    """``messages`` end with the answer to learn; ``rejected`` is the one it is better than."""

    id: str
    messages: tuple[Message, ...]
    rejected: str | None = None


def system(company: str, language: str, canary: str) -> str:
    """Serving's instructions to a chat model."""
    language = LANGUAGES.get(language, language)
    return INSTRUCTIONS.format(company=company or "the company", language=language, canary=canary)


def served(record: Record, company: str) -> Chat | Untaught:
    """As serving writes it. A record whose answer rests on no sentence of its passages can't be written so."""
    example = to_example(record)
    if isinstance(example, Untaught):
        return example
    task = _task(record)
    chosen = _answer(example, task)
    if chosen is None:
        return Untaught(record.id, "its quote is in no sentence of the passages shown")
    rejected = None
    if record.rejected is not None:
        rejected = _other(record, task)
        if rejected == chosen:
            return Untaught(record.id, "its rejected answer quotes the same sentences in the same frame")
    messages = (
        Message(Role.SYSTEM, system(company, record.language, _canary(record))),
        *(Message(one.role, one.content) for one in record.earlier),
        Message(Role.USER, question(task, _fence(record))),
        Message(Role.ASSISTANT, chosen, 1),
    )
    return Chat(record.id, messages, rejected)


def said(record: Record) -> Chat:
    """As it was said, weights and all."""
    return Chat(record.id, record.messages, record.rejected)


def _task(record: Record) -> Task:
    pairs = [(one.clause or one.title or one.document, sentence)
             for one in record.passages for sentence in polish.sentences(one.text)]
    return Task(record.question, tuple(text for _, text in pairs), tuple(label for label, _ in pairs),
                language=record.language)


def _answer(example: Example, task: Task) -> str | None:
    numbers: list[int] = []
    for quote in example.quote:
        found = [at for at, text in enumerate(task.sentences, start=1) if squeeze(quote) in squeeze(text)]
        if not found:
            return None
        numbers.append(found[0])
    framed = example.action in (Action.QUOTE, Action.ASK)
    return json.dumps({
        "action": example.action.value, "sentences": sorted(dict.fromkeys(numbers)),
        "opening": example.opening if framed else "", "closing": example.closing if framed else "",
    }, ensure_ascii=False)  # fmt: skip


def _other(record: Record, task: Task) -> str:
    """What serving would have had to be told for the rejected answer; one that is no quote gave up."""
    assert record.rejected is not None
    messages = (*record.messages[:-1], Message(Role.ASSISTANT, record.rejected, 1))
    other = to_example(replace(record, messages=messages, action=None, rejected=None, clauses=()))
    written = _answer(other, task) if isinstance(other, Example) else None
    return written or json.dumps({"action": "hand_over", "sentences": [], "opening": "", "closing": ""})


def _canary(record: Record) -> str:
    """Another one for each row, as serving draws one for each question, but the same when it is exported again."""
    digest = hashlib.sha256(b"canary" + record.id.encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])


def _fence(record: Record) -> str:
    """Likewise."""
    return hashlib.sha256(record.id.encode()).hexdigest()[: 2 * FENCE_BYTES]
