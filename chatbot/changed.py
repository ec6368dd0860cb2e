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
from ingestion import dates, english
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

_PAPER = r"(?:regulamin|zasad|cennik|warunk|polity[kc]|taryf|dokument)\w*"
_NEW_PAPER = rf"(?:now|najnowsz|ostatni|obecn)\w+ (?:\w+ )?{_PAPER}"
_TERMS = r"(?:terms|rules|policy|policies|price list|pricing|conditions|regulations|documents?)"
_REMADE = r"(?:ulegl\w* (?:\w+ )?zmian\w+|(?:zosta|by)l\w* (?:\w+ )?(?:zmieni(?:a|o)?n|z?aktualizowan)\w+)"
_NO_GROUND = r"(?!zasad|warunk|koszt|oplat|mozliw|skutk|konsekw|procedur|termin|sposob|powod|dokument)"
"""What one may ask of a change that isn't in the documents: "Jakie są zasady zmiany terminu?"."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


_HAPPENED = _any(
    r"zmienil[oaey]* sie|sie (?:\w+ ){0,2}zmienil[oaey]*|zmieniono|zmieniliscie",
    rf"{_PAPER} (?:\w+ )?{_REMADE}|{_REMADE} (?:\w+ )?{_PAPER}|co (?:\w+ )?{_REMADE}",
    rf"(?:has|have|did|were) (?:\w+ ){{0,3}}(?:{_TERMS}|anything|something) (?:\w+ ){{0,2}}(?:changed?|updated)",
    rf"(?:have|did) you (?:\w+ )?(?:changed?|updated?) (?:\w+ )?{_TERMS}",
)
"""A change told of: it asks for changes only in a question (`_ASKING`, or its mark), not as a reason or a story."""
_ASKED_FOR = _any(
    r"co (?!ile)(?:\w+ )?(?:zmienia(?:ja)? sie|sie (?:\w+ )?zmienia(?:ja)?)",
    rf"co (?:\w+ )?(?:zmienia|wprowadza|wnosi) {_PAPER}",
    rf"co (?:\w+ )?(?:zmienia|wprowadza|wnosi)(?:ja)? {_NEW_PAPER}|co {_NEW_PAPER} (?:zmienia|wprowadza|wnosi)(?:ja)?",
    rf"(?:czym|co) (?:sie )?rozni\w* (?:sie )?(?:\w+ )?{_NEW_PAPER}|roznic\w* (?:\w+ )?miedzy (?:star|now|poprzedn)\w+",
    rf"co (?:jest )?(?:inaczej|innego) w {_NEW_PAPER}|co (?:jest |sa )?now\w+ w|(?:jakie|sa) nowosci w {_PAPER}",
    r"what(?:'s| is| has| have| was| were)? (?:been )?(?:changed|new in|different in|updated)|what did (?:\w+ )?change",
    rf"what (?:do|does|did) (?:\w+ ){{0,2}}{_TERMS} change|changed since",
    r"differences? between (?:the |your )?(?:old|new|previous|current)",
)
_LISTED = _any(
    rf"(?:jaki\w*|lista|byly|zaszly|sa|pokaz\w*|podaj\w*|wymien\w*|opisz\w*) (?:{_NO_GROUND}\w+ ){{0,2}}"
    r"zmian(?:[yae]|ach)?",
    rf"zmian\w+ w {_PAPER}|(?:what(?:'s| is| are| were)?|any|which|list) (?:\w+ )?changes",
)
"""Changes as a noun, which are also made by the customer and told of by the company (`_OF_RIGHTS`)."""
_ASKING = re.compile(
    r"(?:\b(?:co|cos|czy|jak|jakie|ktor\w+|ile|what|which|how|have|has|did|were|anything)\b"
    r"|(?:^|[.?!] )(?:kiedy|when)\b)[^,.;:?!]*$")
_REASON = re.compile(
    r"\b(?:gdy\w*|jesli|jezeli|skoro|bo|poniewaz|odkad|dlaczego|czemu|kto|(?<!prawda, )ze"
    r"|(?:co|jak) (?:z|po)?robi\w*(?:, jak)?|(?:^|[.?!] )co jak|if|because|why|who|what (?:do|should|can) i do)\b"
    r"[^,.;:?!]*$"
    r"|, (?:kiedy|when)\b[^,.;:?!]*$")
_OF_RIGHTS = re.compile(
    r"\b(?:moge|mozna|wolno|mogl\w*|moze\w* (?:wprowadz|zmieni|dokon|robi)\w*|zgadzam|zgodz\w+|akceptuj\w*|zaakcept\w+"
    r"|sprzeciw\w*|wypowie\w*|odstapi\w*|rezygn\w+|informuje\w*|poinform\w+|powiad\w+|zawiad\w+|dowiem|wyprzedzen\w+"
    r"|mak(?:e|ing)|notif\w+|inform\w*|accept\w*|agree\w*|reject\w*)\b")
_OWN = re.compile(
    r"\b(?:mo(?:j|i)\w*|my) (?:\w+ )?(?:zamowie|paczk|przesylk|adres|numer|telefon|nazwisk|dan|kont|hasl|e-?mail|status"
    r"|reklamacj|order|parcel|package|address|number|phone|name|data|details|account|password|claim|complaint)\w*"
    r"|\bstatus\w*\b")
"""The customer's own things: whether they changed stands in no document."""
_PAPERS = _any(_PAPER, _TERMS)
_SINCE = re.compile(r"\b(?:od|po|since|from|after)\b(?P<rest>.*)")
_AMOUNT = re.compile(r"(?:ostatni\w*|last|past)\s+(?:(\d{1,3})\s+)?(dni\w*|tygod\w*|miesi\w*|kwarta\w*|rok\w*|lat\w*"
                     r"|day\w*|week\w*|month\w*|quarter\w*|year\w*)")
