"""A message's attachments are read as the files they are, and headings that ask become questions with answers."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from ingestion import sandbox
from ingestion.documents import Kind, Text
from ingestion.errors import DocumentError, NeedsOcr

REGULATION = "# Regulamin zwrotów\n\n§ 1. Klient może zwrócić towar w ciągu 14 dni. Zażółć gęślą jaźń.\n"


def message(text: str | None = "W załączniku regulamin.") -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = "Nowy regulamin"
    made["From"], made["To"] = "biuro@sklep.example", "klienci@sklep.example"
    if text is not None:
        made.set_content(text)
    return made


def attach(made: EmailMessage, name: str, data: bytes, kind: str = "application/octet-stream") -> EmailMessage:
    main, _, sub = kind.partition("/")
    made.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return made


def read(folder: Path, made: EmailMessage) -> Text:
    (folder / "a.eml").write_bytes(made.as_bytes())
    return sandbox.parse(folder / "a.eml")


def test_text_and_attachments_are_read_with_clauses_and_polish_letters(tmp_path: Path) -> None:
    text = read(tmp_path, attach(message(), "regulamin.md", REGULATION.encode()))
    assert text.title == "Nowy regulamin"
    assert [clause.label for clause in text.clauses][-1] == "§ 1"
    assert "Zażółć gęślą jaźń" in text.clauses[-1].text
    assert text.clauses[0].text == "W załączniku regulamin."
    assert text.notes == ()


def test_a_message_of_attachments_only_is_read_from_them(tmp_path: Path) -> None:
    text = read(tmp_path, attach(message(None), "zażółć regulamin.txt", "§ 1. Zwrot trwa 14 dni.".encode("cp1250")))
    assert text.clauses[-1].text == "Zwrot trwa 14 dni."


def test_text_behind_an_attachment_is_read_and_another_form_of_the_text_is_not(tmp_path: Path) -> None:
    made = message("Przed załącznikiem.")
    made.add_alternative("<p>Przed załącznikiem.</p>", subtype="html")
    made.make_mixed()
    behind = EmailMessage()
    behind.set_content("Za załącznikiem.")
    attach(made, "regulamin.md", REGULATION.encode()).attach(behind)
    texts = [clause.text for clause in read(tmp_path, made).clauses]
    assert (texts[0], texts[-1]) == ("Przed załącznikiem.", "Za załącznikiem.")
    assert sum("Przed" in text for text in texts) == 1


def test_messages_inside_messages_are_read_to_the_third(tmp_path: Path) -> None:
    inner = attach(message("Dalej."), "regulamin.md", REGULATION.encode())
    for _ in range(2):
        outer = message("Przekazuję.")
        outer.add_attachment(inner)
        inner = outer
    assert any(clause.label.startswith("§ 1") for clause in read(tmp_path, inner).clauses)
    for _ in range(4):
        outer = message("Przekazuję.")
        outer.add_attachment(inner)
        inner = outer
    assert any("inside 3 others" in note for note in read(tmp_path, inner).notes)


def test_what_cannot_be_read_is_named_beside_what_can(tmp_path: Path) -> None:
    made = attach(message(), "skan.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "image/png")
    attach(made, "pusty.txt", b"")
    attach(made, "program.exe", b"MZ\0\0")
    notes = " ".join(read(tmp_path, made).notes)
    assert all(name in notes for name in ("skan.png", "pusty.txt", "program.exe"))


def test_a_message_of_which_nothing_can_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(NeedsOcr, match=r"skan\.png"):
        read(tmp_path, attach(message(None), "skan.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "image/png"))
    with pytest.raises(DocumentError, match="no text of its own"):
        read(tmp_path, message(None))


def page(body: str) -> str:
    return f"<html><body><h1>Pomoc</h1>{body}</body></html>"


def parsed(folder: Path, name: str, text: str) -> Text:
    (folder / name).write_text(text, encoding="utf-8")
    return sandbox.parse(folder / name)


@pytest.mark.parametrize(("name", "text"), [
    ("faq.html", page("<h2>Ile trwa zwrot?</h2><p>14 dni.</p><h2>Ile kosztuje kurier?</h2><p>15 zł.</p>")),
    ("faq.html", page("<details><summary>Ile trwa zwrot?</summary><p>14 dni.</p></details>"
                      "<details><summary>Ile kosztuje kurier?</summary><p>15 zł.</p></details>")),
    ("faq.html", page("<h2><button>Ile trwa zwrot?</button></h2><div>14 dni.</div>"
                      "<button><h2>Ile kosztuje kurier?</h2></button><div>15 zł.</div>")),
    ("faq.html", page("<dl><dt>Ile trwa zwrot?</dt><dd>14 dni.</dd><dt>Ile kosztuje kurier?</dt><dd>15 zł.</dd></dl>")),
    ("faq.md", "# Pomoc\n\n## Zwroty\n\n### 1. Ile trwa zwrot?\n\n14 dni.\n\n"
               "## Dostawa\n\n### Ile kosztuje kurier?\n\n15 zł.\n"),
])  # fmt: skip
def test_headings_that_ask_become_questions_with_answers(tmp_path: Path, name: str, text: str) -> None:
    found = parsed(tmp_path, name, text)
    assert [(entry.question, entry.answer) for entry in found.faq] == [
        ("Ile trwa zwrot?", "14 dni."), ("Ile kosztuje kurier?", "15 zł.")]
    assert (found.kind, found.clauses) == (Kind.FAQ, ())


def test_a_page_of_both_keeps_its_other_text_as_clauses(tmp_path: Path) -> None:
    found = parsed(tmp_path, "a.html", page("<p>Piszemy od 8 do 16.</p><h2>Ile trwa zwrot?</h2><p>14 dni.</p>"
                                            "<h2>Ile kosztuje kurier?</h2><p>15 zł.</p><h2>Adres</h2><p>Łódź.</p>"))
    assert [clause.text for clause in found.clauses] == ["Piszemy od 8 do 16.", "Łódź."]
    assert len(found.faq) == 2 and found.kind is Kind.PAGE


def test_a_regulation_whose_headings_ask_stays_a_regulation(tmp_path: Path) -> None:
    found = parsed(tmp_path, "a.md", "# Regulamin\n\n## Ile mam czasu?\n\n§ 1. 14 dni.\n\n## Ile płacę?\n\n§ 2. Nic.\n")
    assert [clause.label for clause in found.clauses] == ["§ 1", "§ 2"] and not found.faq


def test_an_faq_in_a_spreadsheet_is_one_whatever_sheet_it_stands_on(tmp_path: Path) -> None:
    found = parsed(tmp_path, "faq.csv", "pytanie;odpowiedź;podstawa\nIle trwa zwrot?;14 dni.;regulamin § 1\n")
    assert found.faq[0].rests_on == ("regulamin § 1",)
