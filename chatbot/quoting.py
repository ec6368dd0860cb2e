"""Which sentences of which clause are quoted: candidates for the model, the choice, the length. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from chatbot.asked import answers_kind
from chatbot.figures import figures
from chatbot.grounding import quote_stands, squeeze
from chatbot.model.seam import Proposal
from chatbot.topics import content
from ingestion import english
from ingestion.documents import Kind, Passage
from ingestion.polish import sentences

CANDIDATES = 16
"""Sentences shown to the model; the shipped adapter was trained on at most as many."""
CANDIDATE_CHARS = 1_500
"""Characters of all candidates together: about 400 tokens, what one proposal may cost (chatbot.model.local)."""
PASSAGES = 5
"""Passages whose sentences are candidates, best first."""
QUOTE_WORDS = 60
"""The contract's longest quote."""
SENTENCE_WEIGHT, SUPPORT_WEIGHT, KIND_WEIGHT = 2.0, 1.0, 1.0
"""What the question's words in a sentence, its words in the clause, and a figure of the kind asked for weigh against
the model's log-probability of the sentence (docs/experiments.md)."""
WIDE_MARGIN = 3.0
"""A lead of the best sentence over the next (in log-probability and shared words) that counts as full."""
BESIDE = 0.02
"""Odds of a neighbouring sentence against the chosen one from which it is quoted too: the less sure the model, the more
is quoted. In long paragraphs forced answers were right 73% instead of 63% of the time; in short clauses nothing
changes (docs/experiments.md)."""
SAME_SUBJECT = 0.5
"""Jaccard of content lemmas from which two sentences speak of one thing."""
_ITEM = re.compile(r"^\s*(?:\d+[.)]|[a-z]\)|[-–•])\s")
_LEANS_BACK = re.compile(
    r"^(?:\d+\.\s*)?(?:Termin ten|Kwota ta|Opłata ta|W takim|W tym przypadku|W takiej|Powyższ|Przepis ten|"
    r"Dotyczy to|To samo|Nie dotyczy to|Zasada ta|Wyjąt)"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted; ``passage`` indexes the passages it was taken from."""

    text: str
    passage: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What is quoted: ``text`` stands word for word in the passage but for "(…)" where it was cut.

    ``p`` is the model's probability of the main sentence (lexical share where the model gives none), ``support`` the
    share of the question's content lemmas in the clause, its title and headings, and what customers call it;
    ``margin`` the lead over the next best sentence, from 0 to 1; ``kind`` as `chatbot.asked` gives it.
    """

    text: str
    passage: int
    p: float
    support: float
    margin: float = 1.0
    kind: float = 0.5


def candidates(passages: Sequence[Passage]) -> tuple[Candidate, ...]:
    """The sentences of the best passages in rank order, within the model's budget."""
    found: list[Candidate] = []
    spent = 0
    for number, passage in enumerate(passages[:PASSAGES]):
        for sentence in sentences(passage.chunk.text):
            text = squeeze(sentence).strip("| ")
            if not any(c.isalpha() for c in text):
                continue
            spent += len(text)
            if found and (spent > CANDIDATE_CHARS or len(found) == CANDIDATES):
                return tuple(found)
            found.append(Candidate(text, number))
    return tuple(found)


def choose(
    question: str,
    passages: Sequence[Passage],
    choices: Sequence[Candidate],
    proposal: Proposal | None,
    words: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType({}),
) -> Quote | None:
    """The quote for this question: the model's log-probability of each sentence, weighed with the question's words and
    the kind of figure it asks for. Without a proposal (the model is down) these decide alone. ``words`` are
    `chatbot.retrieval.customers_words`. None when there is nothing to choose from."""
    if not choices:
        return None
    asked = _senses(question)
    shared = [_share(asked, content(choice.text)) for choice in choices]
    supports = [_support(asked, passage, words) for passage in passages]
    kinds = [answers_kind(question, choice.text) for choice in choices]
    weighed = [
        log + SENTENCE_WEIGHT * share + SUPPORT_WEIGHT * supports[choice.passage] + KIND_WEIGHT * kind
        for log, share, choice, kind in zip(
            _log_probabilities(proposal, len(choices)), shared, choices, kinds, strict=True
        )
    ]
    best = max(range(len(choices)), key=weighed.__getitem__)
    lead = weighed[best] - max((w for i, w in enumerate(weighed) if i != best), default=-math.inf)
    also = proposal.sentences if proposal and best in proposal.sentences else ()
    whole = _complete(choices, best, also, weighed if proposal and proposal.scores else ())
    return Quote(
        text=shorten(whole, frozenset[str]().union(*asked)),
        passage=choices[best].passage,
        p=math.exp(proposal.scores[best]) if proposal and proposal.scores else shared[best],
        support=supports[choices[best].passage],
        margin=min(1.0, lead / WIDE_MARGIN),
        kind=kinds[best],
    )


def conflict(quote: Quote, passages: Sequence[Passage]) -> Passage | None:
    """A passage of another document of the same rank that speaks of the same thing with other figures, if any.

    Documents of different rank don't conflict: the higher one (see `Kind`) holds.
    """
    own = passages[quote.passage].chunk
    mine, values = frozenset(content(quote.text)), _values(quote.text)
    for passage in passages[:PASSAGES]:
        other = passage.chunk
        if other.document == own.document or other.kind is not own.kind or other.kind is Kind.FAQ:
            continue
        for sentence in sentences(other.text):
            theirs, their_values = frozenset(content(sentence)), _values(sentence)
            same = len(mine & theirs) / max(1, len(mine | theirs))
            clash = any(unit in their_values and not (their_values[unit] & values[unit]) for unit in values)
            if same >= SAME_SUBJECT and clash:
                return passage
    return None


def shorten(text: str, asked: frozenset[str], limit: int = QUOTE_WORDS) -> str:
    """At most ``limit`` words: whole parts (between ; or , or :) round the one that shares most with the question, cuts
    shown as "(…)". A single longer part is cut at the limit."""
    if len(text.split()) <= limit:
        return text
    parts = re.split(r"(?<=[;,:])\s+", text)
    best = max(range(len(parts)), key=lambda i: len(asked & frozenset(content(parts[i]))))
    first = last = best
    room = limit - 2
    while len(" ".join(parts[first : last + 1]).split()) <= room:
        grown = [(first - 1, last)] if first else []
        grown += [(first, last + 1)] if last + 1 < len(parts) else []
        fitting = [(a, b) for a, b in grown if len(" ".join(parts[a : b + 1]).split()) <= room]
        if not fitting:
            break
        first, last = fitting[0]
    kept = " ".join(" ".join(parts[first : last + 1]).split()[:room])
    head = "(…) " if first else ""
    tail = " (…)" if last + 1 < len(parts) or not text.endswith(kept) else ""
    return f"{head}{kept}{tail}"


def stands(quote: str, clause_text: str) -> bool:
    """Whether each piece of a (possibly shortened) quote stands in the clause word for word."""
    pieces = [piece.strip() for piece in quote.split("(…)") if piece.strip()]
    return bool(pieces) and all(quote_stands(piece, clause_text) for piece in pieces)


def _complete(choices: Sequence[Candidate], best: int, also: Sequence[int], weighed: Sequence[float]) -> str:
    """The chosen sentence with what it can't be read without: the head of its list, the sentence it leans on, or the
    items it announces; its neighbours that the model chose too; and those it was nearly as sure of, while there is
    room. ``weighed`` is empty where the model gave no odds."""
    passage = choices[best].passage
    first = last = best
    if _ITEM.match(choices[best].text):
        head = next((i for i in range(best - 1, -1, -1) if choices[i].text.endswith(":")), None)
        if head is not None and choices[head].passage == passage:
            between = [choices[head].text, *([] if head == best - 1 else ["(…)"]), choices[best].text]
            return " ".join(between)
    if _LEANS_BACK.match(choices[best].text) and best and choices[best - 1].passage == passage:
        first -= 1
    while (
        last + 1 < len(choices)
        and choices[last + 1].passage == passage
        and (
            (
                (choices[last].text.endswith(":") or _ITEM.match(choices[last].text))
                and _ITEM.match(choices[last + 1].text)
                and choices[best].text.endswith(":")
            )
            or last + 1 in also
        )
    ):
        last += 1
    first, last = _widened(choices, best, (first, last), weighed)
    return _joined(choices, first, last)


def _widened(
    choices: Sequence[Candidate], best: int, span: tuple[int, int], weighed: Sequence[float]
) -> tuple[int, int]:
    """``span`` grown by the likelier neighbour of the same passage, again and again."""
    first, last = span
    if not weighed:
        return span
    floor = weighed[best] + math.log(BESIDE)
    while True:
        grown = [(first - 1, last, first - 1), (first, last + 1, last + 1)]
        fitting = [
            (weighed[new], a, b)
            for a, b, new in grown
            if 0 <= new < len(choices)
            and choices[new].passage == choices[best].passage
            and weighed[new] >= floor
            and len(_joined(choices, a, b).split()) <= QUOTE_WORDS
        ]
        if not fitting:
            return first, last
        _, first, last = max(fitting)


def _joined(choices: Sequence[Candidate], first: int, last: int) -> str:
    return " ".join(choice.text for choice in choices[first : last + 1])


def _log_probabilities(proposal: Proposal | None, count: int) -> list[float]:
    """As the model gives them (with giving up they sum to one); all equal where it gives none."""
    if proposal is None or len(proposal.scores) != count:
        chosen = set(proposal.sentences) if proposal else set()
        return [0.0 if not chosen or i in chosen else -4.0 for i in range(count)]
    return list(proposal.scores)


def _senses(question: str) -> frozenset[frozenset[str]]:
    """What the question asks about: each of its content lemmas; of an English one, each with what it is in Polish."""
    if english.is_english(question):
        return frozenset(filter(None, (frozenset(content(" ".join(one))) for one in english.senses(question))))
    return frozenset(frozenset((lemma,)) for lemma in content(question))


def _share(asked: Collection[frozenset[str]], words: Iterable[str]) -> float:
    """Of what is asked about, the part that these words speak of."""
    said = frozenset(words)
    return sum(not sense.isdisjoint(said) for sense in asked) / len(asked) if asked else 0.0


def _support(
    asked: Collection[frozenset[str]], passage: Passage, words: Mapping[tuple[str, str], frozenset[str]]
) -> float:
    chunk = passage.chunk
    own = content(" ".join((chunk.text, chunk.title, *chunk.headings)))
    return _share(asked, (*own, *words.get((chunk.document, chunk.clause), ())))


def _values(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for figure in figures(text):
        if figure.unit is not None:
            found.setdefault(figure.unit, set()).add(str(figure.value))
    return found
