"""What a quoted sentence can't be understood without: the sentence that another clause, or another part of its own, has
ready for it. Pure but for the look-up of clauses.

"Termin ten liczy się od…" leans on the paragraph before, "…, o którym mowa w ust. 2" on the one it names, and a point
of an enumeration on its opening. A customer reads one quote, not the whole document, so what it leans on is quoted too.
A third of the sentences of statutes lean so; three quarters of what they lean on is found (docs/experiments.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chatbot.grounding import squeeze
from ingestion.documents import Chunk
from ingestion.polish import sentences

Find = Callable[[str], Chunk | None]
"""The clause of that label in the same document on the same day."""
ROOM = 12
"""Words that must be left of the longest quote for the sentence leant on; fewer say nothing, and it is only cited."""
_NUMBER = r"\d{1,3}[a-z]{0,2}"
_UNIT = rf"(?P<unit>art\.|§|ust\.|pkt) ?(?P<number>{_NUMBER})(?: (?P<unit2>§|ust\.|pkt) ?(?P<number2>{_NUMBER}))?"
_NAMES = re.compile(
    rf"\b(?:o (?:któr\w+|czym) mowa|(?:określon|wskazan|wymienion|przewidzian|opisan|ustalon)\w+|zgodnie z|"
    rf"stosownie do) (?:w )?{_UNIT}",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"^[^,;:]{0,40}\b(?:ustawy|rozporządzenia|kodeksu|dyrektywy|RODO|regulaminu|cennika|polityki|załącznika|konwencji)\b"
)
"""What follows a reference to another document."""
_THESE = "|".join(("Termin", "Kwot", "Opłat", "Praw", "Przepis", "Zasad", "Obowiąz", "Uprawnie", "Dokument", "Umow",
                   "Rabat", "Kar[aęy]", "Zwrot", "Limit"))
_LEANS_BACK = re.compile(
    rf"^(?:(?:{_THESE})\w* (?:ten|tego|temu|tym|ta|tej|tę|tą|to|te|tych)|"
    r"W (?:takim|takiej|takich|tym|tych|powyższym|powyższych) (?:przypadk|wypadk|sytuacj|raz)\w+|"
    r"Powyższ\w+|Nie dotyczy to|Dotyczy to|To samo|Tak samo)\b"
)
_MARKER = re.compile(rf"^\s*(?:§ ?)?(?P<number>{_NUMBER})[.)] ")
_ITEM = re.compile(r"^\s*(?:\d{1,3}[a-z]{0,2}|[a-z]{1,2})\) ")
_ORDER = ("art.", "§", "ust.", "pkt", "lit.")
_SPLIT = re.compile(r"(?:(?<=^)|(?<=\n)|(?<=[.;:,!?”\"] ))(?=(?:§ ?)?\d{1,3}[a-z]{0,2}[.)] \S)")
WIDEST = 5
"""Units in one part, as '§ 2 ust. 3–7' is of five: the labels under which a unit is looked for."""
Path = list[tuple[str, str]]
"""('§', '2'), ('ust.', '3')."""


@dataclass(frozen=True, slots=True)
class Context:
    """A sentence that stands word for word in ``chunk``."""

    chunk: Chunk
    text: str


def leant_on(quote: str, chunk: Chunk, find: Find) -> Context | None:
    """The sentence that the quote leans on; None where it stands by itself, or what it leans on isn't there."""
    own = _path(chunk.clause)
    numbered = _MARKER.match(quote)
    if numbered and own and "–" in own[-1][1]:
        own = [*own[:-1], (own[-1][0], numbered["number"])]  # of several units, the one that is quoted
    targets = [*_named(quote, own), *_before(quote, own)]
    found = [*filter(None, [_opening(quote, chunk, own, find)]),
             *(one for target in targets if (one := _first_sentence(target, chunk, find)) is not None)]
    return next((one for one in found if squeeze(one.text) not in squeeze(quote)), None)


