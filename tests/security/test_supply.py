"""What we install is pinned by hash, may be used, and runs without root."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.security import advisories, licences
from tests.security.locked import LOCKS, ROOT, Pin, pins


@pytest.mark.parametrize("lock", LOCKS, ids=lambda one: one.name)
def test_every_package_is_pinned_with_its_hashes_and_from_no_named_place(lock: Path) -> None:
    found = pins(lock)
    assert len(found) > 20 and all(pin.hashes >= 1 for pin in found), [pin.name for pin in found if not pin.hashes]
    text = lock.read_text(encoding="utf-8")
    places = r"https?://|--(?:index-url|extra-index-url|find-links|trusted-host)|^-e |@ file|git\+"
    assert not re.search(places, text, re.MULTILINE)
    assert len({pin.name for pin in found}) == len(found)


def test_everything_is_installed_by_hash_alone() -> None:
    for file in ("Makefile", "Dockerfile"):
        lines = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        installs = [line for line in lines if re.search(r"-r requirements\S*\.lock", line)]
        assert installs and all("--require-hashes" in line and "--no-deps" in line for line in installs), file


def test_every_licence_is_on_the_list() -> None:
    found = licences.verdicts([*(pin.name for pin in pins(LOCKS[0])), "torch"], licences.installed())
    assert len(found) > 100
    assert {name: licence for name, (licence, right) in found.items() if not right} == {}


def test_a_licence_that_is_not_on_the_list_is_named() -> None:
    found = licences.verdicts(["a", "b", "c", "d"], {"a": "AGPL-3.0-only", "b": "MIT AND GPL-3.0", "c": "UNKNOWN"})
    assert [right for _, right in found.values()] == [False] * 4


def test_the_container_runs_without_root_and_holds_no_secret() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users and users[-1] not in ("root", "0")
    assert lines.index(f"USER {users[-1]}") < next(n for n, line in enumerate(lines) if line.startswith("CMD"))
    assert any(re.search(rf"useradd .*--uid [1-9]\d+ .*{users[-1]}", line) for line in lines)
    assert not [line for line in lines if re.search(r"(?:ENV|ARG).*(?:SECRET|PASSWORD|TOKEN|API_KEY)", line)]
    assert "chmod 700 /data" in "\n".join(lines)


def test_the_scaled_form_gives_up_every_right_and_names_no_password() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for name in ("service", "worker"):
        assert services[name]["cap_drop"] == ["ALL"] and services[name]["read_only"] is True
        assert "no-new-privileges:true" in services[name]["security_opt"]
        assert ":?" in services[name]["environment"]["REDIS_URL"], "an unset password stops it"
        assert ":?" in services[name]["environment"]["QDRANT_API_KEY"]
    for name in ("valkey", "qdrant"):
        assert "ports" not in services[name], f"{name} is reached from inside alone"


RANGE = {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.4"}, {"introduced": "2.0"}]}
ADVISORY = {"id": "PYSEC-1", "summary": "bad", "affected": [
    {"package": {"ecosystem": "PyPI", "name": "Some.Package"}, "ranges": [RANGE]}]}


@pytest.mark.parametrize(("version", "hit"), [("0.9", False), ("1.0", True), ("1.3.9", True), ("1.4", False),
                                              ("1.10", False), ("2.0", True), ("3.1", True)])
def test_a_pinned_version_within_an_advisory_is_named(tmp_path: Path, version: str, hit: bool) -> None:
    place = tmp_path / "all.zip"
    with zipfile.ZipFile(place, "w") as opened:
        opened.writestr("PYSEC-1.json", json.dumps(ADVISORY))
        opened.writestr("PYSEC-2.json", json.dumps({**ADVISORY, "id": "PYSEC-2", "withdrawn": "2026-01-01"}))
    found = advisories.hits(advisories.records(place), [Pin("some-package", version, 1), Pin("other", "1.0", 1)])
    assert [(pin.name, which) for pin, which, _ in found] == ([("some-package", "PYSEC-1")] if hit else [])


def test_without_a_database_that_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("ADVISORIES", raising=False)
    assert advisories.main() == 0
    assert "ADVISORIES" in capsys.readouterr().err
