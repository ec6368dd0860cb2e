"""Numbers that have a form and mostly a check: each a row of a table, all found alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chatbot.privacy import checksums
from chatbot.privacy.entities import Entity
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.recognisers.digits import SIGN, bare, straightened
from chatbot.privacy.thresholds import GROUPED_CARD, GROUPED_NIP, NUMBERS, Scores

_FOUR = rf"(?=\S?\S?\d)(?=\S{{0,2}}\d\S?\S?\d|\S?\d\d){SIGN}{{4}}"
"""Four digits, at most two of them misread."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``form`` is searched for between word boundaries; ``digits`` is how many digits the number has where letters
    among them can only be misread digits (None: letters belong to it). ``grouped`` scores a match of that form
    whose groups are enough by themselves."""

    entity: Entity
    form: str
    check: Callable[[str], bool] | None
    scores: Scores
    digits: tuple[int, ...] | None = None
    grouped: tuple[str, float, bool] | None = None


KINDS = (
    Kind(Entity.PESEL, rf"{SIGN}{{11}}|\d{{6}}[ -]\d{{5}}|\d{{10}}|\d{{12}}", checksums.pesel, NUMBERS[Entity.PESEL],
         (10, 11, 12)),
    Kind(Entity.NIP, rf"(?:[Pp][Ll][ -]?)?(?:\d{{3}}-\d{{3}}-\d{{2}}-\d{{2}}|\d{{3}}-\d{{2}}-\d{{2}}-\d{{3}}"
         rf"|\d{{3}} \d{{3}} \d{{2}} \d{{2}}|\d{{3}} \d{{2}} \d{{2}} \d{{3}}|{SIGN}{{10}})", checksums.nip,
         NUMBERS[Entity.NIP], (10,), (r"(?:PL[ -]?)?\d{3}-\d{2,3}-\d{2}-\d{2,3}|PL ?\d{10}", GROUPED_NIP, True)),
    Kind(Entity.REGON, r"\d{9}|\d{14}|\d{3}[ -]\d{3}[ -]\d{3}(?:[ -]\d{5})?", checksums.regon, NUMBERS[Entity.REGON],
         (9, 14)),
    Kind(Entity.ID_CARD, r"[A-Z]{3}[ -]?\d{6}(?! \d)|[A-Z]{3} \d{3} \d{3}(?! \d)|[A-Za-z]{3}\d{6}",
         checksums.id_card, NUMBERS[Entity.ID_CARD]),
    Kind(Entity.PASSPORT, r"[A-Z]{2}[ -]?\d{7}(?! \d)|[A-Za-z]{2}\d{7}", checksums.passport, NUMBERS[Entity.PASSPORT]),
    Kind(Entity.BANK_ACCOUNT, rf"(?:[Pp][Ll][ -]?)?(?:\d{{2}}(?:[ \u00a0-]\d{{4}}){{6}}|\d{{26}}"
         rf"|(?=\S?\d){SIGN}{{2}}(?: {_FOUR}){{6}})", checksums.bank_account, NUMBERS[Entity.BANK_ACCOUNT], (26,)),
    Kind(Entity.CARD, rf"{_FOUR}(?:[ \u00a0./-]{_FOUR}){{3}}(?:[ -]\d{{1,3}}(?!\d))?|\d{{4}}[ -]\d{{6}}[ -]\d{{4,5}}"
         rf"|\d{{4}}(?:[ -]\d{{4}}){{2}}[ -]\d{{1,3}}(?! ?\d)|\d{{12,19}}|{SIGN}{{13,16}}",
         checksums.card, NUMBERS[Entity.CARD], tuple(range(12, 20)),
         (rf"{_FOUR}(?:[ \u00a0./-]{_FOUR}){{3}}", GROUPED_CARD, False)),
    Kind(Entity.LAND_REGISTER, r"[A-Za-z]{2}\d[A-Za-z] ?/ ?\d{8} ?/ ?\d", checksums.land_register,
         NUMBERS[Entity.LAND_REGISTER]),
    Kind(Entity.PLATE, r"[A-Z]{2,3}[ -]?(?=[A-Z]{0,4}\d)[A-Z0-9]{4,5}", None, NUMBERS[Entity.PLATE]),
)


class NumberRecogniser(Recogniser):
    numeric = True

    def __init__(self, kind: Kind) -> None:
        super().__init__((kind.entity,), f"{kind.entity.title()}Recogniser")
        self._kind = kind
        self._form = re.compile(rf"(?<![\w|!])(?:{kind.form})(?![\w|]|[-/]\d)")
        self._grouped = re.compile(kind.grouped[0]) if kind.grouped else None

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        kind = self._kind
        for match in self._form.finditer(text):
            number = bare(match[0])
            if kind.entity is Entity.NIP and number.startswith(COURT):
                continue
            if kind.digits is not None:
                straight = straightened(number.upper().removeprefix("PL") if kind.entity in _WITH_COUNTRY else number)
                if straight is None or len(straight) not in kind.digits:
                    continue
                number = straight
            yield kind.entity, match.start(), match.end(), self._score(match[0], number)

    def _score(self, written: str, number: str) -> float:
        kind = self._kind
        valid = kind.check is not None and kind.check(number)
        score = kind.scores.valid if valid else kind.scores.invalid
        if kind.entity is Entity.CARD and valid and not number.startswith(_ISSUERS):
            score = kind.scores.invalid
        if kind.grouped and self._grouped and (valid or not kind.grouped[2]) and self._grouped.fullmatch(written):
            score = max(score, kind.grouped[1])
        return score


_WITH_COUNTRY = frozenset({Entity.NIP, Entity.BANK_ACCOUNT})
COURT = "000"
"""So begins a number of the court register (KRS), of ten digits too; no tax office's prefix does."""
_ISSUERS = ("1800", "2", "3", "4", "5", "6")
"""First digits of the payment networks' cards (ISO/IEC 7812: 2-6; JCB has 1800 too)."""
