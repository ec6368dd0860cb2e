"""How much personal data masking lets through, and how much it masks for nothing, on lines tagged by people.

A tagged line is laid over its text word by word; what stands in the text where the tag stands is the value. A value has
leaked when any word of it is left readable. Values that scanning damaged, and numbers whose check fails, count apart.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError
from rich.table import Table

from chatbot.privacy import checksums
from chatbot.privacy.entities import Entity
from chatbot.privacy.masking import Masker
from chatbot.privacy.vault import Vault
from evals.made.measuring import measure as measure_made
from evals.made.sentences import made
from evals.rows import rows
from evals.shares import Count
from ingestion.command import Json, err, out, print_json, translated
from ingestion.errors import UsageError
from ingestion.polish import fold

_SPELLINGS = {
    Entity.GIVEN_NAME: "name name_1 name_2 given-name first-name firstname imie",
    Entity.SURNAME: "surname surname_1 surname_2 last-name lastname family-name nazwisko",
    Entity.CITY: "city town locality miasto miejscowosc",
    Entity.ADDRESS: "address street street-address postal-address home-address postal-code postcode zip zip-code adres"
                    " ulica kod-pocztowy",
    Entity.PHONE: "phone phone-number telephone telephone-number mobile mobile-phone telefon",
    Entity.EMAIL: "email e-mail email-address mail",
    Entity.PESEL: "pesel pesel-number",
    Entity.NIP: "nip nip-number tax-id tax-number tax-identification-number vat-id vat-number",
    Entity.REGON: "regon regon-number statistical-number",
    Entity.ID_CARD: "id-card id-card-number identity-card identity-card-number national-id dowod dowod-osobisty",
    Entity.PASSPORT: "passport passport-number paszport",
    Entity.DOCUMENT: "document-number document",
    Entity.BANK_ACCOUNT: "bank-account bank-account-number account account-number iban nrb iban-pl konto numer-konta",
    Entity.CARD: "credit-card-number credit-card card card-number payment-card payment-card-number debit-card karta",
    Entity.LAND_REGISTER: "land-register land-register-number land-registry mortgage-register kw ksiega-wieczysta",
    Entity.PLATE: "plate license-plate licence-plate number-plate plate-number registration registration-number"
                  " vehicle-registration registration-plate car-plate car-registration",
    Entity.BIRTH_DATE: "date-of-birth birth-date birthdate birthday dob data-urodzenia",
}  # fmt: skip
TAGS = {spelling: kind for kind, spellings in _SPELLINGS.items() for spelling in spellings.split()}
"""Tags that masking is for, as `kind_of` reads them: the set's, and what others call the same. What isn't
here (company, age, sex, date, health, username, 'ID number' without a number, …) counts neither as leaked nor as masked
for nothing."""
UNREAD_GAP = 12
"""Words a tag can stand for; a longer stretch was rewritten by the taggers and says nothing."""

_TAG = r"\[[^\[\]\n]{1,40}\]"
_TOKEN = re.compile(rf"{_TAG}|\w+")
_WORD = re.compile(r"\w+")
_ONE_WORD = frozenset({Entity.GIVEN_NAME, Entity.SURNAME})
_NO_VALUE = re.compile(r"(?:ul|ulic\w|al|alej\w|alei|pl|plac\w?|os|w|z|ze|do|na|przy|pod|adres\w?|numer\w?|nr"
                       r"|telefon\w?|tel|pan|pani|e|mail\w*|email\w*|id)", re.IGNORECASE)
"""Words inside a value's stretch that say nothing of a person."""
_LETTERS = re.compile(r"[A-ZĄĆĘŁŃÓŚŹŻ][a-ząćęłńóśźż]+(?:[ -][A-ZĄĆĘŁŃÓŚŹŻ][a-ząćęłńóśźż]+){0,3}")
_GROUPED = r"[ \u00a0./-]{0,2}"
_UNDAMAGED = {
    Entity.GIVEN_NAME: _LETTERS, Entity.SURNAME: _LETTERS, Entity.CITY: _LETTERS,
    Entity.ADDRESS: re.compile(r"(?i:adres )?(?:(?i:ul\.?|ulic[aąęy]|al\.?|alej[aięą]|alei|pl\.?|plac[uem]*|os\.?) "
                               r"[^\W\d_]|[A-ZĆŁŚŹŻ])[\w .-]*? \d{1,3}[a-zA-Z]?(?:/\d{1,3}| ?(?:m|lok)\.? ?\d{1,4})?,?"
                               r"(?: \d\d-\d{3})?(?: [^\d|!@$]+)?|\d\d-\d{3}(?: [^\d|!@$]+)?"),
    Entity.PHONE: re.compile(rf"(?:\(?(?:\+|00)? ?\d{{1,3}}\)?{_GROUPED})?\(?(?:\d\)?{_GROUPED}\(?){{9}}"),
    Entity.EMAIL: re.compile(r"[A-Za-z0-9ąćęłńóśźż._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}"),
    Entity.PESEL: re.compile(rf"(?:\d{_GROUPED}){{11}}"),
    Entity.NIP: re.compile(rf"(?:[A-Za-z]{{2}}{_GROUPED})?(?:\d{_GROUPED}){{10}}"),
    Entity.REGON: re.compile(rf"(?:\d{_GROUPED}){{9}}(?:(?:\d{_GROUPED}){{5}})?"),
    Entity.ID_CARD: re.compile(rf"[A-Za-z]{{3}}{_GROUPED}(?:\d{_GROUPED}){{6}}"),
    Entity.PASSPORT: re.compile(rf"[A-Za-z]{{2}}{_GROUPED}(?:\d{_GROUPED}){{7}}"),
    Entity.DOCUMENT: re.compile(rf"\d{{4}}-\d{{4}}-\d{{4}}|[A-Z]{{2,3}}{_GROUPED}(?:\d{_GROUPED}){{4,7}}"),
    Entity.BANK_ACCOUNT: re.compile(rf"(?:[A-Za-z]{{2}}{_GROUPED})?(?:\d{_GROUPED}){{16,26}}"),
    Entity.CARD: re.compile(rf"(?:\d{_GROUPED}){{12,19}}"),
    Entity.LAND_REGISTER: re.compile(rf"[A-Za-z]{{2}}\d[A-Za-z] ?{_GROUPED}\d{{3,8}} ?{_GROUPED}\d?"),
    Entity.PLATE: re.compile(r"[A-Za-z]{1,3}[ -]?[A-Za-z0-9]{3,5}"),
    Entity.BIRTH_DATE: re.compile(r"\d{4}[./-]\d\d?[./-]\d\d?|"
                                  r"\d{1,2}[. /-]{1,2}\w+[. /-]{1,2}\d{2,4}(?: ?(?:roku|r\.?))?"),
}  # fmt: skip
"""What a value looks like that scanning left alone."""


