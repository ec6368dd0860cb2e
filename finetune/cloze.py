"""Questions made by rule from the sentences of statutes: a question word takes the place of a deadline, an amount, an
actor, a penalty, a form. They teach to tell the sentence that answers from its neighbours of the same clause family.

A share of them is made impossible: the answering sentence goes and its article stays, or the question asks about
someone else. Polish word order is free enough for such questions to read like a hurried customer's; understanding
people is left to the written examples. They have no frame, and are marked ``rule``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chatbot.model.seam import Action, Task
from chatbot.prompts import Written
from finetune.corpus import Corpus, Piece
from finetune.samples import Sample

SENTENCE = (50, 260)
"""Characters of an answering sentence."""
QUESTION_WORDS = (4, 18)
"""Words of a question; longer ones are cut at a comma or dropped."""
SHOWN = (4, 9)
"""Candidate sentences of a task."""
NEIGHBOUR = 240
"""Characters of a sentence beside the answering one; longer ones cost tokens and teach nothing more."""
REMOVED, SWAPPED = 0.18, 0.10
"""Shares of tasks made impossible: without the answering sentence; asked about someone else."""
HURRIED = 0.35
"""Share of questions in small letters and without a sign at the end, as many customers type."""

_NUMBER = r"(?:\d+|jednego|dwóch|trzech|czterech|pięciu|sześciu|siedmiu|dziesięciu|czternastu|trzydziestu)"
_UNIT = r"(?:dni|dnia|miesięcy|miesiąca|lat|roku|tygodni|godzin|minut)"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (question, re.compile(pattern))
    for question, pattern in (
        ("w jakim terminie", rf"\bw (?:terminie|ciągu) (?:nie (?:dłuższym|krótszym) niż )?{_NUMBER} {_UNIT}\b"),
        ("do kiedy", rf"\bnie później niż (?:w terminie |na |do |w ciągu )?{_NUMBER} {_UNIT}\b"),
        ("do kiedy", r"\b(?:w terminie )?do dnia \d+ [a-ząćęłńóśźż]+(?: każdego roku| roku następnego)?"),
        ("na jak długo", rf"\bna (?:czas|okres) (?:nie dłuższy niż )?(?:do )?{_NUMBER} {_UNIT}\b"),
        ("jak długo", rf"\bprzez (?:okres )?(?:co najmniej )?{_NUMBER} {_UNIT}\b"),
        ("od jakiego wieku", r"\bpo ukończeniu \d+ lat\b"),
        ("jak często", r"\b(?:co najmniej )?(?:raz|dwa razy) (?:w (?:roku|miesiącu|tygodniu)|na \w+ \w+)\b"),
        ("ile", r"(?<=wynosi )(?:nie (?:więcej|mniej) niż )?\d[^,;.–()]{1,50}"),
        ("w jakiej formie", r"\bw (?:formie|postaci) [a-ząćęłńóśźż]+(?: (?:elektronicznej|papierowej|notarialnego))?"),
        ("w jaki sposób", r"\bw drodze (?:rozporządzenia|decyzji administracyjnej|decyzji|uchwały|zarządzenia|umowy)"),
        ("na czyj wniosek", r"\bna wniosek [a-ząćęłńóśźż]+(?: [a-ząćęłńóśźż]+)?"),
        ("za czyją zgodą", r"\bza zgodą [a-ząćęłńóśźż]+(?: [a-ząćęłńóśźż]+)?"),
        ("kto", r"^(?:Minister właściwy do spraw [^,;]{4,60}?|Rada Ministrów|Prezes [^,;]{4,50}?|Wojewoda|Starosta|Sąd"
                r"|Prokurator|Organ [^,;]{4,40}?|Pracodawca|Przedsiębiorca|Wójt[^;]{0,40}?|Rada gminy|Komisja|Zarząd"
                r"|Dyrektor [^,;]{4,40}?|Właściciel[^,;]{0,40}?)"
                r"(?= (?:określ|wydaje|prowadzi|powołuje|odwołuje|może|ustala|jest obowiązany|zapewnia|sprawuje|udziela"
                r"|przekazuje|składa|ogłasza|stwierdza|dokonuje|podejmuje|nadzoruje|rozpatruje|ponosi|odpowiada))"),
    )
)  # fmt: skip
_PENALTY = re.compile(r"^Kto,? (?P<deed>[^;]{10,160}?),? podlega (?:karze|grzywnie)")
_MEANING = re.compile(
    r"^(?:\d+\) )?(?P<term>[a-ząćęłńóśźż]+(?: [a-ząćęłńóśźż]+){0,3}) [-–—] (?:oznacza|należy|jest to)"
)
_DUTY = re.compile(
    r"^(?P<who>[A-ZŻŹĆŁŚ][a-ząćęłńóśźż]+(?: [a-ząćęłńóśźż]+){0,4}) (?:jest|są) "
    r"(?P<must>obowiązan[yaei]|zobowiązan[yaei])"
)
_REFERENCE = re.compile(
    r",? o (?:których|której|którym|którą) mowa w"
    r"(?: (?:art|ust|pkt|lit|§)\.? ?\d*\w*\.?| [i-]| \d\w*\)?|,(?= art| ust| pkt))*,?"
    r"| \(.*?\)"
)
_LOOSE = re.compile(r"\s*,(?:\s*,)+|\s+(?=[,.:;])")
_ITEM = re.compile(r"^\s*(?:Art\. \d+\w*\. ?|§ \d+\w*\. ?)?(?:\d+\w*[.)] ?|[a-z]\) ?|[-–•] ?)*")
_ACTORS: tuple[tuple[str, ...], ...] = (
    ("starosta", "starosty", "staroście", "starostę", "starostą"),
    ("wojewoda", "wojewody", "wojewodzie", "wojewodę", "wojewodą"),
    ("pracodawca", "pracodawcy", "pracodawcy", "pracodawcę", "pracodawcą"),
    ("przedsiębiorca", "przedsiębiorcy", "przedsiębiorcy", "przedsiębiorcę", "przedsiębiorcą"),
    ("sprzedawca", "sprzedawcy", "sprzedawcy", "sprzedawcę", "sprzedawcą"),
    ("pracownik", "pracownika", "pracownikowi", "pracownika", "pracownikiem"),
    ("lekarz", "lekarza", "lekarzowi", "lekarza", "lekarzem"),
    ("rolnik", "rolnika", "rolnikowi", "rolnika", "rolnikiem"),
    ("podatnik", "podatnika", "podatnikowi", "podatnika", "podatnikiem"),
    ("konsument", "konsumenta", "konsumentowi", "konsumenta", "konsumentem"),
    ("kierowca", "kierowcy", "kierowcy", "kierowcę", "kierowcą"),
    ("notariusz", "notariusza", "notariuszowi", "notariusza", "notariuszem"),
    ("bank", "banku", "bankowi", "bank", "bankiem"),
    ("żołnierz", "żołnierza", "żołnierzowi", "żołnierza", "żołnierzem"),
    ("sędzia", "sędziego", "sędziemu", "sędziego", "sędzią"),
    ("student", "studenta", "studentowi", "studenta", "studentem"),
    ("armator", "armatora", "armatorowi", "armatora", "armatorem"),
    ("ubezpieczyciel", "ubezpieczyciela", "ubezpieczycielowi", "ubezpieczyciela", "ubezpieczycielem"),
)
_FORM = {form: (row, column) for row, forms in enumerate(_ACTORS) for column, form in enumerate(forms)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the sentence it was made of: ``sentence`` indexes the piece's."""

    question: str
    piece: Piece
    sentence: int


