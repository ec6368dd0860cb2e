"""What the trainer's tokens are: enough of them learnt, none cut off, and the text before them as serving writes it."""

from __future__ import annotations

from collections.abc import Iterator

from finetune.gating.refusal import Refusal, naming
from finetune.gating.row import Sheet


def template(sheet: Sheet) -> Iterator[Refusal]:
    wrong = [row for row in sheet.rows if row.wrong_template]
    why = wrong[0].wrong_template if wrong else ""
    yield from naming("template", f"{{n}} rows are not written as serving writes them, the first: {why}", wrong,
                      sheet.limits)  # fmt: skip
    if sheet.serving is not None:
        other = [row for row in sheet.rows if row.system is not None and row.system != sheet.serving]
        yield from naming("template", "{n} rows have another system message than serving: take it out, the export "
                          "writes serving's own", other, sheet.limits)


def trained_tokens(sheet: Sheet) -> Iterator[Refusal]:
    counted = [row for row in sheet.train if row.tokens and row.trained is not None]
    nothing = [row for row in counted if not row.trained]
    yield from naming("trained_tokens", "{n} rows carry no loss: nothing of them would be learnt", nothing,
                      sheet.limits)  # fmt: skip
    if not counted:
        return
    share = sum(row.trained or 0 for row in counted) / sum(row.tokens or 0 for row in counted)
    least, most = sheet.limits.trained_tokens
    if not least <= share <= most:
        yield Refusal("trained_tokens", f"{share:.1%} of the tokens carry loss (between {least:.0%} and {most:.0%}): "
                      "the labels are masked wrongly")


def truncation(sheet: Sheet) -> Iterator[Refusal]:
    cut = [row for row in sheet.rows if row.cut]
    if len(cut) > sheet.limits.truncated * len(sheet.rows):
        yield from naming("truncation", f"{{n}} of {len(sheet.rows)} rows don't fit and would lose their end or their "
                          "answering sentence", cut, sheet.limits)
