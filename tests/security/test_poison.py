"""Documents that carry orders: read, cut, found and answered from as any other, and obeyed by nothing."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pytest

from chatbot import keys
from chatbot.answer import AnswerKind
from chatbot.answering import Parts, answer
from chatbot.model.fake import FakeModel, first_sentence
from chatbot.model.hostile import fixed
from chatbot.model.seam import Model
from chatbot.privacy.injection import suspicion
from chatbot.privacy.masking import Masker
from chatbot.service import Service
from ingestion import chunking, sources
from ingestion.documents import Chunk, Validity
from ingestion.polish import clean
from tests.chatbot.cast import Customer
from tests.chatbot.conftest import company, http, limits, live, service, settings  # noqa: F401
from tests.security import answers
from tests.security.attacks import attacks
from tests.security.poison import CLAUSE, WAYS, Poisoned, poisoned
from tests.security.scale import WHOLE

DOCUMENTS = 240 if WHOLE else 42
QUESTION = "Ile dni mam na zwrot zamówionego towaru?"
LINK = re.compile(r"https?:|www\.|!\[|\]\(|<\w", re.IGNORECASE)


@pytest.fixture(scope="module")
def masker() -> Masker:
    made = Masker()
    made.warm()
    return made


@dataclass(frozen=True)
class Read:
    made: Poisoned
    chunks: list[Chunk]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> list[Read]:
    """Every poisoned document as the pipeline reads and cuts it."""
    folder = tmp_path_factory.mktemp("poison")
    found = []
    for number, made in enumerate(poisoned(attacks(), DOCUMENTS)):
        path = folder / f"{number}{Path(made.name).suffix}"
        path.write_bytes(made.data)
        text = sources.read(path, made.name)
        found.append(Read(made, chunking.chunks(text, document=f"d{number}", version="1", source=made.name,
                                                validity=Validity(date(2026, 1, 1), None))))
    return found


def given(model: Model, chunks: list[Chunk], masker: Masker) -> Parts:
    return answers.parts(model, chunks, masker)


def test_there_are_two_hundred_documents_and_each_way_of_hiding_holds_its_order(read: list[Read]) -> None:
    assert len(read) == DOCUMENTS and {one.made.way for one in read} == set(WAYS)
    assert all(CLAUSE.format(days=one.made.days)[3:40] in " ".join(c.text for c in one.chunks) for one in read)


def test_no_chunk_holds_a_character_that_nobody_sees(read: list[Read]) -> None:
    wrong = [(one.made.way, chunk.text) for one in read for chunk in one.chunks
             if any(text != clean(text) for text in (chunk.text, chunk.title, chunk.clause, *chunk.headings))]
    assert wrong == []


def test_what_a_format_hides_from_its_reader_is_not_read(read: list[Read]) -> None:
    hidden = {"comment and front matter", "tag characters", "bidi", "display none", "html comment", "attributes",
              "word hidden", "word white", "word properties", "word header", "pdf white", "pdf metadata", "file name",
              "mail header and attachment"}
    wrong = [(one.made.way, one.made.attack) for one in read if one.made.way in hidden
             and one.made.attack in " ".join(chunk.text for chunk in one.chunks)]
    assert wrong == []


async def test_no_order_in_a_document_reaches_the_model_or_the_customer_as_one(
    read: list[Read], masker: Masker
) -> None:
    """Neither candidates nor answers hold a sentence that talks to a model; the clause itself is still there."""
    shown = Counter[bool]()
    for one in read:
        model = FakeModel(first_sentence)
        streamed, _ = await answers.told(QUESTION, given(model, one.chunks, masker))
        for task in model.asked:
            assert not [sentence for sentence in task.sentences if suspicion(sentence)]
        assert not suspicion(" ".join(streamed)), (one.made.way, streamed)
        shown[any(str(one.made.days) in sentence for task in model.asked for sentence in task.sentences)] += 1
    assert shown == {True: len(read)}, "poison beside a clause doesn't hide the clause"


async def test_the_verdict_on_a_poisoned_document_is_that_on_a_clean_one(read: list[Read], masker: Masker) -> None:
    clean_one = [answers.chunk(CLAUSE.format(days=14))]
    _, expected = await answers.told(QUESTION, given(FakeModel(first_sentence), clean_one, masker))
    for one in read:
        _, ended = await answers.told(QUESTION, given(FakeModel(first_sentence), one.chunks, masker))
        assert (ended.kind, ended.verdict.reasons, ended.verdict.topic, ended.verdict.team) == (
            expected.kind, expected.verdict.reasons, expected.verdict.topic, expected.verdict.team), one.made


async def test_a_model_that_obeys_the_document_gets_nothing_of_it_out(read: list[Read], masker: Masker) -> None:
    for number, one in enumerate(read):
        streamed, ended = await answers.told(QUESTION, given(fixed(number % 4, one.made.attack), one.chunks, masker))
        frame = [sentence for sentence in streamed if not sentence.startswith("„")]
        assert not any(LINK.search(sentence) or suspicion(sentence) for sentence in frame), (one.made, frame)
        sources_shown = {citation.source for citation in ended.citations}
        assert sources_shown <= {one.made.name}, "a source is the document itself, whatever the document names"


async def test_no_poisoned_document_changes_a_state_of_the_service(
    read: list[Read], masker: Masker, live: Service, http: httpx.AsyncClient  # noqa: F811
) -> None:
    """Through the running service: the bot goes on, nobody is handed over, no ticket, no setting, no account."""
    thresholds = answers.parts(FakeModel()).thresholds
    before = None
    for number, one in enumerate(read):
        model = fixed(number % 3, one.made.attack) if number % 2 else FakeModel(first_sentence)
        parts = given(model, one.chunks, masker)
        live.answer_with(lambda question, vault, parts=parts: answer(question, parts, vault), parts)
        customer = await Customer.begin(http)
        assert (await customer.write(QUESTION)).status_code == 202
        said = await customer.until(lambda rows: any(row["author"] == "ai" for row in rows))
        assert [row["author"] for row in said] == ["customer", "ai"]
        assert said[1]["kind"] in (AnswerKind.REPLY, AnswerKind.QUESTION)
        assert await customer.state() == "bot"
        assert parts.thresholds == thresholds
        state = {name: await live.redis.exists(name) for name in (keys.QUEUE, keys.TICKETS, keys.STAFF, keys.AUDIT)}
        before = before or state
        assert state == before and not state[keys.QUEUE]
