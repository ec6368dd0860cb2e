"""A model that writes freely after a prompt of ours: the bare model or an adapter in this process, or a server's.

The service never sends what is written here; it is what a company would get from a better prompt alone, with or without
its documents, and what the decision report sets the adapter against. Texts are kept between runs like proposals.
"""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.progress import track

from chatbot import adapter, prompts
from chatbot.model import bundled
from chatbot.model.network import faster_dtype, load, merged
from evals.proposals import FILE
from ingestion.command import err
from ingestion.company import Company
from ingestion.errors import ModelError
from ingestion.settings import Settings

TOKENS = 72
"""Longest answer: some 45 Polish words; the prompts ask for fewer than 60."""
SERVER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Text:
    """``p``: geometric mean of the tokens' probabilities, ``least`` the smallest of them (0.5 where a server gives
    none). ``ms``: what writing took."""

    text: str
    p: float
    least: float
    ms: float


Write = Callable[[Sequence[str]], list[Text]]
"""Texts for prompts, in their order."""
BATCH = 8
"""Prompts that are read and continued together: on two cores half the time of one after the other."""


def prompt(name: str, company: Company, **parts: str) -> str:
    """A prompt file of `chatbot/prompts`, filled with the company's profile and ``parts``."""
    contact = company.contact
    facts = "; ".join(f"{name}: {value}" for name, value in contact.items())
    return (prompts.FOLDER / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n").format(
        company=company.name, about=company.about["pl"], facts=facts, phone=contact.get("phone", ""),
        email=contact.get("email", ""), style="\n".join(f"- {rule}" for rule in company.style.values()), **parts)


def writer(settings: Settings, path: Path = FILE) -> Write:
    """The writer of these settings, with its memory; the model is opened when it is first needed."""
    folder = None if settings.llm_url else adapter.find(settings)
    weights = adapter.read(folder).weights_hash if folder else "bare"
    where = f"{settings.llm_url} {settings.llm_model}" if settings.llm_url else settings.base_model
    store = sqlite3.connect(path, timeout=60, isolation_level=None)
    store.execute("CREATE TABLE IF NOT EXISTS texts (key TEXT PRIMARY KEY, text TEXT)")
    opened: list[Write] = []

    def key(text: str) -> str:
        return hashlib.sha256(f"{where} {weights} {TOKENS}\n{text}".encode()).hexdigest()

    def known(text: str) -> Text | None:
        row = store.execute("SELECT text FROM texts WHERE key = ?", (key(text),)).fetchone()
        return Text(**json.loads(row[0])) if row else None

    def write(texts: Sequence[str]) -> list[Text]:
        todo = sorted({text for text in texts if known(text) is None}, key=len)
        if todo and not opened:
            opened.append(_server(settings) if settings.llm_url else _local(settings, folder))
        for start in track(range(0, len(todo), BATCH), "Writing", console=err, transient=True, disable=not todo):
            batch = todo[start : start + BATCH]
            for text, new in zip(batch, opened[0](batch), strict=True):
                store.execute("INSERT OR REPLACE INTO texts VALUES (?, ?)", (key(text), json.dumps(asdict(new))))
        return [made for text in texts if (made := known(text)) is not None]

    return write


def _local(settings: Settings, folder: Path | None) -> Write:
    import torch

    base = bundled.base(settings)
    model, tokenizer = load(base, faster_dtype())
    if folder is not None:
        adapter.check(folder, base.name, base.hash)
        model = merged(model, folder)
    model = model.eval()
    tokenizer.padding_side = "left"
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id

    @torch.inference_mode()
    def write(texts: Sequence[str]) -> list[Text]:
        began = time.perf_counter()
        read = tokenizer(list(texts), return_tensors="pt", padding=True)
        out = model.generate(**read, max_new_tokens=TOKENS, do_sample=False, output_scores=True,
                             return_dict_in_generate=True, stop_strings=["\n"], tokenizer=tokenizer, pad_token_id=pad)
        ms = (time.perf_counter() - began) * 1000 / len(texts)
        logs = torch.stack([score.float().log_softmax(-1) for score in out.scores], 1)
        new = out.sequences[:, -logs.shape[1] :]
        chosen = logs.gather(2, new[..., None])[..., 0]
        return [_text(tokenizer, tokens.tolist(), own.tolist(), ms) for tokens, own in zip(new, chosen, strict=True)]

    return write


def _text(tokenizer: Any, tokens: list[int], logs: list[float], ms: float) -> Text:
    """The first line of what was written; what follows it, padding too, counts for nothing."""
    end = len(tokens)
    for place in range(1, len(tokens) + 1):
        if "\n" in tokenizer.decode(tokens[:place]) or tokens[place - 1] == tokenizer.eos_token_id:
            end = place
            break
    said = str(tokenizer.decode(tokens[:end], skip_special_tokens=True)).split("\n")[0].strip()
    own = logs[:end] or [-9.0]
    return Text(said, math.exp(sum(own) / len(own)), math.exp(min(own)), ms)


def _server(settings: Settings) -> Write:
    """Chat completions of an OpenAI-compatible server; the whole prompt is the user's message."""
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else "none"
    client = httpx.Client(base_url=f"{str(settings.llm_url).rstrip('/')}/", timeout=SERVER_SECONDS, trust_env=False,
                          headers={"Authorization": f"Bearer {key}"})

    def one(text: str) -> Text:
        began = time.perf_counter()
        body: Mapping[str, Any] = {"model": settings.llm_model, "temperature": 0, "max_tokens": 2 * TOKENS,
                                   "messages": [{"role": "user", "content": text}]}
        try:
            answer = client.post("chat/completions", json=body)
            answer.raise_for_status()
            said = str(answer.json()["choices"][0]["message"]["content"] or "").strip()
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            raise ModelError(f"LLM_URL={settings.llm_url} gave no answer ({error}). See its log.") from error
        return Text(said, 0.5, 0.5, (time.perf_counter() - began) * 1000)

    return lambda texts: [one(text) for text in texts]
