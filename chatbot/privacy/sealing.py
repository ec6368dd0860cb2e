"""Personal text sealed with one key per customer, so that destroying the key erases every copy of the text.

The keys are files under ``DATA_DIR/keys``, outside the store's append-only file and its snapshots: keep them out of
the backup of the store, or back them up apart. A key's file is overwritten, then unlinked, when it is destroyed.
Not covered: what a copy-on-write disk or a flash controller keeps of an overwritten block (encrypt the disk for that).

Files, not SQLite: SQLite's rollback journal and write-ahead log keep copies of a deleted row that ``secure_delete``
does not reach. Several processes may use one folder at once: a use costs one ``stat``, which sees a key destroyed by
another process at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.privacy.wrapping import BARE_BYTES as KEY_BYTES
from chatbot.privacy.wrapping import WRAPPED_BYTES, Wrapping
from chatbot.subjects import Subjects
from ingestion.errors import SettingError

FORMAT = b"\x01"
"""First byte of sealed bytes; then the key's id, the nonce, the ciphertext with its tag."""
ID_BYTES = 8
"""Of SHA-256 over the key: tells a key from the one that was destroyed before it, and a torn file from a whole one."""
NONCE_BYTES = 12
"""Random; NIST SP 800-38D allows 2^32 of them under one key, far above one customer's messages."""
HEADER = len(FORMAT) + ID_BYTES + NONCE_BYTES
CACHED_KEYS = 10_000
"""Keys held in memory by one process, about 5 MB."""


@dataclass(frozen=True, slots=True)
class _Key:
    id: bytes
    cipher: AESGCM
    mark: tuple[int, int]


