"""What a reviewer should look at first: personal data, facts from nowhere, and what no local trainer can learn from."""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.figures import unsupported
from chatbot.grounding import squeeze
from chatbot.privacy.entities import Entity
from chatbot.privacy.vault import Vault
from finetune.examples import Example
from finetune.masking import Masking, standing
from finetune.record import Record
from finetune.teaching import to_example
from ingestion import polish


@dataclass(frozen=True, slots=True)
class Flags:
    """``personal``: pieces of the texts with their kinds. ``facts``: the answer's figures that stand in no passage.
    ``quoted``: sentences of the passages that are, or would be, quoted. ``untaught``: why the local trainer learns
    nothing of it; empty: it does."""

    personal: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]
    quoted: tuple[str, ...]
    untaught: str


def flags(record: Record, masker: Masking) -> Flags:
    ours = " ".join(one.text for one in record.passages)
    personal = [(text[one.start:one.end], str(one.kind)) for text in record.texts
                for one in masker.mask(text, Vault()).entities
                if one.kind is not Entity.PLACEHOLDER and not standing(text[one.start:one.end], ours)]
    known = (*(one.text for one in record.passages), record.question)
    facts = [sentence for sentence in polish.sentences(record.answer) if unsupported(sentence, known)]
    example = to_example(record)
    quoted = tuple(map(squeeze, example.quote)) if isinstance(example, Example) else ()
    untaught = "" if isinstance(example, Example) else example.reason
    return Flags(tuple(dict.fromkeys(personal)), tuple(facts), quoted, untaught)