_UNITS = (("dni", 1), ("day", 1), ("tygod", 7), ("week", 7), ("miesi", 31), ("month", 31), ("kwarta", 92),
          ("quarter", 92), ("rok", 365), ("lat", 365), ("year", 365))
_MONTHS = {fold(name): number for name, number in dates.MONTHS.items()}
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(_MONTHS)})\b|\b({'|'.join(_MONTHS)})\b")
_YEAR = re.compile(r"\b(20\d\d)(?:r|\b)")
_WORD = re.compile(r"\w+")
_OF_DAY = re.compile(r"\d+(?:r|st|nd|rd|th)?|\w")
"""Words of a day that name no subject: a number, the "r" of "2026 r.", and letters alone (the "s" of "what's")."""


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
    if not _for_changes(folded):
        return None
    since = _since(question, folded, today)
    if since is None or since > today:
        return None
    return Asked(since, _about(question))


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


def _for_changes(folded: str) -> bool:
    if _OWN.search(folded):
        return False
    if _ASKED_FOR.search(folded) or (_LISTED.search(folded) and not _OF_RIGHTS.search(folded)):
        return True
    return any(_in_question(folded, match) for match in _HAPPENED.finditer(folded))


def _in_question(folded: str, told_of: re.Match[str]) -> bool:
    before, after = folded[: told_of.end()], re.search(r"[,;:?!]|[.](?!\d)", folded[told_of.end() :])
    if _REASON.search(before):
        return False
    return bool(_ASKING.search(before)) or (after is not None and after[0] == "?")


def _about(question: str) -> frozenset[str]:
    """What a question names beside the change and its day; of an English one, in Polish too."""
    asking = {word for line in signal_words("change") for word in line.split()} | _MONTHS.keys()
    if english.is_english(question):
        senses = (sense for sense in english.senses(question) if not asking.issuperset(sense[0].split()))
        question = " ".join(meaning.split()[0] for sense in senses for meaning in sense)
    words = (word for word in _WORD.findall(question) if not _OF_DAY.fullmatch(word))
    months = {lemma for month in _MONTHS for lemma in content(month)}
    return frozenset(content(" ".join(word for word in words if fold(word).lower() not in asking))) - asking - months


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
    if re.search(r"\b(?:ostatnio|niedawno|recently|lately)\b", folded) or _PAPERS.search(folded):
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
