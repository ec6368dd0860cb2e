"""The answer to "co się zmieniło od 1 stycznia?": what each changed clause said, and what it says now. Pure.

It is read off the versions of the documents, not guessed: no model takes part, and every piece of text is a quote.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

from chatbot import texts
from chatbot.answer import Citation
from chatbot.drafting import cite
from chatbot.topics import content, signal_words
from ingestion import dates
from ingestion.changes import DocumentChange
from ingestion.diff import Change
from ingestion.polish import fold, sentences

MOST_CHANGES = 3
"""Told in one reply; the contract gives a reply 60 words of quotes."""
QUOTE_WORDS = 14
"""Of one side of a change."""
ROUND = 4
"""Words kept on either side of what changed."""
LONGEST_BACK = timedelta(days=365)
""""Co się ostatnio zmieniło?": how far back."""

_CHANGE = re.compile(
    r"\b(?:zmienil[oaey]+ sie|sie (?:\w+ ){0,2}zmienil[oaey]+|zmienia sie|zmieniono|zmieniliscie"
    r"|(?:jakie|jakiekolwiek|lista|byly) (?:\w+ ){0,2}zmian\w*|co (?:jest |sa )?now\w+ w"
    r"|zmian\w+ w (?:regulamin|zasad|cennik)\w*"
    r"|what(?:'s| is| has| have)? (?:been )?(?:changed|new in|changes)|any changes|which changes|changed since)\b"
)
_SINCE = re.compile(r"\b(?:od|po|since|from|after)\b(?P<rest>.*)")
_AMOUNT = re.compile(r"(?:ostatni\w*|last|past)\s+(?:(\d{1,3})\s+)?(dni\w*|tygod\w*|miesi\w*|kwarta\w*|rok\w*|lat\w*"
                     r"|day\w*|week\w*|month\w*|quarter\w*|year\w*)")
_UNITS = (("dni", 1), ("day", 1), ("tygod", 7), ("week", 7), ("miesi", 31), ("month", 31), ("kwarta", 92),
          ("quarter", 92), ("rok", 365), ("lat", 365), ("year", 365))
_MONTHS = {fold(name): number for name, number in dates.MONTHS.items()}
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(_MONTHS)})\b|\b({'|'.join(_MONTHS)})\b")
_YEAR = re.compile(r"\b(20\d\d)\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """``since`` is the first day whose changes count; ``about`` the folded lemmas of what else the question names."""

    since: date
    about: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    sentences: tuple[str, ...]
    citations: tuple[Citation, ...]


def asked(question: str, today: date) -> Asked | None:
    """None for a question about anything but what changed in the documents."""
    folded = " ".join(fold(question).lower().split())
    if not _CHANGE.search(folded):
        return None
    since = _since(question, folded, today)
    if since is None or since > today:
        return None
    words = (lemma for lemma in content(question) if not lemma.isdigit())
    of_change = {word for line in signal_words("change") for word in line.split()}
    months = {lemma for month in _MONTHS for lemma in content(month)}
    return Asked(since, frozenset(words) - of_change - months - _MONTHS.keys())


def told(question: Asked, found: Sequence[DocumentChange], language: str) -> Told:
    """At most MOST_CHANGES of what changed, the most fitting first, each with a citation of the older and the newer
    clause. What a customer asks of that isn't among the changes is said to be unchanged only where nothing is."""
    lines = [line for document in found for line in _lines(document)]
    fitting = [line for line in lines if line.words & question.about] if question.about else []
    chosen = sorted(fitting or lines, key=lambda line: -len(line.words & question.about))
    day = texts.day(language, question.since)
    if not chosen:
        return Told((texts.say(language, "changed.nothing", since=day),), ())
    key = "some" if fitting or not question.about else "others"
    said = [texts.say(language, f"changed.{key}", since=day)]
    citations: list[Citation] = []
    for line in chosen[:MOST_CHANGES]:
        said.append(_sentence(line, language, citations))
    if (more := len(chosen) - MOST_CHANGES) > 0:
        said.append(texts.say(language, "changed.more", count=more))
    return Told(tuple(said), tuple(citations))


@dataclass(frozen=True, slots=True)
class _Line:
    document: DocumentChange
    change: Change | None
    words: frozenset[str]


