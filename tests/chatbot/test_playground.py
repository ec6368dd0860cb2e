"""The admin's playground shows what led to an answer: among it, what the model really got."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from chatbot import thresholds
from chatbot.answering import Parts
from chatbot.model import open_model
from chatbot.model.fake import FakeModel
from chatbot.playground import play
from chatbot.privacy.masking import Masker
from chatbot.privacy.public import PublicNames
from ingestion.settings import Settings
from tests.chatbot.conftest import COMPANY
from tests.chatbot.test_breaker import OneClause
from tests.model_server import ModelServer

GOOD = '{"action": "quote", "sentences": [1], "opening": "", "closing": ""}'
QUESTION = "Ile mam dni na zwrot towaru?"
TODAY = date(2026, 11, 22)
PARTS = Parts(COMPANY, OneClause(), FakeModel(), Masker(public=PublicNames.of(())), thresholds.Thresholds())
MARK = re.compile(r"<(/?)[0-9a-f]{12}>")


async def test_of_a_model_on_a_server_the_messages_are_shown_that_it_got(tmp_path: Path) -> None:
    with ModelServer(GOOD) as server:
        chosen = Settings(data_dir=tmp_path, llm_url=server.url, llm_model="bielik", adapter="none")
        told = await play(chosen, replace(PARTS, model=open_model(chosen)), QUESTION, None, TODAY)
        sent = "\n\n".join(f"{one['role']}:\n{one['content']}" for one in server.asked[0].body["messages"])
    assert told["prompt_version"] == "chat-v1" and QUESTION in told["prompt"] and "[1] (§ 1)" in told["prompt"]
    assert MARK.sub(r"<\1>", told["prompt"]) == MARK.sub(r"<\1>", sent)  # the fences' marks are drawn anew


async def test_of_the_model_in_this_process_the_text_is_shown_that_it_read(tmp_path: Path) -> None:
    told = await play(Settings(data_dir=tmp_path, adapter="none"), PARTS, QUESTION, None, TODAY)
    assert told["prompt_version"] == "quote-v1" and QUESTION in told["prompt"] and "system:" not in told["prompt"]


async def test_where_no_model_was_asked_there_is_no_prompt(tmp_path: Path) -> None:
    told = await play(Settings(data_dir=tmp_path, adapter="none"), PARTS, "Chcę rozmawiać z konsultantem", None, TODAY)
    assert (told["prompt"], told["prompt_version"]) == (None, None)
