"""What the trainer will read of each sample, counted in its own tokens and held against what serving writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chatbot import prompts
from chatbot.model.encoding import Encoder
from chatbot.prompts import Prompt
from chatbot.prompts.prompt import share
from finetune import batches
from finetune.gating.limits import LIMITS
from finetune.gating.row import Row, of_sample
from finetune.samples import Sample
from ingestion.errors import ModelError


def counted(samples: Sequence[Sample], encoder: Encoder, max_tokens: int, licence: str = "Apache-2.0") -> list[Row]:
    """The samples as rows with their tokens. ``encoder`` is the trainer's; the prompt is loaded anew, as in serving."""
    serving = prompts.load(encoder.prompt.version)
    return [_counted(sample, encoder, serving, max_tokens, licence) for sample in samples]


def _counted(sample: Sample, encoder: Encoder, serving: Prompt, max_tokens: int, licence: str) -> Row:
    row = batches.encode(sample, encoder)
    cut = len(row.ids) > max_tokens or _loses_its_answer(sample, serving)
    return replace(of_sample(sample, licence), tokens=len(row.ids), trained=len(row.ids) - row.prompt, cut=cut,
                   wrong_template=_wrong(sample, encoder, serving, row))


def _wrong(sample: Sample, encoder: Encoder, serving: Prompt, row: batches.Row) -> str:
    """How the row differs from what serving sends and reads back; empty: it doesn't."""
    tokenizer, begin = encoder.tokenizer, encoder.tokenizer.bos_token_id
    if tuple(tokenizer(serving.render(sample.task).text)["input_ids"]) != row.ids[: row.prompt]:
        return "its prompt is not the one that serving renders"
    if begin is not None and (row.ids[0] != begin or begin in row.ids[1:]):
        return f"it has {row.ids.count(begin)} begin-of-text tokens, and must have one, in front"
    if sample.origin == "rule":  # taught to choose only: its completion ends with the choice
        return ""
    if row.ids[row.prompt :] != encoder.completion(sample.written) or row.ids[-1] != encoder.stop:
        return "its completion is not the one that serving waits for"
    try:
        read = serving.read(serving.complete(sample.written), len(sample.task.sentences))
    except ModelError as error:
        return str(error)
    wanted = serving.complete(sample.written)
    return "" if serving.complete(read) == wanted and read.action is sample.written.action else (
        f"serving would read {wanted[:60]!r} back as something else")


def _loses_its_answer(sample: Sample, prompt: Prompt) -> bool:
    """Whether an answering sentence loses most of itself to the prompt's limits, in serving as in training."""
    room = share([len(one) for one in sample.task.sentences], prompt.limits.sentences, prompt.limits.shortest)
    return any(room[index] < LIMITS.kept * len(sample.task.sentences[index]) for index in sample.gold)
