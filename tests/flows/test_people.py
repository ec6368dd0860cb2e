"""Accounts, erasure and export from the command line, while the store is in use."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chatbot import access
from chatbot.cli import app
from chatbot.service import build
from ingestion.settings import Settings
from ingestion.store import connect, connect_async
from tests.chatbot.conftest import COMPANY


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return Settings(data_dir=tmp_path / "data")


def run(*words: str, **kwargs: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words), **kwargs)  # type: ignore[arg-type]
    return result.exit_code, result.stdout, result.stderr


def test_an_account_is_made_and_its_password_is_shown_once(settings: Settings) -> None:
    with connect(settings):
        code, said, _ = run("user", "add", "ola", "--role", "agent", "--shown", "Ola", "--json")
        made = json.loads(said)
        assert code == 0 and made["user"] == "ola" and len(made["password"]) >= 12
        code, said, _ = run("user", "list", "--json")
        assert json.loads(said) == {"users": [{"user": "ola", "name": "Ola", "role": "agent"}]}
        assert run("user", "remove", "ola")[0] == 0
        code, _, complaint = run("user", "remove", "ola")
        assert code == 1 and "ola" in complaint and complaint.count("\n") == 1


def test_a_short_password_is_refused_in_one_line(settings: Settings) -> None:
    with connect(settings):
        code, _, complaint = run("user", "add", "ola", "--password-stdin", input="krótkie\n")
        assert code == 1 and "10" in complaint and complaint.count("\n") == 1


def test_a_customer_is_exported_and_erased(settings: Settings) -> None:
    async def talk() -> None:
        async with connect_async(settings) as redis:
            service = build(settings, COMPANY, redis)
            begun = await service.conversations.begin(access.Identity("K-1"), "pl")
            meta = await service.records.meta(begun.conversation)
            await service.conversations.post(meta, "1", "Nazywam się Brzęczyszczykiewicz")

    with connect(settings):
        asyncio.run(talk())
        code, said, _ = run("export-customer", "K-1")
        assert code == 0 and "Brzęczyszczykiewicz" in said
        assert json.loads(said)["conversations"][0]["messages"][0]["author"] == "customer"
        code, said, _ = run("erase", "--customer", "K-1", "--json")
        assert code == 0 and json.loads(said)["erased"]["messages"] == 1
        code, _, complaint = run("erase", "--customer", "K-1")
        assert code == 1 and "K-1" in complaint
    text = b"".join(file.read_bytes() for file in settings.data_dir.rglob("*") if file.is_file())
    assert "Brzęczyszczykiewicz".encode() not in text
