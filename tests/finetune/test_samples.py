"""From written examples to tasks, and what the gate refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.model.seam import Action, Task
from chatbot.prompts import Written
from finetune import arguments, examples, gate, samples, split
from finetune.commands import read_arguments
from finetune.corpus import Corpus, Piece
from finetune.errors import ConfigError, ExamplesError
from finetune.examples import Example, Source
from finetune.samples import Mix, Sample

CORPUS = Corpus([
    Piece(f"regulamin:§ {n}", "regulamin", f"§ {n}", (f"Zasada {n} o zwrotach towaru.", f"Zwrot {n} jest darmowy."))
    for n in range(1, 9)
])  # fmt: skip
EXAMPLE = Example(id="e1", question="Czy zwrot towaru jest darmowy?", language="pl", action=Action.QUOTE,
                  source=Source(document="regulamin", clause="§ 3"), quote=("Zwrot 3 jest",),
                  opening="Już odpowiadam:")  # fmt: skip
ARGUMENTS = arguments.Arguments(name="t", data=(), corpus=())


def some(count: int, action: Action = Action.QUOTE, **values: object) -> list[Sample]:
    task = Task("?", ("Zdanie.",), ("§ 1",))
    return [
        Sample(f"{action}{n}", f"{action}{n}", replace(task, question=f"Pytanie {action} {n}"), Written(action), ())
        for n in range(count)
    ]


def test_the_right_sentence_is_among_the_candidates_with_near_ones_beside_it() -> None:
    for seed in range(20):
        made = samples.build([EXAMPLE], CORPUS, Mix(removed=0), seed)[0]
        assert [made.task.sentences[index] for index in made.gold] == ["Zwrot 3 jest darmowy."]
        assert len(set(made.task.labels)) > 1 and len(made.task.sentences) <= 16


def test_a_negative_has_the_question_but_not_the_clause_that_answers() -> None:
    made = samples.build([EXAMPLE], CORPUS, Mix(removed=1), 1)
    negative = made[1]
    assert negative.written.action is Action.HAND_OVER and negative.gold == ()
    assert "§ 3" not in negative.task.labels and negative.key == made[0].key


def test_samples_repeat_with_the_seed_whatever_else_is_in_the_list() -> None:
    other = EXAMPLE.model_copy(update={"id": "e0"})
    assert samples.build([EXAMPLE], CORPUS, Mix(), 7) == samples.build([other, EXAMPLE], CORPUS, Mix(), 7)[-len(
        samples.build([EXAMPLE], CORPUS, Mix(), 7)):]  # fmt: skip


def test_a_quote_that_is_not_in_its_source_is_refused_by_id() -> None:
    wrong = EXAMPLE.model_copy(update={"quote": ("Zwrot kosztuje",)})
    with pytest.raises(ExamplesError, match="e1"):
        samples.build([wrong], CORPUS, Mix(), 1)


def test_a_clause_never_changes_its_side_of_the_split() -> None:
    held = [key for key in (f"§ {n}" for n in range(400)) if split.held_out(key, 0.15)]
    assert 30 < len(held) < 90
    assert set(held) <= {key for key in (f"§ {n}" for n in range(400)) if split.held_out(key, 0.3)}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"question": "x"}, "id"),
        ({"id": "1", "question": "x", "language": "pl", "action": "quote", "source": {"legal": "a_1"}}, "quote needs"),
        ({"id": "1", "question": "x", "language": "pl", "action": "ask", "source": None}, "asking back"),
        ({"id": "1", "question": "x", "language": "de", "action": "decline"}, "language"),
        ({"id": "1", "question": "x", "language": "pl", "action": "decline", "source": {}}, "exactly one"),
    ],
)
def test_a_wrong_example_is_named_with_file_line_and_field(tmp_path: Path, line: object, said: str) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text("\n" + json.dumps(line))
    with pytest.raises(ExamplesError, match=rf"e\.jsonl, line 2: .*{said}"):
        examples.read([path])


def test_the_gate_refuses_a_fact_in_a_frame_and_a_personal_number() -> None:
    fact = replace(some(1)[0], written=Written(Action.QUOTE, (0,), "Masz czternaście dni:", ""))
    person = replace(some(1)[0], task=Task("Mój numer to 48 600 700 800", ("Zdanie.",), ("§ 1",)))
    reasons = gate.reasons([fact, person], [], ARGUMENTS)
    assert any(one.startswith("facts") for one in reasons) and any(one.startswith("pii") for one in reasons)


def test_a_config_with_an_unknown_field_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("name: x\ndata: []\ncorpus: []\nlerning_rate: 1\n")
    with pytest.raises(ConfigError, match="lerning_rate"):
        arguments.load(path)


def test_every_shipped_config_is_read() -> None:
    for path in sorted((arguments.REPOSITORY / "finetune" / "configs").glob("*.yaml")):
        given = read_arguments(path)
        company_s_own = given.method != "quote"  # records are exported by the company that trains on them
        assert company_s_own or all(arguments.located(data.path).is_file() for data in given.data)
