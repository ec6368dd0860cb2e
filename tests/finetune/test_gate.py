"""Each gate refuses a data set made to break it (tests/finetune/broken), and no other gate does; a sound set passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from chatbot import prompts
from chatbot.model.encoding import Encoder
from chatbot.model.seam import Action, Task
from chatbot.privacy.masking import Masker
from chatbot.prompts import Written
from chatbot.subjects import Subjects
from finetune import checked, examples, gate, records, samples
from finetune.corpus import Corpus, Piece
from finetune.gating.counting import counted
from finetune.gating.limits import Aim
from finetune.gating.row import Row, Sheet
from finetune.record import Record
from finetune.samples import Mix, Sample
from ingestion.settings import Settings
from tests.finetune.cast import NoMask, sound
from tests.finetune.gates import tried
from tests.tiny import tiny_model

BROKEN = Path(__file__).parent / "broken"
CORPUS = Corpus([Piece(f"k{n}", "k", f"§ {n}", (f"Zasada {n} o zwrotach.",)) for n in range(4)])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    tokenizer = AutoTokenizer.from_pretrained(tiny_model(tmp_path_factory.mktemp("tiny")))
    return Encoder(tokenizer, prompts.load("quote-v1"))


def broken(name: str) -> list[Record]:
    return records.read(BROKEN / f"{name}.jsonl")


def refusing(found: list[Record], settings: Settings, aim: Aim = Aim.ANSWERS, **values: object) -> set[str]:
    sheet = checked.of_records(found, aim, settings, NoMask(), **values)  # type: ignore[arg-type]
    return {one.gate for one in gate.refusals(sheet)}


def test_a_sound_set_passes_every_gate(settings: Settings) -> None:
    assert refusing(sound(), settings) == set()


@pytest.mark.parametrize("name", ["template", "duplicates", "near_duplicates", "contradictions", "facts", "pii",
                                  "consent", "licence", "review", "measure_only"])  # fmt: skip
def test_a_few_broken_rows_are_refused_by_the_gate_they_break(name: str, settings: Settings) -> None:
    assert refusing([*sound(), *broken(name)], settings) == {name}


@pytest.mark.parametrize(("name", "expected"), [("too_few", {"too_few", "giving_up"}),
                                                ("giving_up", {"too_few", "giving_up"})])  # fmt: skip
def test_a_set_too_small_or_that_only_gives_up_is_refused(name: str, expected: set[str], settings: Settings) -> None:
    assert refusing(broken(name), settings) == expected


def test_preferences_need_rows_with_a_rejected_answer(settings: Settings) -> None:
    assert refusing(sound(), settings, Aim.PREFERENCES) == {"too_few"}
    pairs = [replace(one, rejected="Nie wiem.") for one in sound()]
    assert refusing(pairs, settings, Aim.PREFERENCES) == set()


def test_words_of_people_who_were_erased_are_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = {"customer:K-1": "f" * 32, "conversation:c_1": "e" * 32}
    monkeypatch.setattr(Subjects, "of", lambda self, owner: hashes[owner])
    Subjects(settings.data_dir).forget(list(hashes))
    assert refusing([*sound(), *broken("erased")], settings) == {"erased"}


def test_a_clause_a_customer_and_a_question_on_both_sides_are_refused(settings: Settings) -> None:
    held = broken("leakage.held_out")
    train = [*sound(), *broken("leakage.train")]
    sheet = checked.of_records(train, Aim.PROVIDER, settings, NoMask(), held_out=held)
    said = [str(one) for one in gate.refusals(sheet)]
    assert [one.split(" (")[0] for one in said] == [
        "leakage: 1 source clauses are on both sides of the split",
        "leakage: 1 held-out rows are of customers who are also trained on",
        "leakage: 1 held-out questions are also trained on, or nearly the same are",
    ]


def test_the_split_itself_leaves_no_clause_and_no_customer_on_both_sides(settings: Settings) -> None:
    everyone = [replace(one, customer=f"{n % 40:032x}") for n, one in enumerate(sound())]
    sheet = checked.of_records(everyone, Aim.ANSWERS, settings, NoMask())
    assert sheet.held_out and sheet.left_out and "leakage" not in {one.gate for one in gate.refusals(sheet)}


def test_personal_data_that_masking_would_find_is_refused_with_its_kinds(settings: Settings) -> None:
    sheet = checked.of_records(broken("pii"), Aim.PROVIDER, settings, Masker())
    said = [str(one) for one in gate.refusals(sheet) if one.gate == "pii"]
    assert "never masked" in said[0] and "EMAIL" in said[1] and "PHONE" in said[1] and "SURNAME" in said[1]


def rows(name: str, encoder: Encoder, limit: int = 4000) -> list[Row]:
    """Examples of the local trainer, composed and counted as a run would."""
    made = samples.build(examples.read([BROKEN / f"{name}.jsonl"]), CORPUS, Mix(removed=0), 1)
    return counted(made, encoder, limit)


@pytest.mark.parametrize(("name", "limit"), [("truncation", 900), ("trained_tokens", 4000)])
def test_samples_that_training_would_get_wrong_are_refused(name: str, limit: int, encoder: Encoder) -> None:
    found = {one.gate for one in gate.refusals(Sheet(rows(name, encoder, limit)))}
    assert found & {"truncation", "trained_tokens", "template"} == {name}


def test_a_completion_that_serving_cannot_read_back_is_refused(encoder: Encoder) -> None:
    task = Task("Czy oddam?", ("Tak.", "Nie."), ("§ 1", "§ 1"))
    beyond = Sample("poza", "§ 1", task, Written(Action.QUOTE, (5,), "Już sprawdzam:"), (0,))
    assert "names no sentence" in counted([beyond], encoder, 4000)[0].wrong_template


def test_rows_whose_labels_were_all_masked_are_refused(encoder: Encoder) -> None:
    masked = [replace(row, trained=0) for row in rows("truncation", encoder)]
    said = [str(one) for one in gate.refusals(Sheet(masked)) if one.gate == "trained_tokens"]
    assert "carry no loss" in said[0] and "0.0% of the tokens" in said[1]


def test_a_prompt_that_serving_does_not_have_is_refused(encoder: Encoder) -> None:
    other = encoder.prompt.model_copy(update={"prompt": encoder.prompt.prompt.replace("Regulamin:", "Zasady:")})
    found = rows("truncation", Encoder(encoder.tokenizer, other))
    assert {row.wrong_template for row in found} == {"its prompt is not the one that serving renders"}


def test_a_second_begin_of_text_token_is_refused(encoder: Encoder, tmp_path: Path) -> None:
    from tokenizers import processors

    tokenizer = AutoTokenizer.from_pretrained(tiny_model(tmp_path))
    twice = processors.TemplateProcessing(single="<bos> <bos> $A", special_tokens=[("<bos>", tokenizer.bos_token_id)])
    tokenizer.backend_tokenizer.post_processor = twice
    found = rows("truncation", Encoder(tokenizer, encoder.prompt))
    assert all("2 begin-of-text tokens" in row.wrong_template for row in found)


def test_every_gate_has_a_broken_set_and_a_number_in_the_table() -> None:
    shown = {path.stem.split(".")[0] for path in BROKEN.glob("*.jsonl")}
    assert shown == {one.name for one in gate.GATES}
    assert all(one.limit and one.refuses for one in gate.GATES)


def test_the_table_of_gates_shows_each_refusing_the_set_made_to_break_it(settings: Settings) -> None:
    found = list(tried(settings))
    assert [one.gate for one in found] == [one.name for one in gate.GATES]
    assert [one.gate for one in found if not one.refused or not one.rows] == []
    small = {"too_few", "giving_up"}  # what is too few to learn from breaks these as well
    assert [one.gate for one in found if set(one.others) - small] == []
