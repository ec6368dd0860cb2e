"""The model in this process, with a tiny one in place of the real weights."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import torch

from chatbot import prompts
from chatbot.model import bundled, network, open_model
from chatbot.model.admission import Admission
from chatbot.model.encoding import Encoder
from chatbot.model.fake import FakeModel
from chatbot.model.local import LocalModel
from chatbot.model.seam import Action, Task
from chatbot.prompts import Written
from ingestion.errors import ModelError
from ingestion.settings import Settings
from tests.tiny import tiny_model

TASK = Task("Ile mam czasu na zwrot?", ("Na zwrot jest 14 dni.", "Sklep sprzedaje książki."), ("§ 5", "§ 1"),
            hints=(0.91, 0.80))  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def model(folder: Path, tmp_path: Path) -> LocalModel:
    opened = open_model(Settings(data_dir=tmp_path, base_model=str(folder), adapter="none"))
    assert isinstance(opened, LocalModel)
    return opened


async def test_a_proposal_has_a_score_for_every_sentence_and_a_share_for_every_action(model: LocalModel) -> None:
    proposal = await model.propose(TASK, seconds=20)
    assert len(proposal.scores) == 2
    assert sum(proposal.probabilities.values()) == pytest.approx(1, abs=1e-6)
    assert proposal.probabilities.keys() == set(Action)


async def test_the_same_question_gets_the_same_proposal(model: LocalModel) -> None:
    assert await model.propose(TASK, seconds=20) == await model.propose(TASK, seconds=20)


async def test_a_deadline_that_passes_is_an_error_and_the_next_question_is_answered(model: LocalModel) -> None:
    with pytest.raises(ModelError, match=r"didn't answer|was stopped"):
        await model.propose(TASK, seconds=0.0001)
    assert (await model.propose(TASK, seconds=20)).scores


async def test_a_cancelled_question_frees_its_place(model: LocalModel) -> None:
    asked = asyncio.create_task(model.propose(TASK, seconds=20))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert (await model.propose(TASK, seconds=20)).scores


async def test_too_many_waiting_questions_are_refused_at_once(model: LocalModel) -> None:
    answers = await asyncio.gather(*(model.propose(TASK, seconds=30) for _ in range(12)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, ModelError)]
    assert len(refused) == 3 and "busy" in str(refused[0])


def test_a_frame_can_hold_no_digit(folder: Path) -> None:
    net = network.open_network(bundled.Base("tiny", str(folder), ""), None, prompts.load("quote-v1"), torch.float32)
    digits = [index for token, index in net.encoder.tokenizer.get_vocab().items() if token.isdigit()]
    assert not set(digits) & set(net._words.tolist())
    reading, cache = net.read(TASK)
    text = net.write(cache, Action.QUOTE, net.encoder.decision(Written(Action.QUOTE, (0,)))[1:], 30, lambda: False)
    assert text and not any(character.isdigit() for character in text)
    assert len(reading.marks) == 2


def test_a_frame_is_one_of_the_approved_ones_whole(folder: Path) -> None:
    opened = network.open_network(bundled.Base("tiny", str(folder), ""), None, prompts.load("quote-v1"), torch.float32)
    encoder = opened.encoder
    approved = ["Oto zasady: | ", "Oto cennik: | Pytaj dalej", "Tak stoi w regulaminie: | "]
    known = [(*encoder.plain(frame), encoder.stop) for frame in approved]
    net = network.Network(opened.model, encoder, {Action.QUOTE: known})
    _, cache = net.read(TASK)
    text = net.write(cache, Action.QUOTE, encoder.decision(Written(Action.QUOTE, (0,)))[1:], 60, lambda: False)
    assert text in {encoder.tokenizer.decode(frame, skip_special_tokens=True) for frame in known}


def test_writing_stops_before_the_next_token_when_told(folder: Path) -> None:
    net = network.open_network(bundled.Base("tiny", str(folder), ""), None, prompts.load("quote-v1"), torch.float32)
    with pytest.raises(ModelError, match="stopped"):
        net.write(net.begin(TASK), Action.ASK, net.encoder.decision(Written(Action.ASK)), 30, lambda: True)


def test_one_prefill_reads_what_reading_step_by_step_gives(folder: Path) -> None:
    net = network.open_network(bundled.Base("tiny", str(folder), ""), None, prompts.load("quote-v1"), torch.float32)
    reading, _ = net.read(TASK)
    encoder = net.encoder
    ids = [*encoder.encode(TASK).ids]
    logits = net.model(torch.tensor([ids])).logits[0, -1]
    first = [encoder.actions[action][0] for action in Action]
    assert list(reading.actions.values()) == pytest.approx(logits[first].softmax(-1).tolist(), abs=1e-5)
    after = net.model(torch.tensor([ids + list(encoder.actions[Action.QUOTE])])).logits[0, -1]
    assert list(reading.choices) == pytest.approx(after[list(encoder.choices[:2])].log_softmax(-1).tolist(), abs=1e-5)


def test_training_sees_the_very_tokens_that_serving_decides_by(folder: Path) -> None:
    _, tokenizer = network.load(bundled.Base("tiny", str(folder), ""), torch.float32)
    encoder = Encoder(tokenizer, prompts.load("quote-v1"))
    written = Written(Action.QUOTE, (0, 1), "Oto odpowiedź:", "Czy coś jeszcze?")
    text = encoder.prompt.complete(written)
    assert encoder.completion(written) == (*encoder.plain(text), encoder.stop)
    assert encoder.encode(TASK).ids.count(tokenizer.bos_token_id) == 1


def test_a_model_that_is_not_there_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="BASE_MODEL"):
        open_model(Settings(data_dir=tmp_path, base_model=str(tmp_path / "nothing"), adapter="none"))


def test_a_conversion_that_broke_off_is_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder appears by one rename, after its source.json: what a killed conversion leaves is thrown away."""
    models = tmp_path / "models"
    leftover = models / f".{bundled.BUNDLED_MODEL}.part1"
    leftover.mkdir(parents=True)
    (leftover / "model.safetensors").write_bytes(b"half")

    def breaks(package: object, part: Path, progress: bundled.Progress) -> None:
        (part / "model.safetensors").write_bytes(b"half")
        raise ModelError("The power went.")

    monkeypatch.setattr(bundled, "_convert", breaks)
    with pytest.raises(ModelError, match="power"):
        bundled.base(Settings(data_dir=tmp_path))
    assert [path.name for path in models.iterdir()] == [f".{bundled.BUNDLED_MODEL}.lock"]


def test_no_more_may_wait_than_there_are_places() -> None:
    admission = Admission(1)
    with admission, pytest.raises(ModelError, match="busy"), admission:
        pass
    with admission:
        assert admission.taken == 1


async def test_the_fake_says_what_it_is_told_and_keeps_the_deadline() -> None:
    assert (await FakeModel().propose(TASK, seconds=1)).sentences == (0,)
    assert (await FakeModel().propose(Task("?", (), ()), seconds=1)).action is Action.HAND_OVER
    with pytest.raises(ModelError, match="down"):
        await FakeModel(error="The model is down.").propose(TASK, seconds=1)
    with pytest.raises(ModelError, match="didn't answer"):
        await FakeModel(delay=5).propose(TASK, seconds=0.05)
