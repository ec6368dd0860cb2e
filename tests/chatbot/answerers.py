"""Answerers for tests: the shape of `chatbot.answering.answer` with its parts bound, without a model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import date

from chatbot.answer import Answer, AnswerKind, Citation, Mode, Question, Reason, Sentence, Verdict
from chatbot.privacy.vault import Vault

CITATION = Citation(document="regulamin", version="2026", clause="§ 5 ust. 1", quote="Zwrot trwa 14 dni.",
                    title="Regulamin", text="1. Zwrot trwa 14 dni.", hash="0" * 64, source="regulamin.md",
                    valid_from=date(2026, 1, 1), valid_until=None)


def finished(kind: AnswerKind, text: str, *, reasons: tuple[Reason, ...] = (), draft: str = "") -> Answer:
    replied = kind is AnswerKind.REPLY
    return Answer(kind=kind, text=text, citations=(CITATION,) if replied else (), verdict=Verdict(kind, 0.1, reasons),
                  mode=Mode.QUOTED if replied else None, model="test", adapter=None, language="pl", took_ms=1.0,
                  first_token_ms=1.0, draft=draft, draft_citations=(CITATION,) if draft else ())


async def echo(question: Question, vault: Vault) -> AsyncGenerator[Sentence | Answer, None]:
    """Two sentences and a reply; a question with "człowiek" goes to a human, one with "oferta" keeps a draft."""
    if "człowiek" in question.text or "draft" in question.text:
        draft = "Zwrot trwa 14 dni [1]" if "draft" in question.text else ""
        yield Sentence("Przekazuję konsultantowi.")
        yield finished(AnswerKind.TICKET, "Przekazuję konsultantowi.", reasons=(Reason.WEAK_SUPPORT,), draft=draft)
        return
    text = f"Odpowiedź na: {question.text} [1]"
    yield Sentence(text)
    yield Sentence("To wszystko.")
    yield finished(AnswerKind.REPLY, f"{text} To wszystko.")


async def slow(question: Question, vault: Vault) -> AsyncGenerator[Sentence | Answer, None]:
    """One sentence, a pause of half a second, then the rest."""
    yield Sentence("Pierwsze zdanie.")
    await asyncio.sleep(0.5)
    yield Sentence("Drugie zdanie.")
    yield finished(AnswerKind.REPLY, "Pierwsze zdanie. Drugie zdanie.")


async def hung(question: Question, vault: Vault) -> AsyncGenerator[Sentence | Answer, None]:
    """Never ends by itself."""
    yield Sentence("Pierwsze zdanie.")
    await asyncio.sleep(3600)


async def dying(question: Question, vault: Vault) -> AsyncGenerator[Sentence | Answer, None]:
    """Fails half-way."""
    yield Sentence("Pierwsze zdanie.")
    raise RuntimeError("the model died")


async def silent(question: Question, vault: Vault) -> AsyncGenerator[Sentence | Answer, None]:
    """Ends without an answer."""
    for _ in ():
        yield Sentence("nothing")
