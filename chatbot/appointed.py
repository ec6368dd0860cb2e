"""Which adapter an approval put into service, with those before it: one file under DATA_DIR, written whole.

It holds where ADAPTER is left at its default; an ADAPTER that is set wins, as every setting does.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ingestion.errors import SettingError
from ingestion.settings import SHIPPED_ADAPTER

FILE = "in-service.json"


class Appointed(BaseModel):
    """``why``: approved, rolled back, or retreated from a trial."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    adapter: str
    since: datetime
    by: str
    why: str


class History(BaseModel):
    """Oldest first; the last one is in service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    appointed: tuple[Appointed, ...] = ()

    @property
    def adapter(self) -> str:
        return self.appointed[-1].adapter if self.appointed else SHIPPED_ADAPTER

    @property
    def before(self) -> str | None:
        """The adapter to roll back to: the one in service before the present one came, rollbacks aside."""
        stack = [SHIPPED_ADAPTER]
        for one in self.appointed:
            if one.why == "rolled back" and len(stack) > 1:
                stack.pop()
            elif one.adapter != stack[-1]:
                stack.append(one.adapter)
        return stack[-2] if len(stack) > 1 else None


def read(data_dir: Path) -> History:
    """Raises SettingError naming the file when it isn't one of ours."""
    path = data_dir / FILE
    if not path.is_file():
        return History()
    try:
        return History.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise SettingError(f"{path} is damaged ({error.errors()[0]['msg']}). Restore it, or delete it: then the "
                           f"shipped adapter answers.") from error


def appoint(data_dir: Path, one: Appointed) -> History:
    """Put an adapter into service; a running one loads it within seconds (`chatbot.swapping`)."""
    history = read(data_dir)
    grown = History(appointed=(*history.appointed, one))
    path = data_dir / FILE
    partial = path.with_suffix(".tmp")
    partial.write_text(grown.model_dump_json(indent=1) + "\n", encoding="utf-8")
    partial.replace(path)
    return grown
