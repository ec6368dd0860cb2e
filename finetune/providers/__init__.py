"""Exporters and validators of each provider's format, one file per provider, by name."""

from __future__ import annotations

from finetune.providers import azure, bedrock, local, openai, vertex
from finetune.providers.format import Format

FORMATS: dict[str, Format] = {one.name: one for one in (
    openai.SFT, openai.DPO, azure.SFT, azure.DPO, vertex.SFT, bedrock.SFT, local.CHAT, local.PREFERENCES)}