def samples(corpus: Corpus, number: int, rng: random.Random) -> list[Sample]:
    """``number`` tasks, at most one an article, or fewer where the rules find too little."""
    made: list[Sample] = []
    pieces = sorted(corpus.pieces.values(), key=lambda piece: piece.key)
    for piece in rng.sample(pieces, len(pieces)):
        if len(made) == number:
            break
        found = list(asked(piece))
        found = [one for one in found if ":" not in one.question and "§" not in one.question]
        if found and (sample := _sample(rng.choice(found), corpus, rng)):
            made.append(sample)
    return made


def asked(piece: Piece) -> Iterator[Asked]:
    """Every question the rules find in this passage."""
    for index, sentence in enumerate(piece.sentences):
        if SENTENCE[0] <= len(sentence) <= SENTENCE[1]:
            for question in questions(sentence):
                yield Asked(question, piece, index)


def questions(sentence: str) -> list[str]:
    """The questions that this sentence answers, in lower case, without a sign at the end."""
    text = " ".join(_REFERENCE.sub(" ", _ITEM.sub("", sentence)).split()).rstrip(".;:, ")
    found = []
    if match := _PENALTY.match(text):
        found += [f"co grozi temu, kto {match['deed']}", f"jaka kara jest za to, że ktoś {match['deed']}"]
    if match := _MEANING.match(text):
        found += [f"co to znaczy {match['term']}", f"co oznacza pojęcie {match['term']}"]
    if match := _DUTY.match(text):
        found.append(f"do czego {_small(match['who'])} jest {match['must']}")
    for word, pattern in _RULES:
        if match := pattern.search(text):
            if word == "w jaki sposób" and "ozporządzenia" in match[0]:  # half of all statutes' delegations
                continue
            rest = text[: match.start()] + text[match.end() :]
            if word == "ile":
                rest = re.sub(r"\bwynosi\b.*", "", text[: match.start()])
                word = "ile wynosi"
            found.append(f"{word} {_short(_small(rest))}")
    return [question for question in found if QUESTION_WORDS[0] <= len(question.split()) <= QUESTION_WORDS[1] + 4]


