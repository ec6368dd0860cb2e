"""What may be said before it is said: quotes stand in their clause, a frame claims nothing. Pure.

A quoted answer is sentences of the clause itself, so its content is grounded by construction; what is checked here is
the frame round it, and a curated answer against the clauses it rests on. Embeddings can't do this: for e5 a negated
sentence is closer to the original than a true paraphrase.
"""

from __future__ import annotations

import re

from chatbot.figures import unsupported
from chatbot.privacy.injection import orders
from chatbot.topics import says, signal_words

FRAME_WORDS = 24
"""Longest opening or closing in words; the contract gives a reply 60 outside its quote."""
_NOT_WORDS = re.compile(r"[^\w\s.,;:!?()…„”“\"'’–—-]|_|www\.|:/|\w\.\w{2,}", re.IGNORECASE)
"""What plain sentences don't have: markup, entities, addresses, signs of any code."""
_NAME = re.compile(r"(?<![.!?:„\"]\s)(?<!^)\b[A-ZŁŚŻŹĆŃÓĘĄ]\w+")


def squeeze(text: str) -> str:
    """One space for any white space."""
    return " ".join(text.split())


def quote_stands(quote: str, clause_text: str) -> bool:
    """The quote is in the clause word for word; only white space may differ."""
    return squeeze(quote) in squeeze(clause_text)


def frame_claims_nothing(frame: str, quote: str, question: str, known_names: tuple[str, ...] = ()) -> bool:
    """Whether a frame may stand round this quote: short, one line, no link or markup, no figure that the quote or the
    question lacks, no name that they lack, no word that would claim something the quote doesn't say, and none that asks
    for a secret, for money, or to go elsewhere."""
    if not frame:
        return True
    if "\n" in frame or len(frame.split()) > FRAME_WORDS or _NOT_WORDS.search(frame):
        return False
    if unsupported(frame, (quote, question)) or says(frame, signal_words("lures")) or orders(frame):
        return False
    allowed = " ".join((quote, question, *known_names)).lower()
    if any(name.lower() not in allowed and not says(name, signal_words("polite")) for name in _NAME.findall(frame)):
        return False
    return all(not says(frame, (word,)) or says(quote, (word,)) for word in signal_words("claim_words"))


def curated_stands(answer: str, clause_texts: tuple[str, ...]) -> bool:
    """Whether every figure of a curated answer still stands in the clauses it rests on. One that rests on no clause
    may hold no figure at all."""
    return not unsupported(answer, clause_texts)