def kind_of(tag: str) -> Entity | None:
    """What kind of ours a tag is for, whatever its case and whether its words are parted by '-', '_' or a space: 'NIP',
    'Phone number', 'bank_account_2'."""
    name = re.sub(r"[\s_-]+", "-", fold(tag.lower()).strip())
    return TAGS.get(tag) or TAGS.get(name) or TAGS.get(re.sub(r"-\d+$", "", name))


class Line(BaseModel):
    """A row of the file: ``{"line", "text", "tagged"}``."""

    line: int | str = ""
    text: str
    tagged: str


@dataclass(frozen=True, slots=True)
class Value:
    """``start`` and ``end`` are places in the line's text; ``tag`` is the set's."""

    tag: str
    start: int
    end: int


@dataclass
class Report:
    """What came out. ``types`` are undamaged values; ``over`` are words masked outside every tag, of ``words``."""

    types: dict[Entity, Count] = field(default_factory=lambda: defaultdict(Count))
    damaged: dict[Entity, Count] = field(default_factory=lambda: defaultdict(Count))
    broken_checksum: dict[Entity, Count] = field(default_factory=lambda: defaultdict(Count))
    leaks: list[tuple[Entity, str, str]] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    words: int = 0
    unread: int = 0
    ignored: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        return {
            "types": {kind: count.figures() for kind, count in sorted(self.types.items())},
            "over_masked_per_1000_words": round(1000 * len(self.over) / max(self.words, 1), 3),
            "damaged": {kind: count.figures() for kind, count in sorted(self.damaged.items())},
            "broken_checksum": {kind: count.figures() for kind, count in sorted(self.broken_checksum.items())},
            "words": self.words, "over_masked": len(self.over), "unread_tags": self.unread,
            "tags": {tag: str(kind) for tag, kind in TAGS.items()},
            "not_counted_tags": dict(self.ignored.most_common()),
        }  # fmt: skip


