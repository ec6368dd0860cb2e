"""The company's profile: what the code must know of a company and what no document says in a form code can read."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.errors import SettingError

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Strict):
    """Open from ``opens`` to ``closes``, local time of the company."""

    opens: time
    closes: time


class Hours(_Strict):
    """When humans answer. ``closed`` are single days (public holidays are to be listed here)."""

    timezone: str = "Europe/Warsaw"
    week: dict[Weekday, Span]
    closed: tuple[date, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Topic(_Strict):
    """A subject with a policy. ``words`` are Polish or English lemmas or phrases; any of them, lemmatised, is a match.

    ``policy``: ``human`` always goes to a person whatever the score says; ``decline`` is always refused politely;
    ``off_topic`` is refused politely unless the documents surely answer it.
    """

    name: str
    title: dict[Literal["pl", "en"], str]
    policy: Literal["answer", "human", "decline", "off_topic"] = "answer"
    team: str = "support"
    words: tuple[str, ...] = ()
    boost_minutes: int = Field(0, ge=0, le=240, description="its tickets stand as if they had waited so much longer")
    promise_minutes: int | None = Field(None, ge=1, description="a human answers within so many minutes of work")


class Golden(_Strict):
    """A question that must go on finding a document, or a clause of it, among the first ``among`` passages, as of a day
    (None: today). A change of the documents after which it doesn't is not taken into use."""

    question: str = Field(min_length=1, max_length=500)
    document: str
    clause: str | None = None
    as_of: date | None = None
    among: int = Field(5, ge=1, le=20)


class NumberPattern(_Strict):
    """What the company's own contract, customer or order numbers look like, so that they are masked.

    ``pattern`` is a regular expression; ``examples`` are numbers it must find whole, ``others`` texts in which it must
    find nothing. Checked where masking is opened (`chatbot.privacy.patterns`).
    """

    name: str = Field(min_length=1, max_length=80)
    pattern: str = Field(min_length=1)
    examples: tuple[str, ...] = Field(min_length=1, max_length=20)
    others: tuple[str, ...] = Field(default=(), max_length=20)


class Goals(_Strict):
    """What the company asks of the bot, for the decision report and for approval. Prices are in ``currency``.

    ``risk``: share of wrong answers among those sent that it accepts; ``gain``: how many more of the answerable
    questions, as a share, an adapter must answer rightly to be worth its keep; ``seconds``: 95% of answers within it;
    ``hour_price`` of the machine; ``ticket_price`` of one conversation with a person.
    """

    risk: float = Field(0.05, gt=0, lt=1)
    gain: float = Field(0.05, ge=0, lt=1)
    seconds: float = Field(8.0, gt=0)
    hour_price: float = Field(0.4, ge=0)
    ticket_price: float = Field(8.0, ge=0)
    currency: str = "PLN"


class Company(_Strict):
    name: str
    about: dict[Literal["pl", "en"], str] = Field(description="one sentence: what the company does")
    languages: tuple[str, ...] = ("pl", "en")
    glossary: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="abbreviation → what it stands for")
    hours: Hours
    topics: tuple[Topic, ...] = ()
    promise_minutes: int | None = Field(None, ge=1, description="as a topic's, for every ticket without one")
    style: Annotated[dict[str, str], Field(description="style rules: name → rule, for prompts and evaluation")] = {}
    contact: dict[str, str] = {}
    goals: Goals = Goals()
    golden: tuple[Golden, ...] = ()
    numbers: Annotated[tuple[NumberPattern, ...], Field(description="the company's own numbers, masked by form")] = ()


def load(path: Path) -> Company:
    """Raises SettingError naming the file, the field and what is wrong with it."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"COMPANY={path} can't be read ({error.strerror}). Name a YAML profile.") from error
    except yaml.YAMLError as error:
        raise SettingError(f"COMPANY={path} is not valid YAML: {error}") from error
    try:
        return Company.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingError(f"COMPANY={path}: {where}: {first['msg']}.") from error
