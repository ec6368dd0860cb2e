"""Erasing a customer is destroying a key: these tests are the promise behind it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.privacy.sealing import ID_BYTES, Sealer
from chatbot.privacy.wrapping import Wrapping
from ingestion.errors import SettingError

TEXT = "Nazywam się Zażółć Gęślą, mój numer to 600 100 200."


def other_process(data_dir: Path, code: str, *arguments: str) -> str:
    script = f"import sys; from pathlib import Path; from chatbot.privacy.sealing import Sealer\n" \
             f"sealer = Sealer(Path(sys.argv[1]))\n{code}"
    return subprocess.run([sys.executable, "-c", script, str(data_dir), *arguments], check=True, timeout=30,
                          capture_output=True, text=True).stdout


def test_a_sealed_text_opens_for_its_customer_and_shows_nothing(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    sealed = sealer.seal("anna", TEXT)
    assert sealer.open("anna", sealed) == TEXT
    assert b"600 100 200" not in sealed and sealed != sealer.seal("anna", TEXT)


def test_a_key_that_is_taken_up_again_is_no_longer_abandoned_also_once_it_was_listed(tmp_path: Path) -> None:
    sealer, sealed = Sealer(tmp_path), {}
    for name in ("anna", "jan"):
        sealed[name] = sealer.seal(name, TEXT)
        os.utime(sealer._path(name), (1000, 1000))
    listed = sealer.abandoned([], 2000)
    assert set(listed) == {sealer._path("anna"), sealer._path("jan")}
    Sealer(tmp_path).take("anna")  # by another process
    assert {path for path in listed if sealer.discard(path, 2000)} == {sealer._path("jan")}
    assert sealer.abandoned([], 2000) == [] and not sealer.discard(sealer._path("jan"), 2000)
    assert sealer.open("anna", sealed["anna"]) == TEXT
    with pytest.raises(KeyDestroyed):
        sealer.open("jan", sealed["jan"])


def test_another_customers_key_opens_nothing(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    sealed = sealer.seal("anna", TEXT)
    sealer.seal("jan", TEXT)
    with pytest.raises(KeyDestroyed):
        sealer.open("jan", sealed)


def test_a_key_copied_to_another_customer_opens_nothing(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    sealed = sealer.seal("anna", TEXT)
    sealer.seal("jan", TEXT)
    sealer._path("jan").write_bytes(sealer._path("anna").read_bytes())
    with pytest.raises(SealDamaged):
        Sealer(tmp_path).open("jan", sealed)


@pytest.mark.parametrize("at", [0, 9, 15, 30, -1])
def test_changed_bytes_are_refused(tmp_path: Path, at: int) -> None:
    sealer = Sealer(tmp_path)
    sealed = bytearray(sealer.seal("anna", TEXT))
    sealed[at] ^= 1
    with pytest.raises((SealDamaged, KeyDestroyed)):
        sealer.open("anna", bytes(sealed))


def test_an_erased_customers_text_can_never_be_read_again(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    sealed = sealer.seal("anna", TEXT)
    assert sealer.destroy("anna") is True
    with pytest.raises(KeyDestroyed, match="erased"):
        sealer.open("anna", sealed)
    assert sealer.destroy("anna") is False


def test_the_destroyed_key_stands_in_no_file(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    sealer.seal("anna", TEXT)
    path = sealer._path("anna")
    secret = path.read_bytes()[ID_BYTES:]
    with path.open("rb") as held_open:
        sealer.destroy("anna")
        assert held_open.read() == bytes(40), "the block itself is overwritten, not only unlinked"
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and secret in file.read_bytes()]


def test_a_customer_who_comes_back_gets_a_new_key(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    old = sealer.seal("anna", TEXT)
    sealer.destroy("anna")
    new = sealer.seal("anna", "Dzień dobry")
    assert sealer.open("anna", new) == "Dzień dobry"
    with pytest.raises(KeyDestroyed):
        sealer.open("anna", old)


def test_a_key_destroyed_by_another_process_is_gone_here_at_once(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    sealed = sealer.seal("anna", TEXT)
    assert sealer.open("anna", sealed) == TEXT
    other_process(tmp_path, "sealer.destroy('anna'); sealer.seal('anna', 'nowy')")
    with pytest.raises(KeyDestroyed):
        sealer.open("anna", sealed)
    assert sealer.open("anna", sealer.seal("anna", "znów")) == "znów"


def test_another_process_reads_what_was_sealed_here(tmp_path: Path) -> None:
    sealed = Sealer(tmp_path).seal("anna", TEXT)
    code = "print(sealer.open('anna', bytes.fromhex(sys.argv[2])))"
    assert other_process(tmp_path, code, sealed.hex()).strip() == TEXT


def test_two_who_seal_first_at_the_same_time_share_one_key(tmp_path: Path) -> None:
    sealers = [Sealer(tmp_path) for _ in range(8)]
    sealed: list[bytes] = []
    barrier = threading.Barrier(8)

    def first(sealer: Sealer) -> None:
        barrier.wait(5)
        sealed.append(sealer.seal("anna", TEXT))

    threads = [threading.Thread(target=first, args=(sealer,)) for sealer in sealers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [sealers[0].open("anna", one) for one in sealed] == [TEXT] * 8


def test_a_key_restored_from_a_backup_stays_destroyed(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    sealed = sealer.seal("anna", TEXT)
    path = sealer._path("anna")
    backup = path.read_bytes()
    sealer.destroy("anna")
    path.write_bytes(backup)
    with pytest.raises(KeyDestroyed):
        sealer.open("anna", sealed)
    assert not path.exists()


def test_tombstones_are_applied_again_after_the_whole_folder_was_restored(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    sealed, kept = sealer.seal("anna", TEXT), sealer.seal("jan", "zostaje")
    backup = sealer._path("anna").read_bytes()
    sealer.destroy("anna")
    tombstones = sealer.destroyed()
    sealer._path("anna").write_bytes(backup)
    (tmp_path / "keys" / "destroyed").unlink()
    restored = Sealer(tmp_path)
    assert restored.open("anna", sealed) == TEXT, "the restore brought the key back"
    assert restored.bury(tombstones) == 1
    with pytest.raises(KeyDestroyed):
        restored.open("anna", sealed)
    assert restored.open("jan", kept) == "zostaje"


def test_a_crash_half_way_through_destroying_leaves_no_key(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    sealed = sealer.seal("anna", TEXT)
    sealer._path("anna").write_bytes(bytes(40))  # overwritten, not yet unlinked
    with pytest.raises(KeyDestroyed):
        Sealer(tmp_path).open("anna", sealed)


def test_nobody_else_on_the_machine_may_read_the_keys(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o755)
    sealer = Sealer(tmp_path)
    sealer.seal("anna", TEXT)
    sealer.destroy("anna")
    sealer.seal("anna", TEXT)
    modes = {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "keys").rglob("*")}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert {name: mode for name, mode in modes.items() if mode and name != "lock"} == {}


def test_sealing_and_opening_take_no_time_a_customer_could_notice(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path)
    sealer.seal("anna", TEXT)
    start = time.perf_counter()
    for _ in range(500):
        sealer.open("anna", sealer.seal("anna", TEXT))
    assert (time.perf_counter() - start) / 500 < 0.005


SECRET, NEXT = Wrapping(b"a" * 32), Wrapping(b"b" * 32, before=b"a" * 32)


def test_a_copy_of_wrapped_keys_opens_nothing_without_the_secret(tmp_path: Path) -> None:
    sealed = Sealer(tmp_path, SECRET).seal("anna", TEXT)
    assert Sealer(tmp_path, SECRET).open("anna", sealed) == TEXT
    for other in (Wrapping(), Wrapping(b"c" * 32)):
        with pytest.raises(SettingError, match="KEYS_SECRET"):
            Sealer(tmp_path, other).open("anna", sealed)
    assert Sealer(tmp_path, SECRET).open("anna", sealed) == TEXT  # a wrong secret destroys nothing


def test_keys_are_wrapped_anew_under_a_new_secret_while_they_are_used(tmp_path: Path) -> None:
    bare = Sealer(tmp_path)
    sealed = {name: bare.seal(name, TEXT) for name in ("anna", "jan")}
    first = Sealer(tmp_path, SECRET)
    sealed["ewa"] = first.seal("ewa", TEXT)
    assert first.rotate() == (2, 1)
    running = Sealer(tmp_path, NEXT)
    assert running.open("anna", sealed["anna"]) == TEXT  # before it is wrapped anew
    assert running.rotate() == (3, 0) and running.rotate() == (0, 3)
    for name, one in sealed.items():
        assert running.open(name, one) == Sealer(tmp_path, Wrapping(NEXT.now)).open(name, one) == TEXT
        with pytest.raises(SettingError):
            Sealer(tmp_path, SECRET).open(name, one)


def test_a_key_that_no_secret_opens_stops_the_rotation_and_stays(tmp_path: Path) -> None:
    sealed = Sealer(tmp_path, SECRET).seal("anna", TEXT)
    with pytest.raises(SettingError, match="KEYS_SECRET_BEFORE"):
        Sealer(tmp_path, Wrapping(b"c" * 32)).rotate()
    assert Sealer(tmp_path, SECRET).open("anna", sealed) == TEXT


def test_a_wrapped_key_is_destroyed_like_any_other(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path, SECRET)
    sealed = sealer.seal("anna", TEXT)
    copy = sealer._path("anna").read_bytes()
    assert sealer.destroy("anna")
    sealer._path("anna").write_bytes(copy)
    with pytest.raises(KeyDestroyed):
        Sealer(tmp_path, SECRET).open("anna", sealed)
