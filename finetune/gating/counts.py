"""Enough rows, and not too many of those that give up. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.model.seam import Action
from finetune.gating.limits import FEWEST, FEWEST_HELD_OUT, Aim
from finetune.gating.refusal import Refusal
from finetune.gating.row import Sheet


def too_few(sheet: Sheet) -> Iterator[Refusal]:
    rows = [row for row in sheet.train if row.paired] if sheet.aim is Aim.PREFERENCES else list(sheet.train)
    what = "rows with a rejected answer" if sheet.aim is Aim.PREFERENCES else "rows"
    if len(rows) < (fewest := FEWEST[sheet.aim]):
        yield Refusal("too_few", f"{len(rows)} {what} are too few to learn {sheet.aim} from (at least {fewest})")
    if len(sheet.held_out) < (fewest := FEWEST_HELD_OUT[sheet.aim]):
        yield Refusal("too_few", f"{len(sheet.held_out)} held-out rows are too few to judge by (at least {fewest})")


def giving_up(sheet: Sheet) -> Iterator[Refusal]:
    """Of data for answering; a set for tone or of pairs may have none."""
    if sheet.aim in (Aim.TONE, Aim.PREFERENCES) or not sheet.train:
        return
    least, most = sheet.limits.giving_up
    share = sum(row.action is Action.HAND_OVER for row in sheet.train) / len(sheet.train)
    if not least <= share <= most:
        yield Refusal("giving_up", f"{share:.0%} of the rows hand over (between {least:.0%} and {most:.0%})")
    share = sum(row.action is Action.DECLINE for row in sheet.train) / len(sheet.train)
    if share > sheet.limits.declining:
        yield Refusal("giving_up", f"{share:.0%} of the rows decline (at most {sheet.limits.declining:.0%})")
