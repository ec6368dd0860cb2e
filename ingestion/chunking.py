"""From clauses and FAQ entries to chunks, the units of retrieval and citation.

A clause that fits is one chunk. A longer one is split where its own units begin (§ or ust., then pkt, then lit.), the
units packed together as far as they fit and named in the label ('§ 2 ust. 1 pkt 4–7'); a unit that is still too long
is split at sentences by LlamaIndex's splitter. No chunk crosses a clause; tables stay whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from llama_index.core.node_parser import SentenceSplitter

from ingestion import polish
from ingestion.documents import Chunk, Clause, Kind, Text, Validity

CHUNK_CHARACTERS = 700
"""About 200 tokens of multilingual-e5 (3.4 characters a token over 26k statute articles, which average 311 tokens)."""
TABLE_CHARACTERS = 1_500
"""About 440 tokens: the embedder reads 512, so more of a table would not be found; then it is split between rows."""
LEAST_CHARACTERS = 60
"""A part that is shorter joins the one before it: alone it says nothing."""
LEAD_CHARACTERS = 200
"""Of the sentence that introduces an enumeration, kept as a heading of the parts that were split from it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """``path`` is the unit it is of, ('ust. 2', 'pkt 4'); ``until`` the last of a row of units ('pkt 7'). ``lead`` is
    the sentence that introduces the enumeration it was cut from, '' where that stands in ``text``."""

    text: str
    path: tuple[str, ...]
    until: str = ""
    lead: str = ""

    @property
    def unit(self) -> str:
        return " ".join(self.path) + (f"–{self.until.rsplit(' ', 1)[1]}" if self.until else "")