def _lines(document: DocumentChange) -> Iterator[_Line]:
    title = frozenset(content(document.title))
    if not document.clauses:
        yield _Line(document, None, title)
    for change in document.clauses:
        sides = [chunk for chunk in (change.before, change.after) if chunk is not None]
        text = " ".join(f"{' '.join(chunk.headings)} {chunk.text}" for chunk in sides)
        yield _Line(document, change, title | frozenset(content(text)))


def _sentence(line: _Line, language: str, citations: list[Citation]) -> str:
    document, change = line.document, line.change
    if change is None:
        key = "document_new" if document.before is None else "document_ended"
        return texts.say(language, f"changed.{key}", title=document.title, day=texts.day(language, document.since))
    before, after = change.before, change.after
    old, new = _quotes(before.text if before else "", after.text if after else "")
    values = {"title": document.title, "clause": change.clause, "day": texts.day(language, document.since)}
    if before is not None:
        citations.append(cite(before, old))
        values["old"] = f"„{old}” [{len(citations)}]"
    if after is not None:
        citations.append(cite(after, new))
        values["new"] = f"„{new}” [{len(citations)}]"
    kind = "added" if before is None else "removed" if after is None else "changed"
    return texts.say(language, f"changed.{kind}", **values)


def _quotes(before: str, after: str) -> tuple[str, str]:
    """The words of each side that differ, with a few round them, as they stand there. One side alone: its beginning."""
    if before and after:
        before, after = _lines_that_differ(before.split("\n"), after.split("\n"))
    old, new = before.split(), after.split()
    if not old or not new:
        whole = " ".join(sentences(before or after)[:1]).split()
        cut = " ".join(whole[:QUOTE_WORDS])
        return (cut, "") if old else ("", cut)
    for tag, left, left_end, right, right_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            return _around(old, left, left_end), _around(new, right, right_end)
    return _around(old, 0, 0), _around(new, 0, 0)


def _lines_that_differ(before: list[str], after: list[str]) -> tuple[str, str]:
    """The first of each side, a table's row without its frame; the whole where only one side has more lines."""
    for tag, left, left_end, right, right_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "replace" and left_end - left and right_end - right:
            return before[left].strip("| "), after[right].strip("| ")
    return "\n".join(before), "\n".join(after)


def _around(words: list[str], start: int, end: int) -> str:
    first = max(0, start - ROUND)
    return " ".join(words[first : min(len(words), max(end, start) + ROUND, first + QUOTE_WORDS)])


def _since(question: str, folded: str, today: date) -> date | None:
    """The day a question names, in whatever form; None where it names none and isn't about the documents as such."""
    if day := next(dates.found(question), None):
        return day.day
    match = _SINCE.search(folded)
    rest = match["rest"] if match else folded
    year = _YEAR.search(rest)
    if named := _DAY_MONTH.search(rest):
        month = _MONTHS[named[2] or named[3]]
        number = int(named[1]) if named[1] else 1
        return _past(int(year[1]) if year else None, month, number, today)
    if year:
        return date(int(year[1]), 1, 1)
    if amount := _AMOUNT.search(folded):
        days = next(days for prefix, days in _UNITS if amount[2].startswith(prefix))
        return today - timedelta(days=days * int(amount[1] or 1))
    if re.search(r"\b(?:w tym roku|poczatku roku|nowego roku|this year)\b", folded):
        return date(today.year, 1, 1)
    if re.search(r"\b(?:w tym miesiacu|poczatku miesiaca|this month)\b", folded):
        return today.replace(day=1)
    if re.search(r"\bwczoraj|yesterday\b", folded):
        return today - timedelta(days=1)
    if re.search(r"\b(?:ostatnio|niedawno|recently|lately|regulamin\w*|zasad\w*|cennik\w*|dokument\w*|terms|rules)\b",
                 folded):
        return today - LONGEST_BACK
    return None


def _past(year: int | None, month: int, number: int, today: date) -> date | None:
    """The last such day that is not still to come; None for one that no calendar has."""
    for candidate in (year,) if year else (today.year, today.year - 1):
        if not 1 <= number <= calendar.monthrange(candidate, month)[1]:
            return None
        if (day := date(candidate, month, number)) <= today or year:
            return day
    return None
