"""Records for tests: a sound set of any size, in which no two questions are alike, and the parts it is made of."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from chatbot.model.seam import Action
from chatbot.privacy.masking import Masked
from chatbot.privacy.vault import Vault
from finetune.record import Basis, Consent, Decision, Message, Origin, Passage, Pii, Provenance, Record, Review, Role

SYLLABLES = ("ba", "ce", "dzi", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ty", "wo", "zu")
ACCEPTED = Review(Decision.ACCEPTED, "ewa", "2026-11-22T10:00:00Z")


class NoMask:
    """Finds nothing: for tests of everything but masking."""

    def mask(self, text: str, vault: Vault) -> Masked:
        return Masked(text, ())


def thing(n: int) -> str:
    """A made-up name, like no other."""
    rng = random.Random(n)
    return " ".join("".join(rng.choices(SYLLABLES, k=4)) for _ in range(3))


def record(n: int, **values: Any) -> Record:
    """A reviewed conversation of a consenting customer of its own, answered with a sentence of a clause of its own."""
    clause = f"Zwrot rzeczy {thing(n)} jest darmowy przez 30 dni."
    passage = Passage(text=f"{clause} Paczkę nadaje klient.", document="regulamin", clause=f"§ {n}")
    made = Record(
        id=f"r{n}", origin=Origin.CONVERSATION, language="pl", licence="customer consent",
        messages=(Message(Role.USER, f"Czy {thing(n)} oddam za darmo?"),
                  Message(Role.ASSISTANT, f"Już sprawdzam: „{clause}” [1]", 1)),
        provenance=Provenance("store"), consent=Consent(Basis.CUSTOMER, "2026-11-20", "improve-1"), pii=Pii.CLEAN,
        action=Action.QUOTE, passages=(passage,), clauses=(passage.key,), customer=f"{n:032x}",
        conversation=f"{n + 10**6:032x}", review=ACCEPTED,
    )  # fmt: skip
    return replace(made, **values)


def handed_over(n: int) -> Record:
    said = "Nie znalazłem tego w naszych zasadach, przekazuję pytanie konsultantowi."
    return record(n, action=Action.HAND_OVER, clauses=(),
                  messages=(Message(Role.USER, f"Kto projektuje {thing(n)}?"), Message(Role.ASSISTANT, said, 1)))


def sound(count: int = 320) -> list[Record]:
    """A set that no gate refuses: three quarters quote, a quarter hands over."""
    return [handed_over(n) if n % 4 == 0 else record(n) for n in range(1, count + 1)]