def chunks(
    text: Text, *, document: str, version: str, validity: Validity, source: str, collection: str = "default",
    audience: str = "customer",
) -> list[Chunk]:  # fmt: skip
    """Chunks in reading order; ``position`` counts them from 0. Joined, they hold each clause's text once."""

    def chunk(
        position: int, clause: str, body: str, headings: tuple[str, ...] = (), kind: Kind = text.kind, **more: object
    ) -> Chunk:
        return Chunk(
            document=document, version=version, clause=clause, title=text.title, text=body, position=position,
            kind=kind, validity=validity, source=source, headings=headings, collection=collection,
            language=text.language, audience=audience, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    made = [
        chunk(place, entry.question, entry.answer, kind=Kind.FAQ, questions=(entry.question, *entry.paraphrases),
              rests_on=entry.rests_on, topic=entry.topic)
        for place, entry in enumerate(text.faq)
    ]  # fmt: skip
    for clause in text.clauses:
        for part in split(clause):
            unit = clause.label or text.title
            made.append(chunk(len(made), part.label or text.title, part.text, part.headings, unit=unit))
    return made


def split(clause: Clause) -> list[Clause]:
    """The clause, or its parts with what they are in the path. The parts' texts, joined, are the clause's but for
    white space between them."""
    if len(clause.text) <= CHUNK_CHARACTERS:
        return [clause]
    parts = _merged(_packed(_parts(clause.text, 0, (), "")))
    if len(parts) == 1:
        return [Clause(clause.path, clause.headings, clause.text)]
    units = Counter(part.unit for part in parts)
    seen: Counter[str] = Counter()
    named = []
    for part in parts:
        seen[part.unit] += 1
        unit = [part.unit] if part.unit else []
        if units[part.unit] > 1:
            unit.append(f"cz. {seen[part.unit]}")
        path = (*(clause.path or clause.headings[-1:]), *unit)
        named.append(Clause(path, (*clause.headings, part.lead) if part.lead else clause.headings, part.text))
    return named


_MARKERS = (
    ("ust.", re.compile(r"(?=\d{1,3}[a-z]{0,2}\. )(?:(?<=^)|(?<=\n)|(?<=[.;!?”\"] ))(\d{1,3}[a-z]{0,2})\. (?=\S)")),
    ("§", re.compile(r"(?=§)(?:(?<=^)|(?<=\n)|(?<=[.;!?”\"] ))§ ?(\d{1,3}[a-z]{0,2})\. (?=\S)")),
    ("pkt", re.compile(r"(?=\d{1,3}[a-z]{0,2}\) )(?:(?<=^)|(?<=\n)|(?<=[:,;] ))(\d{1,3}[a-z]{0,2})\) (?=\S)")),
    ("lit.", re.compile(r"(?=[a-z]{1,2}\) )(?:(?<=^)|(?<=\n)|(?<=[:,;] ))([a-z]{1,2})\) (?=\S)")),
)
"""Each level's marker, at a line's start or inside a line, as statutes come in one line. What stands first is only
for speed: it fails at once nearly everywhere."""

_QUOTED = re.compile(r"„[^„”]*”|\"[^\"]*\"")


def _parts(text: str, level: int, path: tuple[str, ...], lead: str) -> list[_Part]:
    """Cut at the first level that has two markers in order, and what is still too long at the deeper ones. Where one
    enumeration stands inside an item of another, nobody can tell which marker is whose, and a wrong number is worse
    than none."""
    if len(text) <= CHUNK_CHARACTERS:
        return [_Part(text, path, lead=lead)]
    runs = _runs(text, _MARKERS[level][1]) if level < len(_MARKERS) else []
    if level == len(_MARKERS) or any(run.inner for run in runs):
        return [_Part(piece, path, lead=lead) for piece in _lines(text)]
    if not runs:
        return _parts(text, level + 1, path, lead)
    found: list[_Part] = []
    begins = [0, *(run.opening for run in runs[1:])]
    for place, (run, begin, end) in enumerate(zip(runs, begins, (*begins[1:], len(text)), strict=True), start=1):
        inside = (*path, f"wyliczenie {place}") if place > 1 else path
        found += _enumerated(text[begin:end], [(at - begin, number) for at, number in run.starts], level, inside, lead)
    return found


def _enumerated(
    text: str, starts: list[tuple[int, str]], level: int, path: tuple[str, ...], lead: str
) -> list[_Part]:
    """The parts of one enumeration with its opening. ``starts``: where its markers stand."""
    opening = text[: starts[0][0]]
    found = _parts(opening, level + 1, path, lead) if opening.strip() else []
    if opening.rstrip().endswith(":"):
        lead = polish.sentences(opening)[-1]
        if len(lead) > LEAD_CHARACTERS:
            lead = f"… {lead[-LEAD_CHARACTERS:].split(' ', 1)[-1]}"
    ends = [start for start, _ in starts[1:]] + [len(text)]
    for (start, number), end in zip(starts, ends, strict=True):
        found += _parts(text[start:end], level + 1, (*path, f"{_MARKERS[level][0]} {number}"), lead)
    return found


@dataclass(frozen=True, slots=True)
class _Run:
    """An enumeration: where the sentence that opens it begins, and where each marker stands. ``announced``: that
    sentence ends in a colon; ``inner``: it is an item of another enumeration."""

    opening: int
    starts: list[tuple[int, str]]
    announced: bool = False
    inner: bool = False


def _runs(text: str, pattern: re.Pattern[str]) -> list[_Run]:
    """Enumerations of two markers or more that count up from 1 or a by one (or by a letter: 2, 2a), so that a year is
    none. One that counts from 1 again is another. What is quoted has numbers of its own, which are not the clause's."""
    runs: list[_Run] = []
    before = 0
    for match in pattern.finditer(_unquoted(text)):
        marker = (match.start(), match[1])
        alone = len(runs) > 1 and len(runs[-1].starts) == 1 and not runs[-1].announced
        if alone and _follows(runs[-2].starts[-1][1], match[1]):  # that was an 'art. 1.' at a sentence's end, say
            runs.pop()
        if runs and _follows(runs[-1].starts[-1][1], match[1]):
            runs[-1].starts.append(marker)
        elif match[1] in ("1", "a"):
            runs.append(_begun(text[before : match.start()], before, marker) if runs else _Run(0, [marker]))
        before = match.start()
    return [run for run in runs if len(run.starts) > 1]


def _begun(above: str, at: int, marker: tuple[int, str]) -> _Run:
    """The enumeration that begins behind ``above``, which begins ``at``, with an item of the one before: the last
    sentence opens it, unless that is an item itself."""
    last = [piece for piece in polish.pieces(above) if piece.strip()][-1]
    item = any(pattern.match(last) for _, pattern in _MARKERS)
    announced = last.rstrip().endswith(":")
    return _Run(marker[0] if item else at + above.rindex(last), [marker], announced, item and announced)


def _unquoted(text: str) -> str:
    """As long as the text, with blanks for what it quotes; as it is where its quotation marks don't pair."""
    if text.count("„") != text.count("”") or text.count('"') % 2:
        return text
    found = 1
    while found:  # quotes inside quotes go first
        text, found = _QUOTED.subn(lambda match: f"{' ' * (len(match[0]) - 1)}.", text)
    return text


def _follows(before: str, number: str) -> bool:
    if before[0].isalpha():
        return len(number) == len(before) and ord(number[-1]) == ord(before[-1]) + 1
    old, new = int(re.findall(r"\d+", before)[0]), int(re.findall(r"\d+", number)[0])
    return new == old + 1 or (new == old and number.lstrip("0123456789") > before.lstrip("0123456789"))


def _lines(text: str) -> Iterator[str]:
    """Text without markers: tables whole where they fit, the rest by sentences."""
    for block in re.findall(r"(?:^\|.*\n?)+|(?:^(?!\|).*\n?)+", text, re.M):
        if not block.startswith("|"):
            yield from _splitter(CHUNK_CHARACTERS).split_text(block)
        elif len(block) <= TABLE_CHARACTERS:
            yield block
        else:
            yield from _rows(block)


def _rows(block: str) -> Iterator[str]:
    held = ""
    for row in block.splitlines(keepends=True):
        if held and len(held) + len(row) > TABLE_CHARACTERS:
            yield from _splitter(TABLE_CHARACTERS).split_text(held)
            held = ""
        held += row
    yield from _splitter(TABLE_CHARACTERS).split_text(held)


@lru_cache(4)
def _splitter(characters: int) -> SentenceSplitter:
    """LlamaIndex's splitter, measuring characters, with Polish sentences; commas, words and letters where one is
    longer than all that."""
    return SentenceSplitter(
        chunk_size=characters, chunk_overlap=0, tokenizer=list, paragraph_separator="\n\n",
        chunking_tokenizer_fn=polish.pieces, secondary_chunking_regex=r"[^,;:]+[,;:]?|[,;:]",
    )  # fmt: skip


def _packed(parts: list[_Part]) -> list[_Part]:
    """Neighbours that are units of one enumeration, or its opening and its first unit, joined while they fit."""
    packed: list[_Part] = []
    for place, part in enumerate(parts):
        last = packed[-1] if packed else None
        limit = TABLE_CHARACTERS if part.text.startswith("|") else CHUNK_CHARACTERS
        fits = last is not None and len(last.text) + len(part.text) + 1 <= limit
        if place + 1 < len(parts) and _opens(part, parts[place + 1]) and last is not None and last.path != part.path:
            fits = fits and _opens(last, part)  # it belongs to what follows it
        if last is not None and fits and (last.path == part.path or _siblings(last, part) or _opens(last, part)):
            packed[-1] = _joined(last, part)
        else:
            packed.append(part)
    return packed


def _merged(parts: list[_Part]) -> list[_Part]:
    """A remnant joins its neighbour, and a sentence that ends in a colon what it introduces."""
    merged: list[_Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        tiny = last is not None and min(len(last.text.strip()), len(part.text.strip())) < LEAST_CHARACTERS
        opening = last is not None and _opens(last, part) and last.text.rstrip().endswith(":")
        if last is not None and (tiny or opening) and len(last.text) + len(part.text) <= TABLE_CHARACTERS:
            merged[-1] = _joined(last, part)
        else:
            merged.append(part)
    return [replace(part, text=part.text.strip()) for part in merged if part.text.strip()]


def _siblings(last: _Part, part: _Part) -> bool:
    return bool(part.path) and last.path[:-1] == part.path[:-1] and len(last.path) == len(part.path)


def _opens(last: _Part, part: _Part) -> bool:
    return last.path == part.path[:-1] and not last.until and bool(part.path)


def _joined(last: _Part, part: _Part) -> _Part:
    """Both in one, named by the row of units, or by what both are of."""
    text = last.text + part.text if last.text[-1:].isspace() or part.text[:1].isspace() else f"{last.text} {part.text}"
    if last.path == part.path and not last.until:
        return replace(last, text=text, until=part.until)
    if _siblings(last, part):
        return replace(last, text=text, until=part.until or part.path[-1])
    if _opens(last, part):
        return replace(part, text=text, lead=last.lead)
    shared = 0
    while shared < min(len(last.path), len(part.path)) and last.path[shared] == part.path[shared]:
        shared += 1
    return _Part(text, last.path[:shared], lead=last.lead)
