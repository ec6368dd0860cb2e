"""Every number that decides what is masked. A score is evidence from 0 to 1; what reaches MASK_FROM is masked.

Origins: (F) FIELD.md's rates of chance for each checksum; (M) set on the measuring of `evals privacy`;
(P) Presidio's own default.
"""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.privacy.entities import Entity

MASK_FROM = 0.40
LABEL_ADDS = 0.35
"""(P) A word near the number names its kind."""
LABEL_FADES = 0.005
"""A word of distance takes so much of it: of two kinds that one number could be, the nearer label wins."""
COUNTER_TAKES = 0.35
"""A word near the number says that it is something else."""
NEIGHBOUR_ADDS = 0.30
"""(M) Another identifier stands near: people list their data together."""
LABEL_WORDS_BEFORE = 8
"""(M) Words back from a number in which its label is looked for; a full stop with a capital behind it ends the look."""
LABEL_WORDS_AFTER = 4
COUNTER_WORDS = 3
"""(M) A word that says otherwise counts only so near."""
NEIGHBOUR_DISTANCE = 80
"""(M) Characters."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Before context: of a number whose check holds, of one whose check fails, of one of that form with a check
    that doesn't exist."""

    valid: float
    invalid: float


NUMBERS: dict[Entity, Scores] = {
    Entity.PESEL: Scores(0.60, 0.10),  # (F) 1.8% of random digits pass: enough by itself
    Entity.NIP: Scores(0.30, 0.10),  # (F) 9.2% pass: needs its label
    Entity.REGON: Scores(0.28, 0.08),  # (F) 9.9% pass: needs its label
    Entity.ID_CARD: Scores(0.50, 0.15),  # (F) 10% pass, but three letters with six digits are rare otherwise
    Entity.PASSPORT: Scores(0.50, 0.12),
    Entity.BANK_ACCOUNT: Scores(0.70, 0.45),  # (F) 1.0% pass; nothing else has 26 digits, so a mistyped one too
    Entity.CARD: Scores(0.45, 0.10),  # (F) 10.2% pass; with an issuer's first digits 4%
    Entity.LAND_REGISTER: Scores(0.70, 0.50),  # the form with its slashes is nothing else
    Entity.PLATE: Scores(0.10, 0.10),  # no check at all
}
FRAGMENT = 0.80
"""A few digits said to be the end or the beginning of an account or a card."""
FRAGMENT_WORDS = 8
"""Words round them in which the account or the card is named."""
LOOSE_VALID = 0.20
"""At most so much for digits in unusual groups, whose check may hold by chance: their label must stand near."""
DOCUMENT_NAMED = 0.80
"""Letters and digits of a document right behind the word for it."""
GROUPED_NIP = 0.42
"""3-3-2-2 or 3-2-2-3 with a check that holds: nobody writes another number so."""
GROUPED_CARD = 0.44
"""Four groups of four digits, whatever the check says: a card, or one mistyped."""
PHONE_PREFIXED = 0.65
PHONE_GROUPED = 0.80
"""(M) As sure as a number without a check can be, even near a word like 'paczka'."""
PHONE_DAMAGED = 0.78
"""Grouped like one, with at most PHONE_SIGNS characters misread."""
PHONE_BARE = 0.40
"""Nine digits on end that phonenumbers' plan of Polish numbers knows."""
PHONE_UNKNOWN = 0.15
"""Nine digits on end that the plan does not know; seven digits."""
MOST_DAMAGED = {9: 3, 11: 4, 12: 4, 16: 5, 26: 6}
"""(M) Characters that may be misread in a number of that length."""
EMAIL = 0.90
EMAIL_DAMAGED = 0.60
DOCUMENT_GROUPED = 0.80
"""(M) 4-4-4 digits with dashes: as sure as a number without a check can be, whatever stands round it."""
DOCUMENT_USUAL = 0.42
"""(M) Two capitals and four digits; a word like 'model' near it lowers it."""
DOCUMENT_CODE = 0.15
"""(M) Two or three letters and four to seven digits, a form that product codes have too."""
ADDRESS = 0.80
POSTAL_CODE = 0.55
STREET_WORDS = 4
"""Words of a street's name."""
HOME_WORDS_BEFORE = 4
"""Words back from a street's name in which 'mieszkam', 'adres' or 'dostawa' introduces it."""
STREET_LIKENESS = 0.55
"""(M) Share of letters in common (difflib) that a misread 'ul.' or 'plac' must keep, before a house number and code."""
BIRTH_DATE = 0.15
"""A date is masked only where a word says that someone was born on it."""
PASSWORD = 0.80
COMPANY_NUMBER = 0.95

GIVEN_WITH_SURNAME = 0.90
NAME_INTRODUCED = 0.85
GIVEN_ALONE = 0.70
"""A given name with a capital inside a sentence."""
GIVEN_OPENING = 0.60
"""… that opens a sentence and is no everyday word."""
GIVEN_UNMARKED = 0.45
"""(M) Without a capital, or in capitals among capitals, of a word that is a given name and nothing else."""
SURNAME_UNMARKED = 0.45
"""(M) In text without capitals, or with nothing else: a word that is a surname and nothing else."""
LONGEST_TOLD = 5
"""Words of a name behind 'nazywam się'."""
RENAMED_WORDS = 5
"""Words back from 'na' in which 'nazwisko' makes what follows one."""
SHORTEST_UNKNOWN = 4
"""Letters of a word in no dictionary that counts as a surname there, behind a given name or a title."""
GIVEN_LISTED = 0.20
"""… that is an everyday word, before a comma: a name where other personal data stands near ('Albert, 883 100 200')."""
SHORTEST_GIVEN = 3
"""Letters; 'Od' and 'Al' are names in the dictionary too."""
SHORTEST_SHOUTED = 4
"""Letters of a surname in capitals that may be a verb or the like, behind what can only be a given name."""
STRANGER_WITH_SURNAME = 0.60
"""A word that no dictionary has, with a capital, before one that is a surname only."""
SURNAME_ALONE = 0.50
"""(M) With a capital inside a sentence, in the dictionary as a surname only."""
SURNAME_AT_INITIAL = 0.80
SHORTEST_AT_INITIAL = 3
"""Letters of a surname beside an initial."""
CLOSING_WORDS = 4
"""Words back from an initial in which a closing formula makes it a signature."""
SURNAME_WEAK = 0.10
SHORTEST_MISREAD = 5
"""Letters of a word without a capital that may be a misread town behind a preposition."""
PLACE_PREPOSITION = 0.70
PLACE_ALONE = 0.60
PLACE_WEAK = 0.20

KNOWN = 0.90
"""It was hidden in this conversation before."""
KNOWN_LETTERS = 3
KNOWN_CHARACTERS = 6
"""Of a name's part, and of anything else, that is looked for again."""

PATTERN_SECONDS = 0.05
"""An admin's pattern may take so long on one message, or on one of the texts it is tried on when saved."""
PATTERN_LENGTH = 200
"""Characters of an admin's pattern."""
PATTERNS = 20
"""Patterns of one company: each costs time on every message."""
