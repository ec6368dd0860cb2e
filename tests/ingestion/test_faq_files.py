"""FAQ files of other tools are read, and an entry that is none is named beside the good ones."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ingestion import sandbox
from ingestion.documents import Kind, Text
from ingestion.errors import DocumentError
from ingestion.reasons import in_polish
from tests.ingestion.test_office import LINKS, SHEET

ONE, TWO = ("Ile trwa zwrot?", "14 dni."), ("Ile kosztuje kurier?", "15 zł.")
PAGE = {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": [
    {"@type": "Question", "name": ask, "acceptedAnswer": {"@type": "Answer", "text": f"<p>{say}</p>"}}
    for ask, say in (ONE, TWO)]}  # fmt: skip
EN, PL = ([{q: ask, a: say} for ask, say in (ONE, TWO)] for q, a in (("question", "answer"), ("pytanie", "odpowiedź")))


def read(folder: Path, name: str, content: Any) -> Text:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return sandbox.parse(path)


def pairs(text: Text) -> list[tuple[str, str]]:
    return [(one.question, one.answer) for one in text.faq]


def workbook(*sheets: list[list[Any]]) -> bytes:
    """Empty rows are left out and the others numbered, as spreadsheets save them."""
    places = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="Arkusz{place}" r:id="r{place}"/>' for place in places)
    links = "".join(f'<Relationship Id="r{place}" Target="worksheets/sheet{place}.xml"/>' for place in places)
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("xl/workbook.xml",
                         f'<workbook xmlns="{SHEET}" xmlns:r="{LINKS}"><sheets>{listed}</sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")
        for place, rows in zip(places, sheets, strict=True):
            kept = "".join(f'<row r="{number}">{"".join(map(cell, row))}</row>'
                           for number, row in enumerate(rows, start=1) if row)
            archive.writestr(f"xl/worksheets/sheet{place}.xml",
                             f'<worksheet xmlns="{SHEET}"><sheetData>{kept}</sheetData></worksheet>')
    return data.getvalue()


def cell(text: str | None) -> str:
    return f'<c t="str"><v>{text or ""}</v></c>'


@pytest.mark.parametrize("content", [
    EN, PL, {"faq": EN}, {"questions": EN}, {"pytania": PL}, {"title": "Pomoc", "version": 2, "wpisy": PL},
    [{"q": ask, "a": say} for ask, say in (ONE, TWO)], dict((ONE, TWO)), {"title": "Pomoc", **dict((ONE, TWO))},
    {ONE[0]: {"answer": ONE[1]}, TWO[0]: {"odpowiedź": TWO[1]}}, {"1": EN[0], "2": EN[1]}, {"faq": dict((ONE, TWO))},
    [{**one, "id": 7, "category": "Zwroty", "tags": ["a"], "updated": None} for one in EN],
    [{"category": "Zwroty", "questions": EN[:1]}, {"category": "Dostawa", "questions": EN[1:]}],
    {"Zwroty": EN[:1], "Dostawa": PL[1:]}, PAGE, [PAGE], {"@graph": [PAGE]},
])  # fmt: skip
def test_questions_and_answers_are_found_in_whatever_json_they_stand(content: Any, tmp_path: Path) -> None:
    found = read(tmp_path, "faq.json", content)
    assert (pairs(found), found.kind, found.notes) == ([ONE, TWO], Kind.FAQ, ())
    assert pairs(read(tmp_path, "faq.yaml", content)) == [ONE, TWO]  # JSON is YAML


def test_values_are_kept_as_they_are_written(tmp_path: Path) -> None:
    found = read(tmp_path, "faq.yaml", "- q: Ile?\n  a: 014\n- q: Od kiedy?\n  a: 2026-01-01\n- q: Czy?\n  a: yes\n"
                                       "- q: Do której?\n  a: 12:30\n  temat:\n  podstawa: regulamin § 1\n")
    assert [one.answer for one in found.faq] == ["014", "2026-01-01", "yes", "12:30"]
    assert (found.faq[3].rests_on, found.faq[3].topic) == (("regulamin § 1",), None)
    found = read(tmp_path, "faq.json", '[{"q": "Ile?", "a": 1.50}, {"q": ["Czy?", "Na pewno?"], "a": true}]')
    assert [one.answer for one in found.faq] == ["1.50", "true"] and found.faq[1].paraphrases == ("Na pewno?",)


def test_a_name_in_angle_brackets_is_no_tag(tmp_path: Path) -> None:
    found = read(tmp_path, "faq.json", [{"q": "Jaki tytuł?", "a": "Wpisz <numer zamówienia>."}])
    assert found.faq[0].answer == "Wpisz <numer zamówienia>."


def test_bad_entries_are_named_in_polish_and_the_good_ones_read(tmp_path: Path) -> None:
    found = read(tmp_path, "faq.json", [EN[0], {"question": "Kto?"}, {"answer": "Ja."}, 3, EN[1]])
    assert pairs(found) == [ONE, TWO]
    assert [in_polish(note) for note in found.notes] == [
        "faq.json, wpis 2 („Kto?”): brakuje odpowiedzi, więc wpis pominięto.",
        "faq.json, wpis 3: brakuje pytania, więc wpis pominięto.",
        "faq.json, wpis 4: brakuje pytania i odpowiedzi, więc wpis pominięto."]
    found = read(tmp_path, "faq.json", [EN[0], *[{"question": "Kto?"}] * 30])
    assert len(found.notes) == 11 and "(liczba: 20)" in str(in_polish(found.notes[-1]))


def test_a_file_without_any_good_entry_is_refused_with_its_faults(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"no entry that can be read.*entry 1 \(„Ile\?”\) has no answer") as refused:
        read(tmp_path, "faq.yaml", "- question: Ile?\n")
    assert str(in_polish(str(refused.value))).endswith(
        "faq.yaml, wpis 1 („Ile?”): brakuje odpowiedzi, więc wpis pominięto.")
    for content in ({"name": "sklep", "version": "1.0"}, "x", {"a": [1, 2]}, {}):
        with pytest.raises(DocumentError, match="no list of questions and answers"):
            read(tmp_path, "faq.json", json.dumps(content))


@pytest.mark.parametrize("header", [
    "Pytanie klienta;Odpowiedź", "Treść pytania;Treść odpowiedzi", "Lp.;Pytanie;Odpowiedź", "PYTANIA:;ODPOWIEDZI:",
    "Id pytania;Pytanie klienta;Data odpowiedzi;Odpowiedź sklepu", "Customer question;Our answer", "question;answer",
])  # fmt: skip
def test_a_table_of_questions_is_one_however_its_columns_are_called(header: str, tmp_path: Path) -> None:
    names = header.split(";")
    asked = next(at for at, name in enumerate(names) if name.lower().split()[0] in ("pytanie", "treść", "pytania:")
                 or "question" in name.lower())  # fmt: skip
    cells = ["x"] * len(names)
    cells[asked], cells[-1] = ONE
    found = read(tmp_path, "faq.csv", f"{header}\n{';'.join(cells)}\n")
    assert (pairs(found), found.kind) == ([ONE], Kind.FAQ)


@pytest.mark.parametrize("header", [
    "Nr pytania;Data odpowiedzi", "Pytania i odpowiedzi;Uwagi", "Pytanie;Odpowiedź A;Odpowiedź B", "Usługa;Opłata"])
def test_a_table_about_something_else_stays_a_table(header: str, tmp_path: Path) -> None:
    found = read(tmp_path, "faq.csv", f"{header}\n{';'.join('abc'[: header.count(';') + 1])}\n")
    assert found.faq == () and found.clauses


def test_bad_rows_of_tables_are_named_by_the_number_a_person_sees(tmp_path: Path) -> None:
    rows = [["Pytanie", "Odpowiedź"], [*ONE], [], ["Kto?", None], [*TWO], [None, "Ja."]]
    csv = "".join(f"{';'.join(cell or '' for cell in row)}\n" for row in rows)
    wanted = ["wiersz 4 („Kto?”): brakuje odpowiedzi, więc wiersz pominięto.",
              "wiersz 6: brakuje pytania, więc wiersz pominięto."]
    for name, data in (("faq.csv", csv), ("faq.xlsx", workbook(rows))):
        found = read(tmp_path, name, data)
        assert pairs(found) == [ONE, TWO]
        assert [in_polish(note) for note in found.notes] == [f"{name}, {one}" for one in wanted]


def test_a_sheet_without_any_good_row_does_not_refuse_the_others(tmp_path: Path) -> None:
    bad = [["Pytanie", "Odpowiedź"], ["Kto?", None]]
    found = read(tmp_path, "faq.xlsx", workbook(bad, [["Pytanie", "Odpowiedź"], [*ONE]]))
    assert pairs(found) == [ONE] and "faq.xlsx, Arkusz1, wiersz 2 („Kto?”)" in str(in_polish(found.notes[0]))
    with pytest.raises(DocumentError, match="no entry that can be read"):
        read(tmp_path, "faq.xlsx", workbook(bad, bad))
