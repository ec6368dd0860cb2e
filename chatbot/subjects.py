"""Whose words stand in training data, without saying who: a keyed hash per person, the ledger of those who are to be
forgotten, and the files in which their records are found again.

``DATA_DIR/training/**.jsonl`` are files of examples and decisions, one JSON object a line; a line that came from a
person holds the hashes of that person and of the conversation (`finetune.record`: ``customer``, ``conversation``).
``DATA_DIR/adapters/NAME/subjects.txt`` lists the hashes an adapter was trained on. Whatever writes such a line or file
keeps to this, whichever layer it is in; then `forget` finds all of it. Not covered: copies that people made elsewhere,
and what was sent to a provider; `forget` names the exported files that had them.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingestion.errors import SettingError

FOLDER = "training"
LEDGER = "forgotten.txt"
OF_ADAPTER = "subjects.txt"
FLAG = "forgotten.json"
WELCOMED = "welcomed.txt"
"""In FOLDER: lines ``<hash> <ms>``: when a customer who had been forgotten agreed again, the last time."""
EXPORTS = "exports.txt"
"""In FOLDER: lines ``<hash> <exported file>``: what left the training folder for a provider or another place."""
KEY_BYTES = 32
SHOWN = 32
"""Hexadecimal digits of a hash: 128 bits, so that two people never meet."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What `forget` did. ``adapters`` were trained on the person's words and are flagged; ``exports`` are files outside
    the training folder that somebody must see to."""

    records: int
    files: tuple[str, ...]
    adapters: tuple[str, ...]
    exports: tuple[str, ...]


class Subjects:
    """One installation's hashes and ledger. Safe across processes."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER
        self._adapters = data_dir / "adapters"
        self._key_file = data_dir / "keys" / "subjects"

    def of(self, owner: str) -> str:
        """The hash of ``customer:ID`` or ``conversation:ID`` (`chatbot.access.owner`). Keyed, since customers' numbers
        can be guessed one by one."""
        return hmac.new(self._key(), owner.encode(), hashlib.sha256).hexdigest()[:SHOWN]

    def of_customer(self, customer: str) -> str:
        """The hash of a customer by the id the company knows them by: the same for their conversations here (whose
        owner is a pseudonym already, `chatbot.record.Records.owner`) as for what is imported of them."""
        return self.of(f"customer:{self.of(f'customer:{customer}')}")

    def forgotten(self) -> frozenset[str]:
        """Hashes of all who were erased or took their consent back; nothing of them may be trained on again."""
        path = self.folder / LEDGER
        return frozenset(path.read_text(encoding="utf-8").split()) if path.is_file() else frozenset()

    def forget(self, owners: list[str]) -> Forgotten:
        """Enter these owners in the ledger, drop their lines from every file of the training folder, and flag the
        adapters trained on them. Repeating it is harmless."""
        hashes = frozenset(self.of(owner) for owner in owners)
        with self.locked():
            _appended(self.folder / LEDGER, sorted(hashes - self.forgotten()))
            records, files = self._dropped(hashes, lambda line: any(one in line for one in hashes))
        return Forgotten(records, files, tuple(self._flag(hashes)), tuple(self._exported(hashes)))

    def forget_again(self, erased: Mapping[str, int]) -> int:
        """After a start: forget whoever was erased at these times (ms by owner), since a restore may have brought them
        back; how many lines went. Who agreed again since loses only what is of an earlier day than the erasure. Not
        covered: of such a person, lines of that very day, and adapters, that come back alone."""
        at = {self.of(owner): moment for owner, moment in erased.items()}
        with self.locked():
            gone, agreed = self.forgotten(), self._welcomed()
            back = {one: _day(moment) for one, moment in at.items() if one not in gone and agreed.get(one, 0) > moment}
            records, _ = self._dropped(frozenset(back), lambda line: any(
                one in line and _said_on(line) < day for one, day in back.items()))
        others = [owner for owner in erased if self.of(owner) not in back]
        return records + (self.forget(others).records if others else 0)

    def records(self, owner: str) -> list[dict[str, Any]]:
        """The lines of the training folder that came from this owner, for their export."""
        mark, found = self.of(owner), []
        for path in sorted(self.folder.rglob("*.jsonl")) if self.folder.is_dir() else ():
            for line in path.read_text(encoding="utf-8").split("\n"):
                if mark in line:
                    found.append({"file": path.relative_to(self.folder).as_posix(), "record": json.loads(line)})
        return found

    def welcome(self, owners: list[str]) -> None:
        """Take owners off the ledger: they have agreed again. What was dropped stays dropped. Of a customer it is noted
        when; an erased conversation never comes back."""
        hashes = {self.of(owner): owner for owner in owners}
        with self.locked():
            if hashes.keys() & (left := self.forgotten()):
                customers = [one for one in hashes.keys() & left if not hashes[one].startswith("conversation:")]
                if customers:
                    noted = self._welcomed() | dict.fromkeys(customers, time.time_ns() // 1_000_000)
                    _replaced(self.folder / WELCOMED, "".join(f"{one} {at}\n" for one, at in sorted(noted.items())))
                _replaced(self.folder / LEDGER, "".join(f"{one}\n" for one in sorted(left - hashes.keys())))

    def note_export(self, hashes: frozenset[str], file: Path) -> None:
        """Remember that records of these people were written to ``file``, outside the training folder."""
        with self.locked():
            _appended(self.folder / EXPORTS, [f"{one} {file.absolute()}" for one in sorted(hashes)])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time writes in the training folder."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _dropped(self, hashes: frozenset[str], wanted: Callable[[str], bool]) -> tuple[int, tuple[str, ...]]:
        """Take the wanted lines out of the folder's files: how many, and of which."""
        records, files = 0, []
        for path in sorted(self.folder.rglob("*.jsonl")) if hashes else ():
            if count := _without(path, wanted):
                records += count
                files.append(path.relative_to(self.folder).as_posix())
        return records, tuple(files)

    def _welcomed(self) -> dict[str, int]:
        path = self.folder / WELCOMED
        pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()
        return {one: int(at) for one, at in pairs}

    def _flag(self, hashes: frozenset[str]) -> Iterator[str]:
        for path in sorted(self._adapters.glob(f"*/{OF_ADAPTER}")):
            found = hashes & frozenset(path.read_text(encoding="utf-8").split())
            if not found:
                continue
            flag = path.with_name(FLAG)
            before = json.loads(flag.read_text(encoding="utf-8"))["people"] if flag.is_file() else []
            people = sorted({*before, *found})
            _replaced(flag, json.dumps({"people": people, "at": int(time.time()), "why": (
                "trained on the words of people who were erased or took their consent back: train it again")}) + "\n")
            yield path.parent.name

    def _exported(self, hashes: frozenset[str]) -> Iterator[str]:
        path = self.folder / EXPORTS
        known = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        files = (line.partition(" ") for line in known)
        yield from sorted({file for one, _, file in files if one in hashes and Path(file).exists()})

    def _key(self) -> bytes:
        try:
            return self._read()
        except FileNotFoundError:
            self._key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self._key_file.with_name(f"subjects.{secrets.token_hex(4)}.draft")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(part, self._key_file)  # the first of two processes wins
            except FileExistsError:
                pass
            finally:
                part.unlink()
            return self._read()

    def _read(self) -> bytes:
        key = self._key_file.read_bytes()
        if len(key) != KEY_BYTES:
            raise SettingError(f"{self._key_file} is damaged: restore it from a backup of DATA_DIR/keys. Without it "
                               "nobody's records can be found again.")
        return key


def shown(result: Forgotten) -> dict[str, object]:
    return asdict(result)


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).date().isoformat()


def _said_on(line: str) -> str:
    """The day that a record, or a decision on one, says it is of (`finetune.record`); empty, so before every other, for
    a line that says none."""
    try:
        found = json.loads(line)
        record = found.get("record") or found
        return str(record["provenance"]["on"] if "provenance" in record else found["at"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _without(path: Path, wanted: Callable[[str], bool]) -> int:
    lines = path.read_text(encoding="utf-8").split("\n")
    kept = [line for line in lines if not wanted(line)]  # also a line that is no JSON
    if dropped := len(lines) - len(kept):
        _replaced(path, "\n".join(kept))
    return dropped


def _appended(path: Path, lines: list[str]) -> None:
    if lines:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())


def _replaced(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
