"""From when and until when a document says that it is in force, for a person to confirm. Pure.

"Regulamin obowiązuje od 1 stycznia 2026 r.", "wchodzi w życie z dniem …", "traci moc z dniem …", "uchyla się Regulamin
z dnia …". A sentence about a clause ("§ 5 wchodzi w życie …"), about another act ("ustawa weszła w życie …") or about
earlier days ("poprzednia wersja obowiązywała …") says nothing of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from pydantic import BaseModel, ConfigDict

from ingestion import polish
from ingestion.dates import DAY, parse
from ingestion.documents import Clause, day_before

LONGEST_SENTENCE = 600
"""Characters looked at; a longer one is a table or a list, and its dates are of its rows."""
MOST_EVIDENCE = 4
"""Sentences shown to the admin."""

_FORCE = r"(?:obowiązuj\w*|wchodz\w+ w życie|wejd\w+ w życie|ma(?:ją)? zastosowanie|stosuje się|jest ważn\w+|ważn\w+)"
_START = re.compile(
    rf"{_FORCE}\s*:?\s*(?:od|z|począwszy od)?\s*(?:dni\w+|daty)?\s*:?\s*(?P<a>{DAY})"
    rf"|(?:z|od)\s+dni\w+\s+(?P<b>{DAY})(?:\s*r\.|\s*roku)?\s+(?:{_FORCE}|(?:traci|tracą) moc)"
    rf"|(?:data|dzień) (?:wejścia w życie|obowiązywania)\s*(?:od)?\s*[:–-]?\s*(?P<c>{DAY})"
    rf"|(?:effective|valid|in force|applies|apply|applicable)\s*(?:date|from|as of|as from|since|starting)?\s*"
    rf"(?:from|of)?\s*:?\s*(?P<d>{DAY})"
    rf"|(?:comes?|enters?|takes?) (?:into (?:force|effect)|effect) (?:on|from|as of)\s*(?P<e>{DAY})",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    rf"(?:{_FORCE}|trwa\w*|valid|in force|applies)\b[^;]{{0,80}}?\b(?:do|until|till|to)\s+(?:dnia\s+)?(?P<a>{DAY})",
    re.IGNORECASE,
)
_OF_CONTRACTS = re.compile(
    r"\b(?:zawart|złożon|zakupion|kupion|nabyt|dokonan|wystawion|podpisan|concluded|placed|bought|purchased|signed)\w*",
    re.IGNORECASE,
)
"""Between verb and day it says to what the document applies ("stosuje się do umów zawartych do …"), not until when."""
_LOSES = re.compile(
    rf"(?:traci|utraci)\s+moc\s*(?:obowiązującą)?\s*(?:z dniem|dnia|od)?\s*(?P<a>{DAY})"
    rf"|z\s+dniem\s+(?P<b>{DAY})(?:\s*r\.|\s*roku)?\s+(?:traci|utraci)\s+moc",
    re.IGNORECASE,
)
_REPEALS = re.compile(
    r"(?:uchyla się|traci moc(?: obowiązującą)?|zastępuje|replaces|repeals)\s+"
    r"(?:dotychczasow\w+\s+|poprzedni\w+\s+|the\s+(?:previous\s+)?)?"
    r"(?P<name>(?:regulamin|cennik|polityk|taryf|tabel|zasad|warunk|terms|policy)\w*[^.;]{0,120})",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"wchodz\w+ w życie\s+(?:po upływie|w terminie|z dniem (?:ogłoszenia|publikacji|podpisania|opublikowania)"
    r"|z chwilą|\d+ dni)[^.;]{0,120}",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:poprzedni\w*|dotychczasow\w+|wcześniejsz\w+|archiwaln\w+|obowiązywał\w*|wszed\w+ w życie|weszł\w+ w życie"
    r"|previous|former|was in force)\b",
    re.IGNORECASE,
)
_OF_CLAUSE = re.compile(
    r"(?:(?:§|art\.|ust\.|pkt|lit\.|przepis\w*|postanowieni\w*|punkt\w*|rozdział\w*)\s*(?:\d+\w*|[IVX]+)?[\s,i–-]*"
    r"(?:\d+\w*)?|\bktór\w+)\s*$",
    re.IGNORECASE,
)
"""What stands right before the verb when it is a clause, or the "który" of one, that comes into force."""
_OTHER_ACT = re.compile(r"\b(?:ustaw\w*|rozporządzeni\w*|dyrektyw\w*|kodeks\w*|act|directive)\b", re.IGNORECASE)
_OWN = re.compile(
    r"\b(?:niniejsz\w+|regulamin\w*|cennik\w*|polity\w+|taryf\w*|tabel\w*|zasad\w*|warunk\w*|dokument\w*|wersj\w+"
    r"|zmian\w*|aneks\w*|oferta|ofert\w*|promocj\w*|terms|policy|document|version|price list)\b",
    re.IGNORECASE,
)


class Proposal(BaseModel):
    """What the text says of itself. A day that it doesn't name is None; ``repeals`` are other documents, as it calls
    them; ``evidence`` are its own sentences. ``open``: nobody has confirmed or refused it yet. ``stated``: the first
    and the last day given by who added it, which hold if it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date | None = None
    valid_until: date | None = None
    repeals: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    open: bool = True
    stated: tuple[date | None, date | None] = (None, None)


