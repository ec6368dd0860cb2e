"""People who don't exist, each with marks that stand nowhere else: what must not be found anywhere."""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from evals.made import numbers, people, places
from evals.made.people import Person

GOOD = '{"action": "quote", "sentences": [1], "opening": "", "closing": ""}'


@dataclass(frozen=True, slots=True)
class Identity:
    """``customer`` is the signed id, an address as shops use it; ``marks`` are what is searched for, lower-case."""

    customer: str
    person: Person
    pesel: str
    phone: str
    account: str
    street: str

    @property
    def name(self) -> str:
        return f"{self.person.given['nom']} {self.person.surname['nom']}"

    @property
    def marks(self) -> tuple[bytes, ...]:
        # A common surname may stand anywhere; with the given name, in any of its cases, it is this person's.
        names = {f"{self.person.given[case]} {self.person.surname[case]}" for case in people.CASES}
        texts = {self.customer, self.pesel, self.account, *names}
        return tuple(text.lower().encode() for text in texts)

    def told(self) -> tuple[str, ...]:
        """What they write, one message after the other."""
        given, surname = self.person.given, self.person.surname
        return (
            f"Dzień dobry, nazywam się {self.name}, mój PESEL to {self.pesel}. Ile dni mam na zwrot towaru?",
            f"Przelejcie na konto {self.account}, mieszkam przy {self.street}, tel. {self.phone}, "
            f"mail {self.customer}. Ile dni mam na zwrot? Pytam w imieniu {given['gen']} {surname['gen']}.",
        )


def identities(count: int, seed: int) -> list[Identity]:
    dice = random.Random(seed)
    found = []
    for number in range(count):
        found.append(Identity(
            customer=f"kanarek{seed}x{number}@example.com", person=people.person(dice), pesel=numbers.pesel(dice),
            phone=numbers.phone(dice), account=numbers.account(dice), street=places.street(dice)))
    return found


def search(pieces: Iterator[tuple[str, bytes]], marks: dict[bytes, str]) -> list[tuple[str, str]]:
    """(where, whose) for every mark that stands in a piece, in UTF-8 or escaped as JSON does, in any case."""
    wanted = marks | {json.dumps(mark.decode())[1:-1].encode(): who for mark, who in marks.items()}
    pattern = re.compile(b"|".join(re.escape(mark) for mark in sorted(wanted, key=len, reverse=True)))
    found = []
    for where, content in pieces:
        lower = content.decode("utf-8", "replace").lower().encode()
        found += [(where, wanted[match[0]]) for match in pattern.finditer(lower)]
    return found


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte that was written, and the names it was written under."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            yield f"name of {path}", str(path.relative_to(folder)).encode()
            if path.is_file():
                yield str(path), path.read_bytes()


@contextmanager
def recording() -> Iterator[tuple[str, list[bytes]]]:
    """A model's server elsewhere: its address, and the bytes of all that was sent to it."""
    sent: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(self.path.encode() + str(self.headers).encode()
                        + self.rfile.read(int(self.headers["Content-Length"])))
            message = {"role": "assistant", "content": GOOD}
            choice = {"index": 0, "message": message, "text": GOOD, "finish_reason": "stop"}
            data = json.dumps({"id": "1", "object": "chat", "created": 1, "model": "m", "choices": [choice]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", sent
    finally:
        server.shutdown()
        server.server_close()
