"""Whether a reply is right by the contract's measure, with the reason. Pure; no model judges.

A reply is right when it contains some accepted answer (every figure of it, and at least 0.8 of its other words,
lemmatised, stop words aside), is short enough, and doesn't say the opposite.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.figures import figures, unsupported
from chatbot.topics import content

OWN_WORDS = 60
QUOTE_WORDS = 60
"""The contract's limits, in words: outside citations, and quoted."""
SHARE = 0.8
"""The contract's share of an accepted answer's words that a reply must contain."""
_QUOTE = re.compile(r"„(.*?)”(?= ?\[\d+\])", re.DOTALL)
_MARK = re.compile(r"\[\d+\]")
_NEGATION = re.compile(r"\b(?:nie|bez|żad\w+|nigdy|not|no|never|without)\b", re.IGNORECASE)
_YES_NO = re.compile(r"^\s*(tak|nie|yes|no)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Judgement:
    right: bool
    reason: str


def judge(reply: str, accepted: Sequence[str]) -> Judgement:
    """The contract's measure for one reply."""
    if not accepted:
        return Judgement(False, "must not be answered")
    quotes = _QUOTE.findall(reply)
    own = _MARK.sub(" ", _QUOTE.sub(" ", reply))
    if len(own.split()) > OWN_WORDS:
        return Judgement(False, f"{len(own.split())} words outside the quote")
    if sum(len(quote.split()) for quote in quotes) > QUOTE_WORDS:
        return Judgement(False, f"{sum(len(quote.split()) for quote in quotes)} words quoted")
    plain = _MARK.sub(" ", reply)
    if not any(contains(plain, answer) for answer in accepted):
        return Judgement(False, "no accepted answer in it")
    if all(opposite(plain, answer) for answer in accepted if contains(plain, answer)):
        return Judgement(False, "says the opposite")
    return Judgement(True, "contains an accepted answer")


def contains(reply: str, answer: str) -> bool:
    """Every figure of the answer, and 0.8 of its other content lemmas."""
    if unsupported(answer, (reply,)):
        return False
    wanted = [word for word in content(answer) if not any(c.isdigit() for c in word)]
    if not wanted:
        return bool(figures(answer)) or answer.strip().lower() in reply.lower()
    present = Counter(content(reply))
    found = sum(1 for word in wanted if present[word] > 0)
    return found >= SHARE * len(wanted)


def opposite(reply: str, answer: str) -> bool:
    """A yes where the answer begins with a no, or the other way round; or the answer negates and nothing in the reply
    does. A reply may negate more than the answer: a quoted clause has sentences of its own."""
    said, wanted = _YES_NO.match(reply), _YES_NO.match(answer)
    if said and wanted and _is_yes(said[1]) != _is_yes(wanted[1]):
        return True
    return bool(_NEGATION.search(answer)) and not _NEGATION.search(reply)


def exact_match(reply: str, accepted: Sequence[str]) -> float:
    """1 when the reply's text as it is equals an accepted answer, case, punctuation and marks aside."""
    said = _plain(reply)
    return float(any(said == _plain(answer) for answer in accepted))


def f1(reply: str, accepted: Sequence[str]) -> float:
    """Best token F1 of the reply's text as it is against an accepted answer."""
    said = Counter(_plain(reply).split())
    best = 0.0
    for answer in accepted:
        wanted = Counter(_plain(answer).split())
        common = sum((said & wanted).values())
        if common:
            precision, recall = common / sum(said.values()), common / sum(wanted.values())
            best = max(best, 2 * precision * recall / (precision + recall))
    return best


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", _MARK.sub(" ", text).lower()))


def _is_yes(word: str) -> bool:
    return word.lower() in ("tak", "yes")
