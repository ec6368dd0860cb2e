"""A clause's statement as a customer's question: "Koszt odesłania ponosisz sam." → "Czy koszt odesłania ponoszę sam?".

Polish makes a yes-no question of a statement by "czy" in front; what the company says to the customer (ponosisz, Twój,
zwracamy) is turned round as the customer would say it (ponoszę, mój, zwracacie), by Morfeusz. Not covered: imperatives,
lists, conditions over several sentences; such sentences give no question.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ingestion.polish import fold

WORDS = (4, 20)
"""Of a sentence that becomes a question; a longer one nobody asks."""
TURNED = {
    "ci": "mi", "cię": "mnie", "ciebie": "mnie", "tobie": "mnie", "tobą": "mną", "twój": "mój", "twoja": "moja",
    "twoje": "moje", "twojego": "mojego", "twojej": "mojej", "twoją": "moją", "twoim": "moim", "twoich": "moich",
    "twoimi": "moimi", "twojemu": "mojemu", "nam": "wam", "nas": "was", "nami": "wami", "nasz": "wasz",
    "nasza": "wasza", "nasze": "wasze", "naszego": "waszego", "naszej": "waszej", "naszą": "waszą",
    "naszym": "waszym", "naszych": "waszych", "my": "wy", "jesteśmy": "jesteście",
}  # fmt: skip
_PLAIN = re.compile(r"[\w ,–-]+(?: zł)?[\w ,–-]*\.$")
_REFERS = re.compile(r"\b(?:ust|pkt|art|lit|par|o ktor\w+ mowa|powyz\w+|ponizsz\w+|niniejsz\w+|nastepujac\w+)\b")
_SHORTENED = re.compile(r"\b(?:r|zł|tys|mln|itp|itd|np)\.$")
_WORD = re.compile(r"\w+")


def question(sentence: str) -> str | None:
    """The question, or None for a sentence that gives no natural one."""
    text = " ".join(sentence.split())
    count = len(text.split())
    if not WORDS[0] <= count <= WORDS[1] or not _PLAIN.match(text) or _SHORTENED.search(text):
        return None
    if _REFERS.search(fold(text).lower()):
        return None
    words = _WORD.findall(text)
    tags = {word: _tags(word) for word in words}
    if any(tag.startswith("impt") and not any(other.startswith(("fin", "subst")) for other in found)
           for found in tags.values() for tag in found):
        return None
    if not any(tag.startswith("fin") for found in tags.values() for tag in found) or text.lower().startswith("czy "):
        return None
    turned = _WORD.sub(lambda match: _turned(match[0]), text.rstrip("."))
    first = turned.split()[0]
    kept = first if (first.isupper() and len(first) > 1) or _is_name(first) else first[:1].lower() + first[1:]
    return f"Czy {kept}{turned[len(first):]}?"


def typed(text: str) -> str:
    """As it is typed on a telephone: no Polish letters, no capitals, no question mark."""
    return fold(text).lower().rstrip("?. ")


def _turned(word: str) -> str:
    lower = word.lower()
    made = TURNED.get(lower) or _other_person(lower)
    return word if made is None else made[:1].upper() + made[1:] if word[:1].isupper() else made


@cache
def _other_person(word: str) -> str | None:
    """ponosisz → ponoszę, zwracamy → zwracacie; None for any other word."""
    for _, _, (_, lemma, tag, *_) in _morfeusz().analyse(word):
        for mine, yours in (("fin:sg:sec", "fin:sg:pri"), ("fin:pl:pri", "fin:pl:sec")):
            if tag.startswith(mine):
                forms = [form for form, _, other, *_ in _morfeusz().generate(lemma) if other.startswith(yours)]
                return str(forms[0]) if forms else None
    return None


@cache
def _tags(word: str) -> tuple[str, ...]:
    return tuple(tag for _, _, (_, _, tag, *_) in _morfeusz().analyse(word))


@cache
def _is_name(word: str) -> bool:
    """Written with a capital wherever it stands: no reading of it is a common word."""
    lemmas = [lemma for _, _, (_, lemma, _, *_) in _morfeusz().analyse(word)]
    return bool(lemmas) and all(lemma[:1].isupper() for lemma in lemmas)


@cache
def _morfeusz() -> Any:
    import morfeusz2

    return morfeusz2.Morfeusz()
