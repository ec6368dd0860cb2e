"""Names in text written small or in capitals throughout, where a capital can't tell a name from a word.

What tells it instead: a word that can be nothing but a name, the other half of a name beside it, what introduces it
("tu", "pozdrawiam", "pan"), and what stands behind (", 42 lata").
"""

from __future__ import annotations

import re

from chatbot.privacy.dictionary import agree
from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.names import large_towns, polish_given, surname_shaped
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.company import in_company
from chatbot.privacy.thresholds import (
    GIVEN_UNMARKED,
    GIVEN_WITH_SURNAME,
    NAME_INTRODUCED,
    SHORTEST_GIVEN,
    SHORTEST_UNKNOWN,
    SURNAME_UNMARKED,
)
from ingestion.polish import fold

Name = list[tuple[Entity, float]]
_JOINING = frozenset({" ", "\u00a0", "-", " - "})
_ENDS = re.compile(r"[,.;:()!?\n–—/\"”*]")
ADJECTIVAL = re.compile(r".{2,}[sc]k(?:i|iego|iemu|im|a|iej|ą)|.{2,}dzk(?:i|iego|iemu|im|a|iej|ą)", re.IGNORECASE)


def unmarked_name(words: list[Token], at: int, *, told: bool) -> Name:
    """What the words from ``at`` are of a name, one entry a word. ``told``: "nazywam się" or the like stands before."""
    word = words[at]
    if not _lettered(word) or word.lemmas & lexicon().not_names or _unnamed(words, at) or _month(words, at):
        return []
    before = _before(words, at)
    given = _given(words, at, sure=told or before)
    if given:
        hyphen = at + given + 1 < len(words) and words[at + given + 1].gap == "-"
        usual = _usual(word) and (hyphen or _ended(words, at + given + 1))
        sure = _only_given(word) or before or told
        behind = _surname(words, at + given, beside=sure or usual, any_noun=sure, told=told)
        if behind and not in_company(words, at, at + given + behind - 1):
            return [(Entity.GIVEN_NAME, GIVEN_WITH_SURNAME)] * given + [(Entity.SURNAME, GIVEN_WITH_SURNAME)] * behind
        if told or before:
            return [(Entity.GIVEN_NAME, NAME_INTRODUCED)] * given
        alone = _only_given(word) and not _placed(words, at)
        if (alone or _apart(words, at)) and not in_company(words, at, at):
            return [(Entity.GIVEN_NAME, GIVEN_UNMARKED)]
        return []
    return _from_surname(words, at, before=before, told=told)


def _from_surname(words: list[Token], at: int, *, before: bool, told: bool) -> Name:
    word = words[at]
    halves = 2 if at + 1 < len(words) and words[at + 1].gap == "-" and words[at + 1].named.surname else 1
    behind = words[at + halves] if at + halves < len(words) else None
    if behind and behind.gap.strip(",") == " " and (_only_surname(word) or _adjectival(words, at)) and (
            _only_given(behind) or _usual_alone(words, at + halves)) and (
            not behind.gap.startswith(",") or told or before):  # 'kowalski jan', 'nazywam się kowalski, jan'
        return [(Entity.SURNAME, GIVEN_WITH_SURNAME)] * halves + [(Entity.GIVEN_NAME, GIVEN_WITH_SURNAME)]
    if in_company(words, at, at) or _placed(words, at):
        return []
    if told or before:
        count = _surname(words, at, beside=told, first=True)
        second = _surname(words, at + count, beside=True) if count and not word.named.surname else 0
        if second:
            return [(Entity.GIVEN_NAME, NAME_INTRODUCED)] * count + [(Entity.SURNAME, NAME_INTRODUCED)] * second
        return [(Entity.SURNAME, NAME_INTRODUCED)] * count
    alone = _only_surname(word) and surname_shaped(word.text) and not word.named.place  # not 'long' of "how long"
    return [(Entity.SURNAME, SURNAME_UNMARKED)] if alone else []


def _given(words: list[Token], at: int, *, sure: bool) -> int:
    """How many words from ``at`` are given names: a second one counts where a surname is left behind it."""
    count = 0
    while count < 3 and at + count < len(words):
        word = words[at + count]
        if count and (word.gap not in _JOINING or not _surname(words, at + count + 1, beside=True)):
            break
        named = word.named
        abroad = named.foreign and not word.small.known and (
            sure or bool(_surname(words, at + count + 1, beside=False)))
        if not _lettered(word) or len(word) < SHORTEST_GIVEN or not (named.given or abroad):
            break
        if word.small.other and not (_usual(word) and (
                _apart(words, at) or (at + count + 1 < len(words) and _only_surname(words[at + count + 1])))):
            break
        if word.small.common and not sure and not _usual(word):
            break
        count += 1
    return count


