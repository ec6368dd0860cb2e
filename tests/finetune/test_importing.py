"""What other systems export becomes masked records; a row that can't be read is named with its row and column."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatbot.privacy.masking import Masker
from chatbot.subjects import Subjects
from finetune.errors import ExamplesError
from finetune.importing.records import About, Imported, of_talks
from finetune.imports import READERS, Kind, detected
from finetune.providers import FORMATS
from finetune.providers.files import export
from finetune.record import Basis, Message, Origin, Pii, Record, Role
from tests.finetune.cast import NoMask, record

ASKED, SAID = "Ile mam czasu na zwrot?", "Masz na to 14 dni."
TALK = [("user", ASKED), ("assistant", SAID), ("user", "A za dostawę?"), ("assistant", "Zwracamy najtańszą.")]


def imported(path: Path, kind: Kind = Kind.AUTO, consent: str = "umowa z klientem") -> Imported:
    kind = detected(path) if kind is Kind.AUTO else kind
    return of_talks(READERS[kind](path), About(path.name, "own", consent), NoMask(), Subjects(path.parent))


def file(tmp_path: Path, name: str, content: Any) -> Path:
    path = tmp_path / name
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def said(found: Imported) -> list[list[tuple[str, str]]]:
    return [[(one.role.value, one.content) for one in made.messages] for made in found.records]


ZENDESK = {"tickets": [{"id": 1, "requester_id": 7, "comments": [
    {"author_id": 7, "body": ASKED}, {"author_id": 2, "html_body": "<p>Masz na to 14 dni.</p>"},
    {"author_id": 2, "body": "klient trudny", "public": False},
    {"author_id": 7, "body": "A za dostawę?"}, {"author_id": 2, "body": "Zwracamy najtańszą."}]}]}  # fmt: skip
FRESHDESK = [{"id": 1, "requester_id": 7, "description_text": ASKED, "conversations": [
    {"incoming": False, "body_text": SAID}, {"incoming": False, "private": True, "body_text": "klient trudny"},
    {"incoming": True, "body": "<div>A za dostawę?</div>"}, {"incoming": False, "body_text": "Zwracamy najtańszą."}]}]
INTERCOM = {"conversations": [{"id": "1", "source": {"body": f"<p>{ASKED}</p>", "author": {"type": "user", "id": "7"}},
    "conversation_parts": {"conversation_parts": [
        {"part_type": "comment", "body": SAID, "author": {"type": "admin"}},
        {"part_type": "note", "body": "klient trudny", "author": {"type": "admin"}},
        {"part_type": "comment", "body": "A za dostawę?", "author": {"type": "user"}},
        {"part_type": "comment", "body": "Zwracamy najtańszą.", "author": {"type": "bot"}}]}}]}  # fmt: skip
HELPSCOUT = [{"id": 1, "primaryCustomer": {"id": 7}, "_embedded": {"threads": [
    {"type": "message", "createdAt": "2026-11-04", "body": "Zwracamy najtańszą.", "createdBy": {"type": "user"}},
    {"type": "customer", "createdAt": "2026-11-03", "body": "A za dostawę?", "createdBy": {"type": "customer"}},
    {"type": "note", "createdAt": "2026-11-02", "body": "klient trudny", "createdBy": {"type": "user"}},
    {"type": "message", "createdAt": "2026-11-02", "body": SAID, "createdBy": {"type": "user"}},
    {"type": "customer", "createdAt": "2026-11-01", "body": ASKED, "createdBy": {"type": "customer"}}]}}]  # fmt: skip


@pytest.mark.parametrize(("kind", "content"), [(Kind.ZENDESK, ZENDESK), (Kind.FRESHDESK, FRESHDESK),
                                               (Kind.INTERCOM, INTERCOM), (Kind.HELPSCOUT, HELPSCOUT)])  # fmt: skip
def test_a_help_desks_talk_gives_a_record_for_each_answer_and_no_note(
    kind: Kind, content: Any, tmp_path: Path
) -> None:
    path = file(tmp_path, "t.json", content)
    assert detected(path) is kind
    found = imported(path)
    assert said(found) == [TALK[:2], TALK] and found.faults == ()
    assert [one.weight for one in found.records[1].messages] == [0, 0, 0, 1]
    customer = Subjects(tmp_path).of_customer("7")
    assert {(one.customer, one.origin, one.consent.basis) for one in found.records} == {
        (customer, Origin.IMPORT, Basis.STATED)}
    listed = content if isinstance(content, list) else next(iter(content.values()))
    lines = file(tmp_path, "t.jsonl", "\n".join(json.dumps(one) for one in listed))
    assert detected(lines) is kind and said(imported(lines)) == said(found)


@pytest.mark.parametrize(("kind", "content", "where", "reason"), [
    (Kind.ZENDESK, {"tickets": [{"comments": []}]}, "tickets, row 1, column 'requester_id'", "missing"),
    (Kind.ZENDESK, {"tickets": [{"requester_id": 1}]}, "row 1, column 'comments'", "with their comments"),
    (Kind.ZENDESK, {"tickets": [{"requester_id": 1, "comments": [{"body": "x"}]}]}, "comments.0.author_id", "missing"),
    (Kind.FRESHDESK, [{"conversations": []}], "row 1, column 'description_text'", "missing or empty"),
    (Kind.FRESHDESK, [{"description_text": "x", "conversations": [{}]}], "conversations.0.incoming", "true or false"),
    (Kind.INTERCOM, {"conversations": [{"conversation_parts": {}}]}, "source.author", "missing"),
    (Kind.HELPSCOUT, [{"_embedded": {}}], "column 'threads'", "with their threads"),
    (Kind.JSONL, [{"messages": [{"role": "bot", "content": "x"}]}], "row 1, column 'messages.0'", "role is one of"),
    (Kind.JSONL, [{"messages": [{"role": "user", "content": " "}]}], "column 'messages.0'", "not empty"),
    (Kind.JSONL, [{"question": "x"}], "row 1, column 'answer'", "text is expected"),
    (Kind.JSONL, [{"contents": [{"role": "bot"}]}], "row 1, column 'contents.0.role'", "user"),
    (Kind.JSONL, [{"prompt": "x", "chosen": "y"}], "row 1, column 'rejected'", "valid list"),
    (Kind.JSONL, [{"prompt": [], "chosen": "y", "rejected": "z"}], "row 1, column 'prompt'", "at least 1"),
    (Kind.JSONL, [{"messages": [{"role": "bot"}], "system": "x"}], "column 'messages.0'", "role is one of"),
    (Kind.JSONL, [["x"]], "row 1", "an object is expected, not list"),
    (Kind.CSV, "pytanie;odpowiedź\nIle?;\n", "t.csv, row 2, column 'odpowiedź'", "empty"),
    (Kind.CSV, "pytanie;odpowiedź\nIle?\n", "t.csv, row 2", "1 columns and the first row has 2"),
    (Kind.CSV, "question,answer,action\na,b,skip\n", "t.csv, row 2, column 'action'", "'skip' is none of"),
])  # fmt: skip
def test_a_row_that_cannot_be_read_is_named_with_row_and_column(
    kind: Kind, content: Any, where: str, reason: str, tmp_path: Path
) -> None:
    found = imported(file(tmp_path, "t.csv" if kind is Kind.CSV else "t.json", content), kind)
    assert found.records == () and where in found.faults[0].where and reason in found.faults[0].reason


@pytest.mark.parametrize(("name", "content", "said_"), [
    ("t.csv", "pytanie;komentarz\nx;y\n", "row 1: there is no column 'answer'"),
    ("t.csv", 'question,answer\n"a,b\n', "is no CSV"), ("t.csv", "", "is empty"),
    ("t.json", "{", "is no JSON"), ("t.jsonl", '{"question": "a", "answer": "b"}\n{oops\n', "line 2, column 2"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_where(name: str, content: str, said_: str, tmp_path: Path) -> None:
    with pytest.raises(ExamplesError, match=said_):
        imported(file(tmp_path, name, content))


def test_good_rows_are_taken_beside_bad_ones(tmp_path: Path) -> None:
    found = imported(file(tmp_path, "t.csv", f"pytanie;odpowiedź\n{ASKED};{SAID}\nIle?;\n"))
    assert said(found) == [TALK[:2]] and [one.where for one in found.faults] == ["t.csv, row 3, column 'odpowiedź'"]


def test_a_table_in_an_old_polish_encoding_with_passages_and_drafts_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(("Pytanie;Odpowiedź;Szkic;Zapis;Dokument;Paragraf;Działanie\n"
                      f"{ASKED};{SAID};Nie wiem.;{SAID} Koszt ponosi klient.;zasady;§ 3;quote\n").encode("cp1250"))
    made = imported(path).records[0]
    assert (made.rejected, made.action, made.clauses) == ("Nie wiem.", "quote", ("zasady:§ 3",))


def test_openai_rows_and_pairs_are_read_back(tmp_path: Path) -> None:
    messages = [{"role": role, "content": text} for role, text in TALK[:2]]
    pair = {"input": {"messages": messages[:1]}, "preferred_output": messages[1:],
            "non_preferred_output": [{"role": "assistant", "content": "Nie wiem."}]}  # fmt: skip
    system = [{"role": "system", "content": "Odpowiadaj krótko."}]
    rows = "\n".join(json.dumps(one) for one in ({"messages": [*system, *messages]}, pair))
    first, second = imported(file(tmp_path, "t.jsonl", rows)).records
    assert first.system == "Odpowiadaj krótko." and first.answer == SAID and second.rejected == "Nie wiem."


@pytest.mark.parametrize("name", FORMATS)
def test_what_we_exported_to_a_provider_is_read_back_whole(name: str, tmp_path: Path) -> None:
    system = Message(Role.SYSTEM, "Odpowiadaj krótko.")
    weight = int(not FORMATS[name].weighted)
    earlier = (Message(Role.USER, "Dzień dobry"), Message(Role.ASSISTANT, "Dzień dobry!", weight))
    known = replace(record(1), messages=(system, *earlier, *record(1).messages), rejected="Nie wiem.")
    export([known] * 40, FORMATS[name], tmp_path / "rows.jsonl", "Jarzębina", as_served=False)
    found = imported(tmp_path / "rows.jsonl")
    assert found.faults == ()
    made = found.records[-1]
    assert [(one.role, one.content) for one in made.messages] == [(one.role, one.content) for one in known.messages]
    assert made.rejected == (known.rejected if FORMATS[name].pairs else None)
    learnt = 1 if FORMATS[name].weighted or FORMATS[name].pairs else 2
    assert len(found.records) == learnt


def test_a_preference_of_plain_texts_is_one(tmp_path: Path) -> None:
    row = {"prompt": ASKED, "chosen": SAID, "rejected": "Nie wiem.", "source": "x"}
    made = imported(file(tmp_path, "t.jsonl", json.dumps(row))).records[0]
    assert (made.question, made.answer, made.rejected) == (ASKED, SAID, "Nie wiem.")


def test_names_and_numbers_are_masked_on_the_way_in_and_failures_stay_out(tmp_path: Path) -> None:
    path = file(tmp_path, "t.csv", "pytanie;odpowiedź\nTu Jan Kowalski, tel. 600 700 800, gdzie zwrot?;Wyślij go.\n")
    found = of_talks(READERS[Kind.CSV](path), About("t.csv", "own"), Masker(), Subjects(tmp_path))
    made: Record = found.records[0]
    assert made.pii is Pii.MASKED and "Kowalski" not in made.question and "600" not in made.question
    assert made.consent.basis is Basis.NONE and made.messages[0].role is Role.USER

    class Broken(NoMask):
        def mask(self, text: str, vault: Any) -> Any:
            raise MemoryError

    left = of_talks(READERS[Kind.CSV](path), About("t.csv", "own"), Broken(), Subjects(tmp_path))
    assert left.records == () and left.faults[0].where == "t.csv, row 2" and "masking failed" in left.faults[0].reason


def test_the_same_file_twice_gives_the_same_records(tmp_path: Path) -> None:
    path = file(tmp_path, "t.json", ZENDESK)
    assert imported(path).records == imported(path).records
