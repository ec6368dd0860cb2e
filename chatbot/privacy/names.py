"""Names that the Polish dictionary lacks: given names and surnames of other countries, shapes of Polish surnames, large
Polish towns.

The lists are Faker's (MIT, one country a module), read from its package; a name counts in any Polish case. Shapes come
from the grammar of Polish and Ukrainian surnames, not from a list.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from chatbot.privacy.lexicon import lexicon
from ingestion.polish import fold

COUNTRIES = (
    "en_US", "en_GB", "en_IN", "de_DE", "fr_FR", "it_IT", "es_ES", "pt_PT", "nl_NL", "cs_CZ", "sk_SK", "ro_RO",
    "hu_HU", "tr_TR", "sv_SE", "no_NO", "da_DK", "fi_FI", "lt_LT", "lv_LV", "et_EE", "hr_HR", "sl_SI", "vi_VN",
    "az_AZ", "uk_UA", "ru_RU", "bg_BG", "ar_SA",
)  # fmt: skip
LONGEST = 40
"""Letters; a longer word is no name."""
SHORTEST = 3
"""Letters of a foreign name that counts; 'Al' and 'Bo' are too much else."""
STEM, ENDING, LONG_ENDING = 3, 2, 4
"""Letters: of a word's beginning that no case changes, and of the most that its first form and another's lose."""
ENGLISH_MONTHS = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
)
_LETTERS = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёыэъ",
        "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch _ iu ia e y e _".replace("_", "\0").split(
            " "
        ),
        strict=True,
    )
)
"""Ukrainian passports' transliteration (Cabinet resolution 55 of 2010), with the Russian letters besides."""
_FIRST_LETTERS = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
"""The same, at the beginning of a word: 'Yuliia'."""
_ENDINGS = (
    ("owi", ""),
    ("iem", ""),
    ("em", ""),
    ("a", ""),
    ("u", ""),
    ("ie", ""),
    ("y", "a"),
    ("i", "a"),
    ("ę", "a"),
    ("ą", "a"),
    ("ie", "a"),
    ("o", "a"),
    ("ii", "ia"),
    ("ię", "ia"),
    ("ią", "ia"),
    ("ce", "ka"),
    ("dze", "ga"),
    ("rze", "ra"),
    ("rze", "r"),
    ("le", "la"),
    ("le", "ł"),
    ("y", "ia"),
    ("iej", "ia"),
    ("go", ""),
    ("ego", "i"),
    ("emu", "i"),
    ("m", ""),
    ("im", "i"),
    ("mu", ""),
)
"""What a Polish case adds to a name, and what stood there: 'Dmytrowi', 'Oksany', 'Smitha', 'Giovanniego'."""
_APOSTROPHE = re.compile(r"['’](?:a|owi|em|go|m|mu|ego|emu|u|ie)$")
_SURNAME = re.compile(
    r".{2,}(?:[sc]k(?:i|iego|iemu|im|a|iej|ą|ich|imi)|dzk(?:i|iego|iemu|im|a|iej|ą|ich)|[eo]wicz(?:a|owi|em|u|e|ów|om)?"
    r"|(?:[ae]ń|yń)sk(?:i|iego|iemu|im|a|iej|ą)|c?zyk(?:a|owi|iem|u)?|czak(?:a|owi|iem|u)?|[in]iak(?:a|owi|iem|u)?"
    r"|enk(?:o|i|ę|ą|u)|[^aeiouy]uk(?:a|owi|iem|u)?|[^aeiou]a[łl](?:a|y|ę|ą|e|o)|i[uú]k|yszyn(?:a|owi|em|ie)?"
    r"|ers?ki|sson|yan|shvili|idze)"
)


@lru_cache(50_000)
def foreign_given(word: str) -> bool:
    """Whether ``word``, in any Polish case, is a given name somewhere else."""
    return any(base in _lists()[0] for base in _bases(word))


@lru_cache(50_000)
def foreign_surname(word: str) -> bool:
    return any(base in _lists()[1] for base in _bases(word))


@lru_cache(50_000)
def polish_given(word: str) -> bool:
    """A given name of Faker's Polish list, which has a few that the dictionary lacks."""
    return any(base in _polish() for base in _bases(word))


@lru_cache(50_000)
def surname_shaped(word: str) -> bool:
    """Whether a word that no dictionary has ends as Polish or Ukrainian surnames do, in any case."""
    return len(word) <= LONGEST and _SURNAME.fullmatch(word.lower()) is not None


@cache
def large_towns() -> frozenset[str]:
    """Folded names of the largest Polish towns."""
    return frozenset(
        fold(name.lower()) for name in importlib.import_module("faker.providers.address.pl_PL").Provider.cities
    )


@lru_cache(50_000)
def large_town(words: tuple[str, ...]) -> bool:
    """Whether folded ``words`` are a large town's name of as many words, in any case: 'jeleniej', 'gorze'."""
    return any(
        len(parts) == len(words) and all(_same_word(part, word) for part, word in zip(parts, words, strict=True))
        for parts in _compounds()
    )


@cache
def _compounds() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(re.split(r"[ -]", name)) for name in large_towns() if re.search(r"[ -]", name))


def _same_word(one: str, other: str) -> bool:
    """Whether two forms differ in their ending only."""
    common = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
                  min(len(one), len(other)))
    return common >= STEM and common >= len(one) - ENDING and common >= len(other) - LONG_ENDING


@cache
def town_words() -> frozenset[str]:
    """Words of the names of those towns that have several: 'zielona', 'gora', 'stalowa' …"""
    return frozenset(word for name in large_towns() if re.search(r"[ -]", name) for word in re.split(r"[ -]", name))


def _bases(word: str) -> Iterator[str]:
    """Folded forms that ``word`` may be a case of."""
    if len(word) > LONGEST:
        return
    lower = _APOSTROPHE.sub("", word.lower())
    if len(lower) < SHORTEST:
        return
    yield fold(lower)
    for ending, instead in _ENDINGS:
        stem = lower[: len(lower) - len(ending)]
        if lower.endswith(ending) and len(stem) + len(instead) >= SHORTEST:
            yield fold(stem + instead)


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    given: set[str] = set()
    last: set[str] = set()
    for country in COUNTRIES:
        provider = importlib.import_module(f"faker.providers.person.{country}").Provider
        for attribute in dir(provider):
            names = getattr(provider, attribute)
            if attribute.startswith("first_names") and not callable(names):
                given |= {_latin(part) for name in names for part in name.split()}
            elif attribute.startswith("last_names") and not callable(names):
                last |= {_latin(part) for name in names for part in name.split()}
    return (
        frozenset(name for name in (given | lexicon().given_names) - ENGLISH_MONTHS if len(name) >= SHORTEST),
        frozenset(name for name in last - ENGLISH_MONTHS if len(name) >= SHORTEST),
    )


@cache
def _polish() -> frozenset[str]:
    provider = importlib.import_module("faker.providers.person.pl_PL").Provider
    return frozenset(
        fold(part.lower())
        for row in (provider.first_names_female, provider.first_names_male)
        for name in row
        for part in name.split()
    )


def _latin(name: str) -> str:
    lower = name.lower()
    lower = _FIRST_LETTERS.get(lower[:1], lower[:1]) + lower[1:]
    return fold("".join(_LETTERS.get(letter, letter).replace("\0", "") for letter in lower))
