"""SFT and DPO on records, with TRL, on tiny models of three families made here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from chatbot import adapter
from chatbot.adapter import DataOf
from chatbot.model.bundled import Base
from finetune import chat, commands
from finetune.arguments import REPOSITORY
from finetune.chat_arguments import ChatArguments
from finetune.errors import ConfigError
from finetune.record import Basis, Consent, Message, Origin, Provenance, Record, Role
from finetune.train import Step
from tests.tiny import chat_model

pytest.importorskip("trl")
THINGS = ("zwrot", "kurier", "faktura", "karta", "rabat", "hasło", "wymiana", "odbiór")


def record(thing: str) -> Record:
    return Record(
        id=thing,
        origin=Origin.WRITTEN,
        messages=(
            Message(Role.USER, f"Co z tym: {thing}?"),
            Message(Role.ASSISTANT, f"Już mówię: {thing}.", weight=1),
        ),
        language="pl",
        licence="Apache-2.0",
        provenance=Provenance("test"),
        consent=Consent(Basis.COMPANY),
        rejected="Nie wiem.",
    )


def rows(method: str) -> chat.Rows:
    made = [chat.pair(record(thing)) if method == "dpo" else chat.dialogue(record(thing)) for thing in THINGS]
    known = DataOf(name="t", licence="Apache-2.0", hash="0", examples=len(made))
    return chat.Rows(tuple(made[:6]), tuple(made[6:]), (known,), 0)


def arguments(**values: Any) -> ChatArguments:
    given = {"method": "sft", "name": "t", "base_model": "tiny", "data": [], "batch": 2, "micro_batch": 2, "epochs": 4,
             "evaluate_every": 3, "learning_rate": 0.02, "patience": 9, "number_type": "float32",
             "chat_template": "finetune/configs/plain.jinja", "lora": {"rank": 4}}  # fmt: skip
    return ChatArguments.model_validate(given | values)


def fitted(family: str, tmp: Path, given: ChatArguments, stop_after: int | None = None) -> Any:
    model = chat_model(tmp / family, family)

    def progress(step: Step) -> None:
        if stop_after is not None and step.step >= stop_after:
            raise KeyboardInterrupt

    return chat.fit(given, rows(given.method), Base(family, str(model), "hash"), tmp / "out", progress, lambda _: None)


@pytest.mark.parametrize("family", ["gemma", "llama", "qwen"])
@pytest.mark.parametrize("method", ["sft", "dpo"])
def test_any_causal_model_learns_the_replies_or_prefers_them(family: str, method: str, tmp_path: Path) -> None:
    trained, _ = fitted(family, tmp_path, arguments(method=method))
    losses = [look["eval_loss"] for look in trained.history]
    assert losses[-1] < losses[0]
    manifest = adapter.read(tmp_path / "out")
    assert manifest.arguments["method"] == method
    assert manifest.weights_hash == adapter.file_hash(tmp_path / "out" / adapter.WEIGHTS)
    assert manifest.data[0].licence == "Apache-2.0"


def test_a_killed_chat_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fitted("llama", tmp_path, arguments(), stop_after=7)
    seen: list[int] = []
    chat.fit(arguments(), rows("sft"), Base("llama", str(tmp_path / "llama"), "hash"), tmp_path / "out",
             lambda step: seen.append(step.step), lambda _: None)  # fmt: skip
    assert min(seen) == 7
    assert max(seen) == 12


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_four_bits_without_a_gpu_are_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs an NVIDIA GPU"):
        chat.refuse(arguments(quantised=True))


def test_a_model_without_a_template_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"brings no chat template.*plain\.jinja"):
        fitted("llama", tmp_path, arguments(chat_template=None))


def test_each_method_has_its_own_arguments(tmp_path: Path) -> None:
    for path in (REPOSITORY / "finetune" / "configs").glob("*.yaml"):
        commands.read_arguments(path)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(json.dumps({"method": "dpo", "name": "x", "base_model": "y", "data": [], "marks": 1}))
    with pytest.raises(ConfigError, match="marks"):
        commands.read_arguments(wrong)