def _small(text: str) -> str:
    text = _LOOSE.sub(lambda gap: "," if "," in gap[0] else "", " ".join(text.split())).strip(" ,;.:–-")
    text = re.sub(r"\b(określi|może|składa|udziela),(?= )", r"\1", text)
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _short(text: str) -> str:
    """At most the words of a question: whole parts between commas while they fit."""
    words = text.split()
    if len(words) <= QUESTION_WORDS[1]:
        return text
    parts, kept = re.split(r"(?<=[,;–])\s", text), ""
    for part in parts:
        if len(f"{kept} {part}".split()) > QUESTION_WORDS[1]:
            break
        kept = f"{kept} {part}".strip()
    return kept.strip(" ,;–") or " ".join(words[: QUESTION_WORDS[1]])


def _sample(made: Asked, corpus: Corpus, rng: random.Random) -> Sample | None:
    piece, answer = made.piece, made.piece.sentences[made.sentence]
    question, draw = made.question, rng.random()
    if draw < SWAPPED and (other := about_another(question, piece, rng)):
        question, answers = other, False
    else:
        answers = draw >= SWAPPED + REMOVED
    near = [p for p in corpus.near(question, piece.group, 4) if p.key != piece.key][:3]
    wanted = rng.randint(*SHOWN)
    own = _window(piece, made.sentence, rng.randint(2, 5))
    if not answers and draw >= SWAPPED:
        own = [index for index in own if index != made.sentence]
    place = rng.choices((0, 1, 2), (0.55, 0.3, 0.15))[0]
    shown: list[tuple[str, str, bool]] = []
    blocks = [[(p.label, s, False) for s in p.sentences[:5] if len(s) <= NEIGHBOUR] for p in near]
    blocks.insert(min(place, len(blocks)), [
        (piece.label, piece.sentences[i], i == made.sentence)
        for i in own
        if i == made.sentence or len(piece.sentences[i]) <= NEIGHBOUR
    ])
    room = wanted
    for index, block in enumerate(blocks):
        least = len(own) if index < place and len(blocks) > place else 0
        part = block[: max(room - least, 1)] if block and not any(row[2] for row in block) else block
        shown += part
        room -= len(part)
        if room <= 0:
            break
    shown = [row for row in shown if len(row[1]) > 3]
    gold = tuple(i for i, row in enumerate(shown) if answers and (row[2] or row[1] == answer))
    if len(shown) < 2 or (answers and not gold):
        return None
    spoken = question if rng.random() < HURRIED else f"{question[:1].upper()}{question[1:]}?"
    task = Task(spoken, tuple(row[1] for row in shown), tuple(row[0] for row in shown))
    action = Action.QUOTE if gold else Action.HAND_OVER
    return Sample(f"cloze:{piece.key}", piece.key, task, Written(action, gold[:1]), gold, "rule")


def _window(piece: Piece, sentence: int, size: int) -> Sequence[int]:
    """Positions of ``size`` neighbours round the sentence, itself among them."""
    start = max(0, min(sentence - size // 2, len(piece.sentences) - size))
    return range(start, min(start + size, len(piece.sentences)))


def about_another(question: str, piece: Piece, rng: random.Random) -> str | None:
    """The question with one actor changed for another whom the passage doesn't name; None where it names none."""
    words = question.split()
    places = [index for index, word in enumerate(words) if word.strip(",").lower() in _FORM]
    if not places:
        return None
    place = rng.choice(places)
    row, column = _FORM[words[place].strip(",").lower()]
    text = piece.text.lower()
    others = [forms for number, forms in enumerate(_ACTORS) if number != row and forms[0][:5] not in text]
    if not others:
        return None
    comma = "," if words[place].endswith(",") else ""
    words[place] = rng.choice(others)[column] + comma
    return " ".join(words)