def values(line: Line) -> tuple[list[Value], list[tuple[int, int]], int]:
    """The tagged values of a line, stretches of its text that nothing is known of, and how many tags weren't found."""
    have = [(match[0].lower(), match.start(), match.end()) for match in _WORD.finditer(line.text)]
    want = list(_TOKEN.finditer(line.tagged))
    keys = [match[0].lower() if not match[0].startswith("[") else f"\0{match[0]}" for match in want]
    pairs = {}
    blocks = SequenceMatcher(None, [word for word, _, _ in have], keys, autojunk=False).get_matching_blocks()
    for left, right, size in blocks:
        pairs.update({right + step: left + step for step in range(size)})
    found: list[Value] = []
    matched = set(pairs.values())
    covered: set[int] = set()
    unread = at = 0
    while at < len(keys):
        if not keys[at].startswith("\0"):
            at += 1
            continue
        stop = at
        while stop < len(keys) and keys[stop].startswith("\0"):
            stop += 1
        first = pairs[at - 1] + 1 if at - 1 in pairs else 0 if at == 0 else None
        last = pairs[stop] if stop in pairs else len(have) if stop == len(keys) else None
        group = None
        if first is not None and last is not None and first < last <= first + UNREAD_GAP:
            covered.update(range(first, last))
            start, end = have[first][1], have[last - 1][2]
            group = _split(line.text[start:end], line.tagged[want[at].start():want[stop - 1].end()], start)
        if group is None:
            unread += stop - at
        else:
            found += group
        at = stop
    unknown = [have[place][1:] for place in range(len(have)) if place not in matched and place not in covered]
    known = {place for value in found for place in range(value.start, value.end)}
    unknown += [have[place][1:] for place in covered if have[place][1] not in known]
    return found, unknown, unread


def _split(text: str, tagged: str, offset: int) -> list[Value] | None:
    """The values of neighbouring tags in the stretch of text they stand for; None when it can't be told apart."""
    tags = re.findall(_TAG, tagged)
    separators = re.split(_TAG, tagged)[1:-1]
    kinds = [kind_of(tag[1:-1]) for tag in tags]
    for place, separator in enumerate(separators):
        if not separator.strip() and not {kinds[place], kinds[place + 1]} & _ONE_WORD:
            return None
    for optional in ("", "?"):
        form = ""
        for place in range(len(tags)):
            form += r"(\S+?)" if kinds[place] in _ONE_WORD and len(tags) > 1 else r"(.+?)"
            if place < len(separators):
                signs = "".join(re.escape(sign) + optional for sign in separators[place] if not sign.isspace())
                form += signs + (r"\s+" if any(sign.isspace() for sign in separators[place]) else r"\s*") + r"[(„\"]?"
        match = re.fullmatch(form, text, re.DOTALL)
        if match is not None:
            return [Value(tag[1:-1], offset + match.start(place + 1), offset + match.end(place + 1))
                    for place, tag in enumerate(tags)]
    return None


class Typed(StrEnum):
    """How the lines are typed before they are masked; each keeps every character's place."""

    AS_IS = "as-is"
    SMALL = "small"
    CAPITALS = "capitals"
    PLAIN = "plain"
    """Without Polish letters."""


def typed(text: str, how: Typed) -> str:
    """``text`` typed so; as it is where that would move a character ('ß' in capitals is two)."""
    made = {Typed.SMALL: str.lower, Typed.CAPITALS: str.upper, Typed.PLAIN: fold}.get(how, str)(text)
    return made if len(made) == len(text) else text


