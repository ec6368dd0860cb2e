"""Azure OpenAI: OpenAI's shapes in UTF-8 with a byte order mark, in a file smaller than 512 MB."""

from __future__ import annotations

from dataclasses import replace

from finetune.providers import openai

NOTICE = "Azure reads the file as UTF-8 with a byte order mark (BOM): don't take it off, and don't add a second one."

SFT = replace(openai.SFT, name="azure-sft", title="Azure OpenAI supervised fine-tuning", bom=True, ends=None,
              notice=NOTICE)  # fmt: skip
DPO = replace(openai.DPO, name="azure-dpo", title="Azure OpenAI preference fine-tuning (DPO)", bom=True, ends=None,
              notice=NOTICE)  # fmt: skip
