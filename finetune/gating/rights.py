"""Whether these texts may be trained on at all: consent, licence, review, people erased, personal data left. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from finetune.gating.limits import FORBIDDEN, TRAINABLE
from finetune.gating.refusal import Refusal, naming
from finetune.gating.row import Row, Sheet
from finetune.record import Basis, Decision, Origin, Pii

CUSTOMERS = frozenset({Origin.CONVERSATION, Origin.CORRECTION})
"""Origins that have a customer's words in them."""
NOBODYS = frozenset({Origin.WRITTEN, Origin.SYNTHETIC})
"""Origins in which a name is of a made-up or a public person ("Jaka będzie jutro pogoda w Gdańsku?")."""
NAMES = frozenset({"GIVEN_NAME", "SURNAME", "CITY"})
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){8,}")
_E_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)


def consent(sheet: Sheet) -> Iterator[Refusal]:
    without = [row for row in sheet.rows if row.basis is Basis.NONE
               or (row.origin in CUSTOMERS and row.basis is not Basis.CUSTOMER)
               or (row.origin is Origin.IMPORT and row.basis is Basis.COMPANY)]
    yield from naming("consent", "{n} rows come from people who did not agree to it", without, sheet.limits)


def licence(sheet: Sheet) -> Iterator[Refusal]:
    refused = [row for row in sheet.rows if allowed(row.licence) is None]
    names = ", ".join(sorted({row.licence or "none" for row in refused}))
    yield from naming("licence", f"{{n}} rows are under a licence that forbids training, or is not known: {names}",
                      refused, sheet.limits)  # fmt: skip
    if sheet.ships:
        stays = [row for row in sheet.rows if allowed(row.licence) is False]
        names = ", ".join(sorted({row.licence for row in stays}))
        yield from naming("licence", f"{{n}} rows may only train an adapter that stays, and this one ships: {names}",
                          stays, sheet.limits)  # fmt: skip


def allowed(name: str) -> bool | None:
    """None: not to train on. False: only an adapter that is not passed on. True: also one that is."""
    lower = name.lower().strip()
    if not lower or any(word in re.findall(r"[a-z]+", lower) for word in FORBIDDEN):
        return None
    found = [(beginning, ships) for beginning, ships in TRAINABLE if lower.startswith(beginning)]
    return max(found, key=lambda pair: len(pair[0]))[1] if found else None


def reviewed(sheet: Sheet) -> Iterator[Refusal]:
    unseen = [row for row in sheet.rows if row.origin is not Origin.WRITTEN
              and (row.review is None or row.review.decision is Decision.DROPPED)]
    yield from naming("review", "{n} rows that nobody wrote for training were not accepted by a person (python -m "
                      "finetune review)", unseen, sheet.limits)


def erased(sheet: Sheet) -> Iterator[Refusal]:
    gone = [row for row in sheet.rows if row.subjects & sheet.forgotten]
    yield from naming("erased", "{n} rows are of people who were erased or took their consent back: export again", gone,
                      sheet.limits)  # fmt: skip


def personal(sheet: Sheet) -> Iterator[Refusal]:
    unchecked = [row for row in sheet.rows if row.pii is Pii.UNCHECKED and row.origin is not Origin.WRITTEN]
    yield from naming("pii", "{n} rows were never masked: import them with python -m finetune import", unchecked,
                      sheet.limits)  # fmt: skip
    left = [row for row in sheet.rows if _kinds(row, sheet)]
    kinds = sorted({kind for row in left for kind in _kinds(row, sheet)})
    yield from naming("pii", f"{{n}} rows still have personal data ({', '.join(kinds)})", left, sheet.limits)
    looks = [row for row in sheet.rows if row not in left and _looks(row)]
    yield from naming("pii", "{n} rows have what looks like a personal number or address", looks, sheet.limits)


def _kinds(row: Row, sheet: Sheet) -> frozenset[str]:
    found = frozenset(kind for text in row.spoken for kind in sheet.leftover.get(text, ()))
    return found - NAMES if row.origin in NOBODYS else found


def _looks(row: Row) -> bool:
    """A second look that shares nothing with the recognisers, but for what the company's own passage says."""
    ours = " ".join(row.shown)
    found = (match[0] for text in row.spoken for pattern in (_LONG_NUMBER, _E_MAIL) for match in pattern.finditer(text))
    return any(one not in ours for one in found)
