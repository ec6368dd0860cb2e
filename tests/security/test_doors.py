"""The service doesn't start with its doors open, and says which setting to mend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot import doors
from chatbot.errors import UnsafeStart
from ingestion.settings import load

ROOT = Path(__file__).resolve().parents[2]
NO_FILE = Path("/nonexistent/.env")
SECRET = "9f2c51d07be84a63815d0f4ce2a7b6d3"


def refused(data_dir: Path, **environ: str) -> str:
    """Why the service doesn't start with these settings; empty: it does."""
    settings, origins = load({"DATA_DIR": str(data_dir), **environ}, NO_FILE)
    try:
        doors.check(settings, origins)
    except UnsafeStart as error:
        return str(error)
    return ""


@pytest.mark.parametrize("origins", ["*", "https://*.shop.example", "https://shop.example,*", "null", "shop.example",
                                     "https://shop.example/chat", "https://user@shop.example", "ftp://shop.example",
                                     "https://shop.example:0", "https://", "javascript://shop.example",
                                     "https://shop.example https://b.example"])
@pytest.mark.parametrize("demo", ["true", "false"])
def test_a_wildcard_or_half_an_origin_is_refused(tmp_path: Path, origins: str, demo: str) -> None:
    assert "ALLOWED_ORIGINS" in refused(tmp_path, ALLOWED_ORIGINS=origins, DEMO=demo)


def test_whole_origins_are_taken(tmp_path: Path) -> None:
    for origins in ("", "https://shop.example", "https://shop.example/, http://localhost:3000,https://[::1]:8443"):
        assert refused(tmp_path, ALLOWED_ORIGINS=origins) == ""


@pytest.mark.parametrize("proxies", ["*", "0.0.0.0/0", "::/0", "nginx", "10.0.0.1;10.0.0.2"])
def test_a_proxy_that_is_everyone_or_no_address_is_refused(tmp_path: Path, proxies: str) -> None:
    assert "TRUSTED_PROXIES" in refused(tmp_path, TRUSTED_PROXIES=proxies)
    assert refused(tmp_path, TRUSTED_PROXIES="10.0.0.0/8, 127.0.0.1,fd00::/8") == ""


@pytest.mark.parametrize("secret", ["", "changeme", "Secret", "password", "x" * 64, "123123123123123123123123123123123",
                                    "a1b2c3d4e5f6"])
def test_a_default_empty_or_weak_signing_secret_is_refused_outside_the_demo(tmp_path: Path, secret: str) -> None:
    told = refused(tmp_path, CUSTOMER_SECRET=secret)
    assert "CUSTOMER_SECRET" in told
    assert not secret or secret.lower() not in told.lower().replace("customer_secret", "")
    assert refused(tmp_path, CUSTOMER_SECRET=secret, DEMO="true") == ""


def test_a_strong_secret_is_taken_and_none_at_all_too(tmp_path: Path) -> None:
    assert refused(tmp_path, CUSTOMER_SECRET=SECRET) == ""
    assert refused(tmp_path) == ""


def test_secrets_from_files_are_held_to_the_same(tmp_path: Path) -> None:
    kept = tmp_path / "secret"
    for content, right in ((SECRET + "\n", True), ("", False), ("changeme\n", False)):
        kept.write_text(content)
        assert (refused(tmp_path, CUSTOMER_SECRET_FILE=str(kept)) == "") is right
    for name in ("LLM_API_KEY", "QDRANT_API_KEY", "EMBEDDING_API_KEY"):
        kept.write_text("")
        assert name in refused(tmp_path, **{f"{name}_FILE": str(kept)})
        assert name in refused(tmp_path, **{name: "changeme"})


@pytest.mark.parametrize(("name", "url", "right"), [
    ("REDIS_URL", "redis://valkey:6379/0", False), ("REDIS_URL", "redis://:redis@valkey:6379/0", False),
    ("REDIS_URL", "redis://:9f2c51d0@valkey:6379/0", True), ("REDIS_URL", "redis://127.0.0.1:6379/0", True),
    ("REDIS_URL", "unix:///run/valkey.sock", True), ("QDRANT_URL", "http://qdrant:6333", False),
    ("QDRANT_URL", "http://localhost:6333", True),
])
def test_a_store_that_other_machines_reach_needs_a_password(tmp_path: Path, name: str, url: str, right: bool) -> None:
    told = refused(tmp_path, **{name: url})
    assert (told == "") is right, told
    assert "9f2c51d0" not in told


@pytest.mark.parametrize("mode", [0o755, 0o701, 0o704, 0o777])
def test_a_data_folder_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(mode)
    for demo in ("true", "false"):
        assert f"chmod 700 {folder}" in refused(folder, DEMO=demo)
    folder.chmod(0o700)
    assert refused(folder) == ""


@pytest.mark.parametrize(("environ", "word"), [
    ({"ALLOWED_ORIGINS": "*"}, "ALLOWED_ORIGINS"), ({"CUSTOMER_SECRET": ""}, "CUSTOMER_SECRET"),
    ({"CUSTOMER_SECRET": "changeme"}, "CUSTOMER_SECRET"), ({}, "chmod 700"),
])
def test_the_command_ends_with_one_line_before_it_opens_anything(
    tmp_path: Path, environ: dict[str, str], word: str
) -> None:
    folder = tmp_path / "data"
    if word == "chmod 700":
        folder.mkdir(mode=0o755)
        folder.chmod(0o755)
    ended = subprocess.run(
        [sys.executable, "-m", "chatbot", "serve"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "DATA_DIR": str(folder), "PORT": "1", **environ})
    assert ended.returncode == 1
    assert word in ended.stderr.strip().splitlines()[-1], ended.stderr
    assert not folder.exists() or not any(folder.iterdir())


def test_a_world_readable_data_folder_is_made_private_by_the_first_write(tmp_path: Path) -> None:
    from ingestion.store import connect

    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    settings, _ = load({"DATA_DIR": str(folder)}, NO_FILE)
    with connect(settings):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_every_setting_that_holds_a_secret_may_come_from_a_file_and_is_hidden(tmp_path: Path) -> None:
    from ingestion.settings import Settings

    names = [name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    assert {"CUSTOMER_SECRET", "LLM_API_KEY", "QDRANT_API_KEY", "EMBEDDING_API_KEY"} <= set(names)
    kept = tmp_path / "secret"
    kept.write_text(SECRET + "\n")
    settings, origins = load({f"{name}_FILE": str(kept) for name in names}, NO_FILE)
    for name in names:
        assert getattr(settings, name.lower()).get_secret_value() == SECRET
    assert SECRET not in repr(settings) and all(SECRET not in f"{one.shown}{one.source}" for one in origins)


def test_a_password_in_an_address_is_not_shown_at_the_start() -> None:
    _, origins = load({"REDIS_URL": "rediss://chat:9f2c51d0@valkey:6379/0"}, NO_FILE)
    shown = {one.name: one.shown for one in origins}["REDIS_URL"]
    assert shown == "rediss://chat:(hidden)@valkey:6379/0"
