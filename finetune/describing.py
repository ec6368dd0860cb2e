"""A run's arguments as a table, from the classes that check them: docs/training.md is tested against it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from finetune.arguments import Arguments, DataSet, Lora, Passages, Weights
from finetune.chat_arguments import ChatArguments

PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("`method: quote`", Arguments),
    ("`method: sft` and `method: dpo`", ChatArguments),
    ("each of `data`, and `routing`", DataSet),
    ("each of `corpus`", Passages),
    ("`lora`", Lora),
    ("`weights`", Weights),
)


def tables() -> str:
    """All of them in Markdown, each under its heading."""
    return "\n".join(f"### {title}\n\n{table(kind)}" for title, kind in PARTS)


def table(kind: type[BaseModel]) -> str:
    rows = ["| name | default | what it does |", "|---|---|---|"]
    for name, field in kind.model_fields.items():
        rows.append(f"| `{name}` | {_default(field.default)} | {_what(field)} |")
    return "\n".join(rows) + "\n"


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "must be given"
    if isinstance(value, BaseModel):
        return "its own defaults"
    return "none" if value is None else f"`{value}`".replace("`True`", "`true`").replace("`False`", "`false`")


def _what(field: Any) -> str:
    limits = [str(one) for one in field.metadata]
    said = [part for part in (field.description, ", ".join(_limit(one) for one in limits)) if part]
    return "; ".join(said).replace("|", "\\|")


def _limit(text: str) -> str:
    """``Ge(ge=1)`` → ``≥ 1``."""
    kind, _, value = text.rstrip(")").partition("(")
    sign = {"Ge": "≥", "Gt": ">", "Le": "≤", "Lt": "<"}.get(kind, kind)
    return f"{sign} {value.partition('=')[2]}"