def measure(lines: Iterable[Line], masker: Masker, how: Typed = Typed.AS_IS) -> Report:
    """Values and damage are told by the lines as they are."""
    report = Report()
    for line in lines:
        found, unknown, unread = values(line)
        report.unread += unread
        hidden = bytearray(len(line.text))
        for piece in masker.mask(typed(line.text, how), Vault()).entities:
            hidden[piece.start:piece.end] = b"\1" * (piece.end - piece.start)
        tagged = bytearray(len(line.text))
        for start, end in unknown:
            tagged[start:end] = b"\1" * (end - start)
        for value in found:
            tagged[value.start:value.end] = b"\1" * (value.end - value.start)
            kind = kind_of(value.tag)
            if kind is None:
                report.ignored[value.tag] += 1
                continue
            text = line.text[value.start:value.end]
            leaked = any(not all(hidden[value.start + word.start():value.start + word.end()])
                         for word in _WORD.finditer(text) if not _NO_VALUE.fullmatch(word[0]))
            _bin(report, kind, text).add(leaked=leaked)
            if leaked:
                around = line.text[max(0, value.start - 40):value.end + 20]
                report.leaks.append((kind, text, " ".join(around.split())))
        for word in _WORD.finditer(line.text):
            if not any(tagged[word.start():word.end()]):
                report.words += 1
                if all(hidden[word.start():word.end()]):
                    around = line.text[max(0, word.start() - 30):word.end() + 20]
                    report.over.append(f"{word[0]}: {' '.join(around.split())}")
    return report


def _bin(report: Report, kind: Entity, text: str) -> Count:
    if not _UNDAMAGED[kind].fullmatch(text.strip(" .,;:+")):
        return report.damaged[kind]
    if kind is Entity.PESEL and not checksums.pesel(re.sub(r"\D", "", text)):
        return report.broken_checksum[kind]
    return report.types[kind]


def touched(questions: Iterable[str], masker: Masker) -> tuple[int, list[str]]:
    """How many questions there are, and those of which anything was masked, masked."""
    count, found = 0, []
    for question in questions:
        count += 1
        masked = masker.mask(question, Vault())
        if masked.entities:
            found.append(f"{masked.text} ← {question}")
    return count, found


@translated
def privacy(
    lines: Annotated[Path, typer.Option(help="Tagged lines (JSON Lines): line, text, tagged.")],
    questions: Annotated[Path | None, typer.Option(help="Harmless questions (JSON Lines): question.")] = None,
    show: Annotated[int, typer.Option(help="How many leaks and needless maskings to print, to standard error.")] = 0,
    how: Annotated[Typed, typer.Option("--typed", help="Mask the lines as typed so.")] = Typed.AS_IS,
    generated: Annotated[int, typer.Option("--made", help="Also measure on so many made sentences with "
                                           "identifiers, and as many without any.")] = 0,
    seed: Annotated[int, typer.Option(help="Of the made sentences.")] = 0,
    json_: Json = False,
) -> None:
    """What masking lets through and what it masks for nothing."""
    try:
        tagged = [Line.model_validate(row) for row in rows(lines)]
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{lines}: {'.'.join(map(str, first['loc']))}: {first['msg']}. A line has text and tagged."
                         ) from error
    masker = Masker()
    report = measure(tagged, masker, how)
    figures = report.figures()
    if questions is not None:
        count, found = touched((str(row.get("question", "")) for row in rows(questions)), masker)
        figures["questions"] = {"n": count, "touched": len(found), "share": round(len(found) / max(count, 1), 4)}
        for one in found[:show]:
            err.print(one, markup=False, highlight=False)
    if generated:
        made_report = measure_made(made(seed, generated), masker)
        figures["made"] = made_report.figures()
        for group, leak in made_report.leaks[:show]:
            err.print(f"leaked {group}: {leak}", markup=False, highlight=False, soft_wrap=True)
    for kind, value, around in report.leaks[:show]:
        err.print(f"leaked {kind}: «{value}» in …{around}…", markup=False, highlight=False, soft_wrap=True)
    for one in report.over[:show]:
        err.print(f"masked for nothing: {one}", markup=False, highlight=False, soft_wrap=True)
    if json_:
        print_json(figures)
        return
    out.print(_table(figures))
    if generated:
        out.print(_table({**figures["made"], "damaged": {}}))


def _table(figures: dict[str, Any]) -> Table:
    table = Table("type", "recall", "leaked", "n", "95%", "recall of damaged", "n",
                  title=f"{figures['over_masked_per_1000_words']} words in 1,000 masked for nothing")
    for kind in sorted(figures["types"].keys() | figures["damaged"].keys()):
        whole, damaged = figures["types"].get(kind, {}), figures["damaged"].get(kind, {})
        interval = whole.get("interval")
        table.add_row(str(kind), *(str(whole.get(key, "")) for key in ("recall", "leaked", "n")),
                      f"{interval[0]}–{interval[1]}" if interval else "", str(damaged.get("recall", "")),
                      str(damaged.get("n", "")))
    return table
