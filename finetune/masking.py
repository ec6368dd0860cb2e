"""Records without personal data, by the service's own recognisers, or no record at all.

Fails closed: where masking breaks down, or a second look still finds something, the record is refused with the reason.
What stands word for word in a passage shown is the company's own and stays readable (its telephone, its address).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

import structlog

from chatbot.answering import PUBLIC_TEXTS
from chatbot.privacy.entities import Entity
from chatbot.privacy.masking import Masked, Masker
from chatbot.privacy.opening import open_masker
from chatbot.privacy.public import PublicNames
from chatbot.privacy.vault import Vault
from finetune.record import Pii, Record, Role
from ingestion import company as companies
from ingestion.errors import ProductError
from ingestion.search import Searcher
from ingestion.settings import Settings

log = structlog.get_logger()


class Masking(Protocol):
    """What is needed of `chatbot.privacy.masking.Masker`."""

    def mask(self, text: str, vault: Vault) -> Masked: ...


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was not taken, and why, without any of its words."""

    where: str
    reason: str


def opened(settings: Settings) -> Masker:
    """The service's masker, with the names of the company's indexed documents as public ones."""
    company = companies.load(settings.company)
    try:
        names = PublicNames.of(islice(Searcher(settings, company).texts(), PUBLIC_TEXTS))
    except ProductError as error:  # no index yet: then no name is public, which is the safe side
        log.info("masking.no_index", error=str(error))
        names = PublicNames()
    return open_masker(settings, company, names)


def masked(record: Record, masker: Masking, where: str = "") -> Record | Refused:
    """The record with placeholders, its PII status set; or why it is refused."""
    where = where or record.id
    vault = Vault()
    ours = " ".join(one.text for one in record.passages)
    try:
        messages = tuple(
            one if one.role is Role.SYSTEM else replace(one, content=_mask(one.content, masker, vault, ours))
            for one in record.messages)
        rejected = _mask(record.rejected, masker, vault, ours) if record.rejected else record.rejected
        cleaned = replace(record, messages=messages, rejected=rejected)
        kinds = sorted({kind for text in cleaned.texts for kind in left(text, masker, ours)})
    except Exception as error:
        # Whatever went wrong in there, an unmasked text must not come out: refused, and named.
        log.exception("masking.failed", where=where, error=type(error).__name__)
        return Refused(where, f"masking failed ({type(error).__name__}): it is not taken")
    if kinds:
        return Refused(where, f"personal data is left after masking ({', '.join(kinds)}): it is not taken")
    hidden = messages != record.messages or rejected != record.rejected
    return replace(cleaned, pii=Pii.MASKED if hidden or record.pii is Pii.MASKED else Pii.CLEAN)


def left(text: str, masker: Masking, ours: str = "") -> tuple[str, ...]:
    """Kinds of personal data that a text still has, our placeholders and the company's own words aside."""
    found = masker.mask(text, Vault())
    return tuple(sorted({str(one.kind) for one in found.entities
                         if one.kind is not Entity.PLACEHOLDER and not standing(text[one.start:one.end], ours)}))


def leftover(texts: Iterable[tuple[str, str]], masker: Masking) -> dict[str, tuple[str, ...]]:
    """For pairs of a text and the passages shown with it: what personal data is in the text, where there is any."""
    return {text: kinds for text, ours in texts if text.strip() and (kinds := left(text, masker, ours))}


def _mask(text: str, masker: Masking, vault: Vault, ours: str) -> str:
    """Placeholders that the text has already, from the service's own masking, stay as they are."""
    made = masker.mask(text, vault)
    out, end = [], 0
    for one in made.entities:
        original = text[one.start:one.end]
        kept = one.kind is Entity.PLACEHOLDER or standing(original, ours)
        out += [text[end:one.start], original if kept else one.placeholder]
        end = one.end
    return "".join(out) + text[end:]


def standing(piece: str, ours: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", ours) is not None
