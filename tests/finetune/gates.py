"""`make gates` (`python -m tests.finetune.gates`): each gate, the data set made to break it, and who refuses that set.

Exit 1 where a gate lets its broken set through. The tests of `test_gate.py` hold the same sets to more.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from transformers import AutoTokenizer
from transformers.utils import logging

from chatbot import prompts
from chatbot.model.encoding import Encoder
from chatbot.subjects import Subjects
from finetune import checked, examples, gate, records, samples
from finetune.corpus import Corpus, Piece
from finetune.gating.counting import counted
from finetune.gating.limits import Aim
from finetune.gating.refusal import Refusal
from finetune.gating.row import Sheet
from finetune.record import Record
from finetune.samples import Mix
from ingestion.settings import Settings
from tests.finetune.cast import NoMask, sound
from tests.tiny import tiny_model

BROKEN = Path(__file__).parent / "broken"
CORPUS = Corpus([Piece(f"k{n}", "k", f"§ {n}", (f"Zasada {n} o zwrotach.",)) for n in range(4)])
ERASED = ("f" * 32, "e" * 32)
"""Hashes of the people in the broken set `erased`."""
WIDTH = 150
"""Characters of the table: a reason on a line or two."""
FITS, LONGER = 900, 4000
"""Tokens that the trainer reads; `truncation` has longer rows."""


@dataclass(frozen=True, slots=True)
class Tried:
    """``rows`` of the broken set; ``refusals`` of the whole sheet it was put into."""

    gate: str
    rows: int
    refusals: tuple[Refusal, ...]

    @property
    def refused(self) -> bool:
        return any(one.gate == self.gate for one in self.refusals)

    @property
    def reason(self) -> str:
        return next((one.reason for one in self.refusals if one.gate == self.gate), "LET THROUGH")

    @property
    def others(self) -> list[str]:
        return sorted({one.gate for one in self.refusals} - {self.gate})


def broken(name: str) -> list[Record]:
    return records.read(BROKEN / f"{name}.jsonl")


def tried(settings: Settings) -> Iterator[Tried]:
    """Every gate of the table, in its order, against the set of its name."""
    for name in (one.name for one in gate.GATES):
        rows, sheet = SHEETS.get(name, _mixed)(name, settings)
        yield Tried(name, rows, tuple(gate.refusals(sheet)))


def _mixed(name: str, settings: Settings) -> tuple[int, Sheet]:
    """The broken rows among two hundred sound ones."""
    rows = broken(name)
    return len(rows), checked.of_records([*sound(), *rows], Aim.ANSWERS, settings, NoMask())


def _alone(name: str, settings: Settings) -> tuple[int, Sheet]:
    rows = broken(name)
    return len(rows), checked.of_records(rows, Aim.ANSWERS, settings, NoMask())


def _both_sides(name: str, settings: Settings) -> tuple[int, Sheet]:
    train, held = broken(f"{name}.train"), broken(f"{name}.held_out")
    given = checked.of_records([*sound(), *train], Aim.PROVIDER, settings, NoMask(), held_out=held)
    return len(train) + len(held), given


def _of_erased(name: str, settings: Settings) -> tuple[int, Sheet]:
    with erased(settings):
        return _mixed(name, settings)


def _tokens(limit: int) -> Callable[[str, Settings], tuple[int, Sheet]]:
    def sheet(name: str, settings: Settings) -> tuple[int, Sheet]:
        tokenizer = AutoTokenizer.from_pretrained(tiny_model(settings.data_dir / "tiny"))
        encoder = Encoder(tokenizer, prompts.load("quote-v1"))
        made = samples.build(examples.read([BROKEN / f"{name}.jsonl"]), CORPUS, Mix(removed=0), 1)
        return len(made), Sheet(counted(made, encoder, limit))

    return sheet


SHEETS = {
    "too_few": _alone, "giving_up": _alone, "leakage": _both_sides, "erased": _of_erased,
    "truncation": _tokens(FITS), "trained_tokens": _tokens(LONGER),
}  # fmt: skip
"""How a set is put before the gates where it is not simply mixed among sound rows."""


@contextmanager
def erased(settings: Settings) -> Iterator[None]:
    """While the block runs, the people of the broken set are in the ledger of those erased."""
    ledger = Subjects(settings.data_dir)
    ledger.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = ledger.folder / "forgotten.txt"
    path.write_text("".join(f"{one}\n" for one in ERASED), encoding="utf-8")
    try:
        yield
    finally:
        path.unlink()


def main() -> int:
    logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as folder:
        found = list(tried(Settings(data_dir=Path(folder))))
    table = Table("gate", "broken rows", "refused", "why", "also refused by")
    for one in found:
        table.add_row(one.gate, str(one.rows), "yes" if one.refused else "NO", one.reason, ", ".join(one.others) or "–")
    Console(width=WIDTH).print(table)
    return int(not all(one.refused for one in found))


if __name__ == "__main__":
    sys.exit(main())
