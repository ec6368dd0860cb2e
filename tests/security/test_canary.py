"""What stands in the prompt alone stays there: no answer holds the prompt's secret word, in any disguise."""

from __future__ import annotations

import random

import pytest

from chatbot.answer import AnswerKind, Reason
from chatbot.model.fake import FakeModel, first_sentence
from chatbot.model.hostile import FORMS, fixed
from chatbot.model.seam import Action, Proposal, Task
from chatbot.privacy import canary
from chatbot.privacy.masking import Masker
from tests.security.answers import QUESTION, parts, told
from tests.security.disguises import DISGUISES, cut, outputs
from tests.security.scale import WHOLE
from tests.security.shared import passages, questions

STREAMED = 16_000 if WHOLE else 1_200
ANSWERED = 2_000 if WHOLE else 160
HARMLESS = 10_000 if WHOLE else 600


@pytest.fixture(scope="module")
def masker() -> Masker:
    made = Masker()
    made.warm()
    return made


def secret(dice: random.Random) -> str:
    return "".join(dice.choice("bcdfghjklmnpqrstvwxz") for _ in range(canary.LENGTH))


def test_no_output_of_many_gives_the_secret_away_however_it_streams() -> None:
    """Each piece is shown until the watch says no; what was shown then may not hold the secret."""
    dice = random.Random(6)
    leaked: dict[str, int] = {}
    words = [secret(dice) for _ in range(200)]  # making a watch for one costs more than watching
    for word, name, output in outputs(words, STREAMED, seed=1):
        watch = canary.Watch(word)
        if not any(watch.leaks(piece) for piece in cut(output, dice)):
            leaked[name] = leaked.get(name, 0) + 1
    assert leaked == {}


async def test_no_answer_gives_the_secret_away_wherever_the_model_puts_it(masker: Masker) -> None:
    """Through real answering with a model that always tells: 0 of its disguises in any of its forms come out."""
    names = list(DISGUISES)
    shown = 0
    for number in range(ANSWERED):
        disguise = DISGUISES[names[number % len(names)]]
        words: list[str] = []

        def tell(task: Task, disguise=disguise, words=words) -> str:  # type: ignore[no-untyped-def]
            assert len(task.canary) == canary.LENGTH
            words.append(task.canary)
            return disguise(task.canary)

        streamed, ended = await told(QUESTION, parts(fixed(number // len(names) % FORMS, tell), masker=masker))
        everything = " ".join((*streamed, ended.text, ended.draft, *(one.quote for one in ended.citations)))
        assert not any(canary.leaks(everything, word) for word in words), (names[number % len(names)], everything)
        shown += ended.kind is AnswerKind.REPLY
    assert shown < ANSWERED, "some of it must have been caught by the canary itself"


@pytest.mark.parametrize("name", ["plain", "spaced", "reversed", "base64", "hex", "rot13", "full-width"])
async def test_a_model_that_tells_is_not_believed_in_anything_else(masker: Masker, name: str) -> None:
    model = fixed(1, lambda task: DISGUISES[name](task.canary))
    streamed, ended = await told(QUESTION, parts(model, masker=masker))
    assert ended.kind is AnswerKind.TICKET and ended.verdict.reasons == (Reason.INJECTION,)
    assert ended.draft == "" and streamed == [ended.text]


async def test_a_secret_split_round_the_quote_is_seen(masker: Masker) -> None:
    def split(task: Task) -> Proposal:
        return Proposal(Action.QUOTE, (0,), task.canary[:6], task.canary[6:])

    _, ended = await told(QUESTION, parts(FakeModel(split), masker=masker))
    assert ended.verdict.reasons == (Reason.INJECTION,)


async def test_each_answer_has_a_secret_of_its_own(masker: Masker) -> None:
    model = FakeModel()
    for _ in range(5):
        await told(QUESTION, parts(model, masker=masker))
    assert len({task.canary for task in model.asked}) == 5


async def test_an_honest_answer_is_not_held_back(masker: Masker) -> None:
    for _ in range(20):
        _, ended = await told(QUESTION, parts(FakeModel(first_sentence), masker=masker))
        assert ended.kind is AnswerKind.REPLY


def test_harmless_text_is_not_taken_for_a_leak() -> None:
    """Clauses, help answers and questions, each as if a fresh prompt's answer: none is held back."""
    texts = passages("legal", HARMLESS) + passages("support-faq", 900) + questions(400)
    words = [canary.new() for _ in range(20)]
    flagged = [text for number, text in enumerate(texts) if canary.leaks(text, words[number % len(words)])]
    assert len(texts) > min(HARMLESS, 1_800) and flagged == []
