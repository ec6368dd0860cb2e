"""What the README and the Makefile say can be typed, can be typed."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"python -m (ingestion|chatbot|finetune|evals) ([a-z-]+)((?: [^`\n]*)?)", README)))


@pytest.mark.parametrize(("package", "command", "rest"), COMMANDS)
def test_every_command_in_the_readme_exists_with_its_options(package: str, command: str, rest: str) -> None:
    typed = [sys.executable, "-m", package, command, "--help"]
    shown = subprocess.run(typed, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert shown.returncode == 0, shown.stderr
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.stdout)
    for option in (word for word in shlex.split(rest.split("`")[0]) if word.startswith("--")):
        assert option in plain


def test_every_setting_in_the_readme_is_one_and_the_contracts_are_all_there() -> None:
    table = README[README.index("## Settings") : README.index("## Grow it")]
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", table)) - {"NAME_FILE"}
    known = {name.upper() for name in Settings.model_fields}
    assert named <= known
    assert named >= {"DATA_DIR", "PORT", "QDRANT_URL", "REDIS_URL", "LLM_URL", "LLM_API_KEY", "LLM_MODEL", "BASE_MODEL",
                     "ADAPTER", "EMBEDDING_MODEL"}  # fmt: skip


def test_every_make_target_in_the_readme_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", README))
    assert named - {"it"} <= targets


def test_compose_file_runs_the_scaled_form() -> None:
    import yaml

    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"service", "worker", "valkey", "qdrant", "vllm"}
    assert services["vllm"]["profiles"] == ["gpu"]
    assert services["service"]["environment"].keys() - {name.upper() for name in Settings.model_fields} == set()


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    code = [path for package in ("ingestion", "chatbot", "finetune", "evals", "tests")
            for path in (ROOT / package).rglob("*") if path.suffix in {".py", ".js", ".css", ".html"}]  # fmt: skip
    long = {str(path.relative_to(ROOT)): n for path in code if (n := len(path.read_text("utf-8").splitlines())) > 400}
    assert not long