class Sealer:
    """Seals and opens one installation's personal text. Thread-safe and safe across processes.

    Raises SettingError when ``DATA_DIR/keys`` can be read by others and that can't be mended, and, at a key's use, when
    no secret of ``wrapping`` opens it.
    """

    def __init__(self, data_dir: Path, wrapping: Wrapping | None = None) -> None:
        self._wrapping = wrapping or Wrapping()
        self._subjects = Subjects(data_dir)
        self._folder = data_dir / "keys"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._folder.stat().st_mode & 0o077:
            self._folder.chmod(0o700)
            if (mode := self._folder.stat().st_mode) & 0o077:
                raise SettingError(f"{self._folder} holds the customers' keys and others may read it "
                                   f"(mode {mode & 0o777:o}): set DATA_DIR to a disk that keeps file modes.")
        self._ledger = self._folder / "destroyed"
        self.store_file = self._folder / "store"
        """Names the store whose customers these keys are."""
        self._ledger_size = -1
        self._buried: frozenset[bytes] = frozenset()
        self._cache: OrderedDict[str, _Key] = OrderedDict()
        self._lock = threading.Lock()

    def seal(self, customer: str, text: str) -> bytes:
        """``text`` as bytes that only this customer's key opens; makes the key at first use, on disk before return."""
        key = self._key(customer) or self._create(customer)
        nonce = os.urandom(NONCE_BYTES)
        header = FORMAT + key.id + nonce
        return header + key.cipher.encrypt(nonce, text.encode(), _bound(customer, header))

    def open(self, customer: str, sealed: bytes) -> str:
        """Raises KeyDestroyed when the customer was erased, SealDamaged when the bytes aren't what was sealed."""
        header = bytes(sealed[:HEADER])
        if len(sealed) < HEADER or not header.startswith(FORMAT):
            raise SealDamaged(f"{len(sealed)} bytes of a message are not in the sealed form: restore them from a "
                              "backup of the store.")
        key = self._key(customer)
        if key is None or key.id != header[len(FORMAT):len(FORMAT) + ID_BYTES]:
            raise KeyDestroyed("This customer's data was erased: its key was destroyed and nothing can bring the "
                               "text back.")
        try:
            return key.cipher.decrypt(header[-NONCE_BYTES:], bytes(sealed[HEADER:]), _bound(customer, header)).decode()
        except InvalidTag as error:
            raise SealDamaged("A sealed message was changed or is another customer's: restore it from a backup of "
                              "the store.") from error

    def destroy(self, customer: str) -> bool:
        """Make all that was sealed for ``customer`` unreadable, here and in other processes; False: had no key.

        The key's id goes to the ledger first, so that a crash half-way, or a restored copy of the key, changes
        nothing: a key in the ledger is never used again.
        """
        path = self._path(customer)
        with self._lock, self._exclusive():
            self._cache.pop(customer, None)
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return False
            if _whole(content):
                _append(self._ledger, content[:ID_BYTES])
            _shred(path)
        return True

    def key_id(self, customer: str) -> bytes | None:
        """The id of the customer's present key; None where there is none."""
        key = self._key(customer)
        return key.id if key else None

    def pseudonym(self, customer: str) -> str:
        """What stands in the store for a customer's own id, which may be a name or an address: a keyed hash of it."""
        return self._subjects.of(customer)

    def take(self, customer: str) -> None:
        """Make the customer's key, or mark the one there is as taken up again now: `abandoned` then leaves it be."""
        path = self._path(customer)
        with self._lock, self._exclusive():
            if self._load(customer, path) is not None:
                os.utime(path)
                return
        self._create(customer)

    def abandoned(self, owners: Iterable[str], older_than: float) -> list[Path]:
        """Keys of nobody among ``owners`` that were made and last taken up before a time (seconds since 1970)."""
        kept = {self._path(owner) for owner in owners}
        return [path for path in self._folder.glob("??/*")
                if path not in kept and path.suffix != ".draft" and _taken(path) < older_than]

    def discard(self, path: Path, older_than: float) -> bool:
        """Destroy a key by its file, as ``abandoned`` named it; False when it was taken up again, or went, since."""
        with self._lock, self._exclusive():
            if _taken(path) >= older_than:
                return False
            content = path.read_bytes()
            if _whole(content):
                _append(self._ledger, content[:ID_BYTES])
            _shred(path)
            return True

    def rotate(self) -> tuple[int, int]:
        """Keep every key as the present secret would; how many were rewritten, and how many were so already. Messages
        stay as they are. May run beside the service, and again after a crash. Raises SettingError at the first key
        that neither secret opens; those before it are done."""
        rewritten = kept = 0
        for path in sorted(self._folder.glob("??/*")):
            with self._lock, self._exclusive():
                if path.suffix == ".draft" or not path.exists():
                    continue
                content = path.read_bytes()
                if not _whole(content) or self._wrapping.current(content[ID_BYTES:]):
                    kept += 1
                    continue
                with path.open("r+b") as old:  # what the new file replaces is still open, to be overwritten after it
                    self._write(path, self._secret(path, content))
                    _zero(old)
                rewritten += 1
        return rewritten, kept

    def destroyed(self) -> frozenset[bytes]:
        """Ids of all destroyed keys (they say nothing of the customer). Keep them beside a backup of the keys."""
        with self._lock:
            return self._ledger_ids()

    def bury(self, ids: frozenset[bytes]) -> int:
        """After a restore: destroy again the keys with these ids (from ``destroyed``); how many were back."""
        with self._lock, self._exclusive():
            for id_ in sorted(ids - self._ledger_ids()):
                _append(self._ledger, id_)
            buried, count = self._ledger_ids(), 0
            self._cache.clear()
            for path in self._folder.glob("??/*"):
                if path.read_bytes()[:ID_BYTES] in buried:
                    _shred(path)
                    count += 1
            return count

    def _path(self, customer: str) -> Path:
        name = hashlib.sha256(customer.encode()).hexdigest()
        return self._folder / name[:2] / name

    def _key(self, customer: str) -> _Key | None:
        path = self._path(customer)
        try:
            mark = _mark(path.stat())
        except FileNotFoundError:
            with self._lock:
                self._cache.pop(customer, None)
            return None
        with self._lock:
            cached = self._cache.get(customer)
            if cached is not None and cached.mark == mark and not self._ledger_grew():
                self._cache.move_to_end(customer)
                return cached
            with self._exclusive():
                return self._load(customer, path)

    def _load(self, customer: str, path: Path) -> _Key | None:
        self._cache.pop(customer, None)
        try:
            with path.open("rb") as file:
                content, mark = file.read(), _mark(os.fstat(file.fileno()))
        except FileNotFoundError:
            return None
        if not _whole(content) or content[:ID_BYTES] in self._ledger_ids():
            _shred(path)
            return None
        key = _Key(content[:ID_BYTES], AESGCM(self._secret(path, content)), mark)
        self._cache[customer] = key
        if len(self._cache) > CACHED_KEYS:
            self._cache.popitem(last=False)
        return key

    def _create(self, customer: str) -> _Key:
        """Renamed into place whole, under the folder's lock: of two processes at once one wins, both use its key."""
        path = self._path(customer)
        with self._lock, self._exclusive():
            key = self._load(customer, path)
            if key is not None:
                return key
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._write(path, os.urandom(KEY_BYTES))
            _sync(self._folder)
            key = self._load(customer, path)
        if key is None:
            raise SealDamaged(f"The key just written to {path} can't be read back: check the disk of DATA_DIR.")
        return key

    def _write(self, path: Path, secret: bytes) -> None:
        draft = path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_id(secret) + self._wrapping.wrap(secret))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        _sync(path.parent)

    def _secret(self, path: Path, content: bytes) -> bytes:
        secret = self._wrapping.unwrap(content[ID_BYTES:])
        if secret is None or _id(secret) != content[:ID_BYTES]:
            raise SettingError(f"{path} is a customer's key that KEYS_SECRET does not open: set the secret it was "
                               "wrapped under, as KEYS_SECRET or, while it is being changed, as KEYS_SECRET_BEFORE.")
        return secret

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """One process at a time makes or destroys keys; held for a few file operations."""
        with (self._folder / "lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _ledger_grew(self) -> bool:
        try:
            return self._ledger.stat().st_size != self._ledger_size
        except FileNotFoundError:
            return self._ledger_size > 0

    def _ledger_ids(self) -> frozenset[bytes]:
        if self._ledger_grew():
            content = self._ledger.read_bytes() if self._ledger.exists() else b""
            self._buried = frozenset(content[at:at + ID_BYTES] for at in range(0, len(content), ID_BYTES))
            self._ledger_size = len(content)
            self._cache.clear()  # an inode number is soon used again: what was cached before may be another key now
        return self._buried


def _bound(customer: str, header: bytes) -> bytes:
    return header + customer.encode()


def _mark(status: os.stat_result) -> tuple[int, int]:
    return status.st_ino, status.st_mtime_ns


def _taken(path: Path) -> float:
    """When a key was made or last taken up (seconds since 1970); never too long ago for one that isn't there."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _id(secret: bytes) -> bytes:
    return hashlib.sha256(b"key id" + secret).digest()[:ID_BYTES]


def _whole(content: bytes) -> bool:
    """Not torn by a crash: a wrapped key says so itself when it is unwrapped."""
    if len(content) == ID_BYTES + KEY_BYTES:
        return _id(content[ID_BYTES:]) == content[:ID_BYTES]
    return len(content) == ID_BYTES + WRAPPED_BYTES


def _append(ledger: Path, id_: bytes) -> None:
    """One write of a few bytes to a file opened for appending: whole or not at all, also between processes."""
    descriptor = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, id_)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        _zero(file)


def _zero(file: BinaryIO) -> None:
    file.write(bytes(os.fstat(file.fileno()).st_size))
    file.flush()
    os.fsync(file.fileno())


def _shred(path: Path) -> None:
    try:
        _overwrite(path)
        path.unlink()
    except FileNotFoundError:
        return  # another process was faster
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