def _surname(
    words: list[Token], at: int, *, beside: bool, first: bool = False, any_noun: bool = False,
    told: bool = False,
) -> int:
    """How many words from ``at`` are a surname: one, or two with a hyphen. ``beside``: a given name stands before;
    ``any_noun``: it can be nothing else, so that any noun may be the surname; ``first``: a title or a role does ("pan",
    "kurier")."""
    count = 0
    while count < 2 and at + count < len(words):
        word = words[at + count]
        if (count or not first) and (word.gap not in _JOINING or (count and word.gap != "-")):
            break
        if not _lettered(word) or word.text.lower() in lexicon().english_words or (
                word.lemmas & _never(sure=beside) and not (told and word.text.lower() not in lexicon().titles)):
            break
        small, named = word.small, word.named
        ended = _ended(words, at + count + 1)
        if not small.known:
            fits = named.known or len(word) >= SHORTEST_UNKNOWN
        elif small.other:
            fits = named.surname and (beside or count > 0) and ended
        elif _only_surname(word) or (named.surname and ADJECTIVAL.fullmatch(word.text) is not None):
            fits = True
        elif first and not beside and not count:
            fits = named.surname and not small.person and agree(
                words[at - 1].text.lower(), word.text.capitalize())
        else:
            noun = any_noun and small.common and ended and not small.person
            fits = (named.surname and (beside or count > 0)) or noun
        if not fits:
            break
        count += 1
    return count


def _never(*, sure: bool) -> frozenset[str]:
    known = lexicon()
    roles = known.not_names | known.person_words | known.titles | known.greetings
    return roles if sure else roles | known.thing_words


def _apart(words: list[Token], at: int) -> bool:
    """A name that is a word too, by itself between commas or dashes, before an age, or "… tu": 'dzięki, marek!'."""
    opens = at == 0 or bool(re.search(r"[,.!?;(\n–—-]", words[at].gap))
    behind = words[at + 1] if at + 1 < len(words) else None
    ends = behind is None or bool(_ENDS.search(behind.gap)) or behind.text.lower() in ("tu", "tutaj")
    aged = behind is not None and behind.text[:1].isdigit() and "," in behind.gap
    return _usual(words[at]) and ((opens and ends) or aged)


def _usual(word: Token) -> bool:
    """Whether it is a frequent given name, in any case, whatever else the word is."""
    known = lexicon()
    return bool(word.named.lemmas & (known.usual_given | known.given_names)) or polish_given(word.text)


def _only_given(word: Token) -> bool:
    """It can be nothing but a given name (or a surname)."""
    small = word.small
    return word.named.given and not small.common and not small.other and not small.adjective


def _only_surname(word: Token) -> bool:
    small = word.small
    return (word.named.surname and not word.named.given and not small.common and not small.other) or (
        not small.known and word.named.shaped)


def _adjectival(words: list[Token], at: int) -> bool:
    """'kowalska anna', not 'gazeta krakowska, anna': a surname that is an adjective too, and goes with no noun."""
    word = words[at]
    if not word.named.surname or ADJECTIVAL.fullmatch(word.text) is None:
        return False
    before = words[at - 1] if at and words[at].gap in _JOINING else None
    return before is None or not before.small.common or before.small.person or before.small.other or (
        not agree(before.text.lower(), word.text.capitalize()))


def _usual_alone(words: list[Token], at: int) -> bool:
    """'nowicka maja', with nothing behind it."""
    return _usual(words[at]) and _ended(words, at + 1)


def _before(words: list[Token], at: int) -> bool:
    """Whether somebody may be named next: behind a title, a role, a greeting, 'jestem', 'tu', a closing formula."""
    if at == 0:
        return False
    known, before, gap = lexicon(), words[at - 1], words[at].gap
    if not gap.strip(" \u00a0") and before.lemmas & (known.titles | known.person_words | known.greetings):
        return len(before) > 1 and before.text.lower() not in known.no_persons
    if gap.strip() == "." and before.lemmas & known.titles:
        return True
    return not gap.strip(" \u00a0,\n–-") and fold(before.text.lower()) in known.presenters


def _ended(words: list[Token], at: int) -> bool:
    """Whether a name may end before the word at ``at``."""
    return at >= len(words) or bool(_ENDS.search(words[at].gap)) or words[at].text[:1].isdigit() or (
        words[at].text.lower() in lexicon().behind_names or words[at].small.other)


def _placed(words: list[Token], at: int) -> bool:
    """'w bytomiu', 'ul. kowalskiego': a place's or a street's."""
    if at == 0 or words[at].gap.strip(" \u00a0."):
        return False
    before = words[at - 1]
    named = words[at].named
    return bool(before.lemmas & (lexicon().street_words | lexicon().eponym_heads)) or (
        named.place and before.text.lower() in lexicon().prepositions and (
            not named.given or bool(named.places & large_towns())))


def _unnamed(words: list[Token], at: int) -> bool:
    """'sofa monika', 'św. mikołaja', 'ul. jana pawła': a thing's name."""
    if at == 0 or words[at].gap.strip(" \u00a0.„\""):
        return False
    return bool(words[at - 1].lemmas & (lexicon().thing_words | lexicon().eponym_heads))


def _month(words: list[Token], at: int) -> bool:
    """'30 maja' is no Maja."""
    return at > 0 and words[at].gap in (" ", ".", ". ") and words[at - 1].text.isdigit()


def _lettered(word: Token) -> bool:
    return word.text.replace("'", "").replace("’", "").isalpha() and len(word) > 1