def _named(quote: str, own: Path) -> Iterator[Path]:
    """The units of this document that the quote names, in full."""
    for match in _NAMES.finditer(quote):
        if _ANOTHER.match(quote[match.end() :]):
            continue
        named = [(match["unit"].lower(), match["number"])]
        if match["unit2"]:
            named.append((match["unit2"].lower(), match["number2"]))
        depth = _ORDER.index(named[0][0])
        target = [*(one for one in own if _ORDER.index(one[0]) < depth), *named]
        if target != own:
            yield target


def _before(quote: str, own: Path) -> Iterator[Path]:
    """The unit before the quote's, where the quote points back with its first words."""
    if own and own[-1][1].isdigit() and int(own[-1][1]) > 1 and _LEANS_BACK.match(_MARKER.sub("", quote)):
        yield [*own[:-1], (own[-1][0], str(int(own[-1][1]) - 1))]


def _opening(quote: str, chunk: Chunk, own: Path, find: Find) -> Context | None:
    """Of the enumeration whose point is quoted, where that stands in another part of the clause."""
    lead = chunk.headings[-1] if chunk.headings else ""
    if not (_ITEM.match(quote) and lead.endswith(":") and own):
        return None
    first = "a" if own[-1][0] == "lit." else "1"
    holder = _holder([*own[:-1], (own[-1][0], first)], find)
    return Context(holder, squeeze(lead)) if holder and squeeze(lead) in squeeze(holder.text) else None


def _first_sentence(target: Path, chunk: Chunk, find: Find) -> Context | None:
    """Of that unit, which is a clause, a part of one, or stands in one with others."""
    for depth in range(len(target), 0, -1):
        rest = target[depth:]
        holder = chunk if _holds(chunk.clause, target[:depth]) else _holder(target[:depth], find)
        if holder is None:
            continue
        text: str | None = holder.text
        for _, number in rest if _path(holder.clause) == target[:depth] else [*target[depth - 1 : depth], *rest]:
            text = _part(text or "", number)
        said = next((one for one in sentences(text or "") if any(c.isalpha() for c in one)), None)
        return Context(holder, squeeze(said)) if said else None
    return None


def _holder(target: Path, find: Find) -> Chunk | None:
    """The chunk of that label, or of a row of units with it."""
    exact = find(_label(target))
    unit, number = target[-1]
    if exact is not None or not number.isdigit():
        return exact
    wanted = int(number)
    rows = ((first, last) for first in range(wanted, max(0, wanted - WIDEST), -1)
            for last in range(max(wanted, first + 1), first + WIDEST))
    labels = (_label([*target[:-1], (unit, f"{first}–{last}")]) for first, last in rows)
    return next((found for label in labels if (found := find(label)) is not None), None)


def _holds(label: str, target: Path) -> bool:
    """Whether the target is that label's unit, or one of its row ('§ 2 ust. 3' of '§ 2 ust. 2–4')."""
    own = _path(label)
    if not own or [unit for unit, _ in own] != [unit for unit, _ in target] or own[:-1] != target[:-1]:
        return False
    first, _, last = own[-1][1].partition("–")
    number = target[-1][1]
    if not last:
        return first == number
    return all(map(str.isdigit, (first, last, number))) and int(first) <= int(number) <= int(last)


def _part(text: str, number: str) -> str | None:
    pieces = (piece for piece in _SPLIT.split(text) if piece.strip())
    return next((piece for piece in pieces if (found := _MARKER.match(piece)) and found["number"] == number), None)


def _path(label: str) -> Path:
    """Empty for a label that is none."""
    return [(unit.lower(), number) for unit, number in re.findall(r"(Art\.|§|ust\.|pkt|lit\.) ?(\w+(?:–\w+)?)", label)]


def _label(path: Path) -> str:
    return " ".join(f"{'Art.' if unit == 'art.' else unit} {number}" for unit, number in path)
