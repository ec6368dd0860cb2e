"""Whether the form of a text can answer the form of a question. Pure.

"Czy mogę…?" is answered by "Tak, …" or "Nie. …" half the time on help pages; "Jak…?", "Gdzie…?", "Ile…?" never are.
Neither words nor vectors see it: the texts speak of the same things.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion.polish import fold


@dataclass(frozen=True, slots=True)
class Weights:
    """In deviations of the fused score. On support-faq 0.5 to 0.9 gave +0.4 to +1.1 nDCG points on either half
    (docs/experiments.md); statutes and encyclopaedias don't answer by yes and no, and stay as they are."""

    verdict: float = 0.7


WEIGHTS = Weights()

_VERDICT = re.compile(r"\s*(?:(?:tak|nie|yes|no)\s*[,.!;:–—-]|niestety\b|unfortunately\b)")
"""An answer that begins with its verdict. Without a mark behind it, "Nie" only negates the verb, as in statutes."""
_WHETHER = re.compile(r"\bczy\b|^\W*(?:can|could|do|does|did|is|are|was|were|will|would|may|must|should|have|has)\b")
_OPEN = re.compile(
    r"\b(?:jak|jaki|jaka|jakie|jakim|jakich|gdzie|skad|dokad|kiedy|ile|ilu|co|czym|czego|dlaczego|czemu|kto|kogo|komu|"
    r"kim|ktory|ktora|ktore|ktorym|ktorych|how|where|when|what|why|who|which)\b"
)
_SENTENCE = re.compile(r"(?<=[.?!])\s+")


def fit(question: str, text: str) -> float:
    """What is added to the fused score of ``text``: positive for a yes-or-no answer to a yes-or-no question, negative
    for one to an open question, else 0."""
    return asks_whether(question) * WEIGHTS.verdict if gives_verdict(text) else 0.0


def asks_whether(question: str) -> int:
    """1: for yes or no; -1: an open question; 0: neither can be told. The last sentence with a question mark counts."""
    said = [sentence for sentence in _SENTENCE.split(fold(question.lower())) if sentence.strip()]
    asked = [sentence for sentence in said if sentence.rstrip().endswith("?")] or said
    if not asked:
        return 0
    whether, open_ = _WHETHER.search(asked[-1]), _OPEN.search(asked[-1])
    if whether and (open_ is None or whether.start() < open_.start()):
        return 1
    return -1 if open_ else 0


def gives_verdict(text: str) -> bool:
    return bool(_VERDICT.match(fold(text[:20].lower())))
