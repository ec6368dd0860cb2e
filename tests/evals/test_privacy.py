"""That the figure is counted right, and that it holds on the lines at hand."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.privacy.entities import Entity
from chatbot.privacy.masking import Masker
from evals.privacy import Line, Report, kind_of, measure, touched, values
from evals.rows import rows
from evals.shares import wilson
from ingestion.errors import UsageError

SHARED = Path(__file__).parents[3] / "shared" / "data"
BARS = {
    Entity.PESEL: 0.995, Entity.PHONE: 0.995, Entity.EMAIL: 0.995, Entity.DOCUMENT: 0.995,
    Entity.GIVEN_NAME: 0.95, Entity.SURNAME: 0.95, Entity.ADDRESS: 0.90, Entity.CITY: 0.90,
}  # fmt: skip
"""Issue 6's."""


@pytest.fixture(scope="module")
def masker() -> Masker:
    return Masker()


@pytest.fixture(scope="module")
def report(masker: Masker) -> Report:
    return measure([Line.model_validate(row) for row in rows(SHARED / "pii-pl" / "lines.jsonl.gz")], masker)


def found(text: str, tagged: str) -> list[tuple[str, str]]:
    return [(value.tag, text[value.start:value.end]) for value in values(Line(text=text, tagged=tagged))[0]]


@pytest.mark.parametrize(("text", "tagged", "expected"), [
    ("Jestem Jan Kowalski z Łodzi.", "Jestem [name] [surname] z [city].",
     [("name", "Jan"), ("surname", "Kowalski"), ("city", "Łodzi")]),
    ("Jan Kowalski, 40 lat, ul. Długa 5 00-950 Warszawa", "[name] [surname], [age] lat, [address]",
     [("name", "Jan"), ("surname", "Kowalski"), ("age", "40"), ("address", "ul. Długa 5 00-950 Warszawa")]),
    ("Hej, tel. 600 100 200!", "Siemka tel [phone]", [("phone", "600 100 200")]),
    ("Firma Koło sp. z o.o. ul. Długa 5", "Firma [company] [address]", []),
])
def test_a_tagged_line_is_laid_over_its_text(text: str, tagged: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, tagged) == expected


def test_a_leak_and_a_needless_mask_are_both_seen(masker: Masker) -> None:
    report = measure([
        Line(text="Mój numer to 600 100 200 i już", tagged="Mój numer to [phone] i już"),
        Line(text="Mieszka tu Xyzzyq i już", tagged="Mieszka tu [surname] i już"),
        Line(text="Rozmawiał z Janem Kowalskim o tym", tagged="Rozmawiał z Janem Kowalskim o tym"),
    ], masker)
    assert (report.types[Entity.PHONE].n, report.types[Entity.PHONE].leaked) == (1, 0)
    assert (report.types[Entity.SURNAME].n, report.types[Entity.SURNAME].leaked) == (1, 1)
    assert [word.split(":")[0] for word in report.over] == ["Janem", "Kowalskim"]


def test_damaged_values_and_broken_checks_count_apart(masker: Masker) -> None:
    report = measure([
        Line(text="tel 6O0 1o0 200 koniec", tagged="tel [phone] koniec"),
        Line(text="PESEL 60210112340 koniec", tagged="PESEL [pesel] koniec"),
    ], masker)
    assert report.types == {}
    assert report.damaged[Entity.PHONE].n == 1
    assert report.broken_checksum[Entity.PESEL].n == 1


def test_tags_without_a_kind_of_ours_count_neither_way(masker: Masker) -> None:
    report = measure([Line(text="Pracuje w Kołpak Sp.j. od lat", tagged="Pracuje w [company]. od lat")], masker)
    assert report.types == {} and report.over == [] and report.ignored["company"] == 1


@pytest.mark.parametrize(("tag", "kind"), [
    ("nip", Entity.NIP), ("REGON", Entity.REGON), ("iban", Entity.BANK_ACCOUNT), ("nrb", Entity.BANK_ACCOUNT),
    ("account number", Entity.BANK_ACCOUNT), ("passport", Entity.PASSPORT), ("id_card", Entity.ID_CARD),
    ("land-register", Entity.LAND_REGISTER), ("registration", Entity.PLATE), ("birth-date", Entity.BIRTH_DATE),
    ("phone_2", Entity.PHONE), ("company", None), ("ID number", None), ("date", None),
])
def test_tags_of_other_sets_are_read(tag: str, kind: Entity | None) -> None:
    assert kind_of(tag) is kind


@pytest.mark.parametrize(("tag", "value"), [
    ("nrb", "PL 61 1090 1014 0000 0712 1981 2874"), ("nrb", "61-1090-1014-0000-0712-1981-2874"),
    ("phone", "(22) 123 45 67"), ("phone", "600.123.456"), ("passport", "ZS0000177"), ("document-number", "ABA-300000"),
    ("pesel", "440514-01359"), ("email", "Jan.Kowalski+sklep@Example.EU"), ("nip", "PL 123-456-32-18"),
    ("regon", "123 456 785"), ("card", "4111.1111.1111.1111"), ("kw", "KA1S/00012345/6"), ("plate", "WX 1234A"),
    ("dob", "12.03.85"), ("address", "Długa 5/7, 31-147 Kraków"),
])
def test_a_usual_grouping_is_no_damage(masker: Masker, tag: str, value: str) -> None:
    kind = kind_of(tag)
    report = measure([Line(text=f"numer {value} koniec", tagged=f"numer [{tag}] koniec")], masker)
    assert kind and report.types[kind].n == 1, (report.damaged, report.broken_checksum)


@pytest.mark.parametrize("kind", BARS)
def test_recall_reaches_the_bar(report: Report, kind: Entity) -> None:
    leaks = [leak for leak in report.leaks if leak[0] is kind]
    assert report.types[kind].figures()["recall"] >= BARS[kind], leaks


def test_no_more_than_two_words_in_a_thousand_are_masked_for_nothing(report: Report) -> None:
    assert report.figures()["over_masked_per_1000_words"] <= 2
    assert report.words > 100_000, "and that over enough words to say so"


def test_harmless_questions_are_left_alone(masker: Masker) -> None:
    count, changed = touched((row["question"] for row in rows(SHARED / "support-faq" / "queries.jsonl")), masker)
    assert count == 400
    assert len(changed) / count <= 0.01, changed


def test_an_interval_holds_its_share() -> None:
    low, high = wilson(95, 100)
    assert low == pytest.approx(0.888, abs=0.001) and high == pytest.approx(0.978, abs=0.001)


def test_a_file_that_is_none_is_named_in_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{nonsense\n")
    with pytest.raises(UsageError, match=r"bad\.jsonl, line 1"):
        list(rows(bad))
    with pytest.raises(UsageError, match="can't be read"):
        list(rows(tmp_path / "none.jsonl"))


def test_the_command_prints_the_contracts_shape(tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl.gz"
    with gzip.open(lines, "wt", encoding="utf-8") as file:
        file.write(json.dumps({"line": 1, "text": "tel 600 100 200 koniec", "tagged": "tel [phone] koniec"}) + "\n")
    done = subprocess.run([sys.executable, "-m", "evals", "privacy", "--lines", str(lines), "--json"],
                          capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["types"]["PHONE"] | {"interval": None} == {"recall": 1.0, "leaked": 0, "n": 1, "interval": None}
    assert figures["over_masked_per_1000_words"] == 0
