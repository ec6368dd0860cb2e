"""How many questions may be inside a model at once, waiting ones included: a bounded queue without a queue."""

from __future__ import annotations

from types import TracebackType

from ingestion.errors import ModelBusy


class Admission:
    """A context manager for one event loop; raises ModelBusy at once when it is full."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.taken = 0

    def __enter__(self) -> None:
        if self.taken >= self.places:
            raise ModelBusy(f"The model is busy: {self.taken} questions are waiting for it already. Try again soon.")
        self.taken += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.taken -= 1