def decided(
    proposal: Proposal | None, valid_from: date | None, valid_until: date | None
) -> tuple[date | None, date | None]:
    """The days of a version whose proposal a person confirms; the others stay as they are."""
    if proposal is None:
        return valid_from, valid_until
    return proposal.valid_from or valid_from, proposal.valid_until or valid_until


def refused(
    proposal: Proposal | None, valid_from: date | None, valid_until: date | None
) -> tuple[date | None, date | None]:
    """The days of a version whose proposal a person refuses: those stated when it was added, an open one else."""
    return proposal.stated if proposal else (valid_from, valid_until)


def propose(clauses: Iterable[Clause], title: str = "") -> Proposal | None:
    """None where the text says nothing of its own days.

    Of several beginnings the latest counts (a consolidated text names the first version's too), of several ends the
    earliest: an unconfirmed proposal must not make a text count on a day on which it may not.
    """
    starts: list[date] = []
    ends: list[date] = []
    repeals: list[str] = []
    evidence: list[str] = []
    for sentence in _sentences(clauses, title):
        begins, over, repealed, relative = _said(sentence)
        if begins or over or repealed or relative:
            evidence.append(sentence)
        starts += begins
        ends += over
        repeals += repealed
    if not evidence:
        return None
    return Proposal(valid_from=max(starts, default=None), valid_until=min(ends, default=None),
                    repeals=tuple(dict.fromkeys(repeals)), evidence=tuple(dict.fromkeys(evidence))[:MOST_EVIDENCE])


def _sentences(clauses: Iterable[Clause], title: str) -> Iterator[str]:
    texts = [title]
    seen: set[str] = set()
    for clause in clauses:
        texts += [heading for heading in clause.headings if heading not in seen]
        seen.update(clause.headings)
        texts.append(clause.text)
    for text in texts:
        for line in text.split("\n"):
            if line.startswith("|") or not re.search(r"\d{4}|wchodz", line):
                continue
            for sentence in polish.sentences(line):
                if len(sentence) <= LONGEST_SENTENCE:
                    yield sentence.strip()


def _said(sentence: str) -> tuple[list[date], list[date], list[str], bool]:
    """Beginnings, ends, what is repealed, and whether it begins on a day that is not named."""
    nothing: tuple[list[date], list[date], list[str], bool] = ([], [], [], False)
    if _OTHER_ACT.search(sentence) and not re.search(r"\bniniejsz\w+", sentence, re.IGNORECASE):
        return nothing
    repealed = [" ".join(match["name"].split()).rstrip(" ,") for match in _REPEALS.finditer(sentence)]
    if _EARLIER.search(sentence) and not repealed:
        return nothing
    starts = []
    for match in _START.finditer(sentence):
        if _is_ours(sentence, match) and (day := _day(match)) is not None:
            starts.append(day)
    ends = []
    for match in _UNTIL.finditer(sentence):
        ours = _is_ours(sentence, match) and not _OF_CONTRACTS.search(match[0])
        if ours and (day := _day(match)) is not None:
            ends.append(day)
    if not repealed:
        for match in _LOSES.finditer(sentence):
            if _is_ours(sentence, match) and (day := _day(match)) is not None:
                ends.append(day_before(day))
                starts = [start for start in starts if start != day]
    relative = any(_is_ours(sentence, match) for match in _RELATIVE.finditer(sentence)) and not starts
    return starts, ends, repealed, relative


def _is_ours(sentence: str, match: re.Match[str]) -> bool:
    """Whether the document is what begins or ends: nothing stands before the verb, or a name of the document does."""
    before = sentence[: match.start()].rstrip(" ,:–-(")
    if _OF_CLAUSE.search(before):
        return False
    marker = re.sub(r"^(?:(?:§|art\.|ust\.)?\s*\d+[a-z]?\s*[.)]?\s*)+", "", before, flags=re.IGNORECASE)
    return not marker or bool(_OWN.search(before)) or bool(_OWN.search(sentence[match.start() : match.end() + 60]))


def _day(match: re.Match[str]) -> date | None:
    text = next((value for value in match.groupdict().values() if value), None)
    return parse(text) if text else None
