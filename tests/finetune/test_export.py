"""From a live service to records: what customers agreed to, without their names, and gone once they take it back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot import keys
from chatbot.answer import Answer, AnswerKind, Citation, Mode, Question, Reason, Sentence, Verdict
from chatbot.privacy.masking import Masker
from chatbot.privacy.vault import Vault
from chatbot.record import Records
from chatbot.service import Service, now_ms
from chatbot.staff import Account, Role
from chatbot.subjects import FLAG, OF_ADAPTER, Subjects
from finetune import records
from finetune.export import Exported, export
from finetune.masking import Refused, masked
from finetune.record import Origin, Pii
from finetune.record import Role as Speaks
from finetune.teaching import to_example
from tests.chatbot.cast import Customer
from tests.chatbot.conftest import company, http, limits, live, redis, service, settings, store_settings  # noqa: F401
from tests.finetune.cast import NoMask, record

CLAUSE = Citation(
    document="zasady", version="2", clause="§ 3 ust. 1", title="Zasady zwrotów", hash="0" * 64, source="zasady.pdf",
    quote="Na zwrot jest 14 dni.", text="Na zwrot jest 14 dni. Koszt odesłania ponosi klient. Telefon: 22 000 00 00.",
    valid_from=date(2026, 1, 1), valid_until=None)  # fmt: skip
ANNA = Account("anna", "Anna Kalina", Role.AGENT)


async def bot(question: Question, vault: Vault) -> AsyncIterator[Sentence | Answer]:
    """Answers questions on returns, hands over the rest with a draft."""
    knows = "zwrot" in question.text
    text = "Już sprawdzam: „Na zwrot jest 14 dni.” [1]" if knows else "Przekazuję pytanie konsultantowi."
    kind = AnswerKind.REPLY if knows else AnswerKind.TICKET
    yield Answer(
        kind=kind, text=text, citations=(CLAUSE,) if knows else (), verdict=Verdict(kind, 0.1, (Reason.WEAK_SUPPORT,)),
        mode=Mode.QUOTED if knows else None, model="script", adapter=None, language="pl", took_ms=1.0,
        first_token_ms=1.0, draft="" if knows else "Oto zasada: „Telefon: 22 000 00 00.” [1]",
        draft_citations=() if knows else (CLAUSE,))  # fmt: skip


@pytest.fixture
def talking(live: Service) -> Service:  # noqa: F811
    live.answer_with(bot)
    for path in Subjects(live.settings.data_dir).folder.rglob("*"):
        path.unlink()
    return live


async def agree(customer: Customer, yes: bool = True) -> None:
    answer = await customer.http.post(f"{customer.path}/consent", json={"training": yes}, headers=customer.headers)
    assert answer.status_code == 204, answer.text


async def talk(http: httpx.AsyncClient, *lines: str, consent: bool | None = True) -> Customer:  # noqa: F811
    customer = await Customer.begin(http)
    for number, line in enumerate(lines, start=1):
        await customer.write(line)
        await customer.until(lambda found, n=number: sum(one["author"] == "ai" for one in found) >= n)  # type: ignore[misc]
    if consent is not None:
        await agree(customer, consent)
    return customer


async def exported(service: Service, masker: Any = None, later: int = 25 * 3_600_000) -> Exported:  # noqa: F811
    subjects = Subjects(service.settings.data_dir)
    return await export(service.records, subjects, masker or NoMask(), now_ms() + later)


async def test_only_closed_conversations_whose_customer_agreed_are_exported(
    http: httpx.AsyncClient, talking: Service  # noqa: F811
) -> None:
    await talk(http, "Ile mam na zwrot?")
    await talk(http, "Ile mam na zwrot mebli?", consent=None)
    await talk(http, "Ile mam na zwrot lamp?", consent=False)
    found = await exported(talking)
    assert [one.question for one in found.records] == ["Ile mam na zwrot?"]
    assert found.skipped == {"no_consent": 2, "not_closed": 0, "erased": 0}
    assert (await exported(talking, later=0)).skipped["not_closed"] == 1
    made = found.records[0]
    assert (made.origin, made.pii, made.clauses) == (Origin.CONVERSATION, Pii.CLEAN, ("zasady:§ 3 ust. 1",))
    assert made.consent.basis == "customer" and made.consent.on and made.review is None
    example = to_example(made)
    assert (example.quote, example.opening) == (("Na zwrot jest 14 dni.",), "Już sprawdzam:")  # type: ignore[union-attr]


async def test_names_and_numbers_are_masked_and_the_companys_own_telephone_stays(
    http: httpx.AsyncClient, talking: Service  # noqa: F811
) -> None:
    await talk(http, "Nazywam się Jan Brzęczyszczykiewicz, mój numer to 600 700 800. Ile mam na zwrot?")
    found = await exported(talking, Masker())
    text = records.dump(found.records[0])
    assert found.records[0].pii is Pii.MASKED and "[TELEFON_1]" in text
    assert "Brzęczyszczykiewicz" not in text and "600 700" not in text and "22 000 00 00" in text


async def test_a_record_whose_masking_fails_or_leaves_something_is_refused_not_exported(
    http: httpx.AsyncClient, talking: Service  # noqa: F811
) -> None:
    class Broken:
        def mask(self, text: str, vault: Vault) -> Any:
            raise RuntimeError("out of memory")

    await talk(http, "Ile mam na zwrot?")
    found = await exported(talking, Broken())
    assert found.records == [] and "masking failed (RuntimeError)" in found.refused[0].reason

    class Blind:
        """Sees a number, and gives it back as its own placeholder."""

        def mask(self, text: str, vault: Vault) -> Any:
            made = Masker().mask(text, vault)
            hidden = [replace(one, placeholder=text[one.start:one.end]) for one in made.entities]
            return made.__class__(text, tuple(hidden))

    left = masked(record(1, notes=()), Blind())
    assert not isinstance(left, Refused)
    said = [*record(1).messages]
    said[0] = said[0].__class__(Speaks.USER, "Mój PESEL to 44051401359, czy zwrot jest darmowy?")
    refused = masked(record(1, messages=tuple(said)), Blind())
    assert isinstance(refused, Refused) and "left after masking (PESEL)" in refused.reason
    assert "44051401359" not in refused.reason


async def test_an_agents_reply_becomes_the_chosen_answer_and_the_draft_the_rejected_one(
    http: httpx.AsyncClient, talking: Service  # noqa: F811
) -> None:
    customer = await talk(http, "Jaki macie telefon?")
    ticket = (await talking.tickets.waiting())[0]
    await talking.tickets.claim(ticket, ANNA)
    await talking.tickets.reply(ticket, ANNA, "1", "Na zwrot jest 14 dni, a koszt odesłania ponosi klient.")
    await talking.tickets.close(ticket, ANNA)
    found = await exported(talking)
    made = next(one for one in found.records if one.origin is Origin.CORRECTION)
    assert made.question == "Jaki macie telefon?" and made.answer.startswith("Na zwrot jest 14 dni")
    assert made.rejected == "Oto zasada: „Telefon: 22 000 00 00.” [1]" and made.messages[-1].author == "human"
    await agree(customer, yes=False)
    assert (await exported(talking)).records == []


async def test_an_answer_thumbed_down_is_no_example(http: httpx.AsyncClient, talking: Service) -> None:  # noqa: F811
    customer = await talk(http, "Ile mam na zwrot?")
    answer = (await customer.read()).json()["messages"][-1]["message"]
    await http.post(f"{customer.path}/rating", json={"message": answer, "value": "down"}, headers=customer.headers)
    assert (await exported(talking)).records == []


async def test_consent_taken_back_takes_the_records_out_of_every_set_and_flags_the_adapters(
    http: httpx.AsyncClient, talking: Service  # noqa: F811
) -> None:
    customer, other = await talk(http, "Ile mam na zwrot?"), await talk(http, "Ile mam na zwrot lamp?")
    subjects = Subjects(talking.settings.data_dir)
    found = await exported(talking)
    path = subjects.folder / "reviewed.jsonl"
    records.write(path, found.records)
    adapter = talking.settings.data_dir / "adapters" / "nasz"
    adapter.mkdir(parents=True)
    (adapter / OF_ADAPTER).write_text("\n".join(one for made in found.records for one in made.subjects))
    await agree(customer, yes=False)
    assert [one.question for one in records.read(path)] == ["Ile mam na zwrot lamp?"]
    assert len(json.loads((adapter / FLAG).read_text())["people"]) == 1
    assert subjects.of(f"conversation:{customer.conversation}") in subjects.forgotten()
    await agree(customer)
    assert len((await exported(talking)).records) == 2
    assert (await other.read()).json()["consent"] == "given"


async def test_a_conversation_whose_key_is_gone_is_skipped(http: httpx.AsyncClient, talking: Service) -> None:  # noqa: F811
    customer = await talk(http, "Ile mam na zwrot?")
    reader: Records = talking.records
    reader.destroy_key((await reader.meta(customer.conversation)).owner)
    found = await exported(talking)
    assert found.records == [] and found.skipped["erased"] == 1
    assert await talking.redis.exists(keys.conversation(customer.conversation))


def test_a_customers_number_cannot_be_told_from_the_hash_without_the_key(tmp_path: Path) -> None:
    first, second = Subjects(tmp_path / "a"), Subjects(tmp_path / "b")
    assert first.of("customer:K-1") == Subjects(tmp_path / "a").of("customer:K-1")
    assert first.of("customer:K-1") != second.of("customer:K-1") and len(first.of("customer:K-1")) == 32
    assert (tmp_path / "a" / "keys" / "subjects").stat().st_mode & 0o077 == 0
