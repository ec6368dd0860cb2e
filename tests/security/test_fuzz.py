"""Requests nobody wrote: schemathesis makes them from OpenAPI, right and wrong ones, with every role's credentials,
against the served application. No answer is a 500, and a 503 only while something is broken on purpose.

Sync on purpose: schemathesis is, and the service runs in a thread of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import strategies
from hypothesis.internal.conjecture import engine
from redis.asyncio.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from schemathesis import GenerationMode

from chatbot import commit
from chatbot.limits import Limits
from chatbot.model.fake import FakeModel
from tests.browser.served import ADMIN, AGENT, PASSWORD, Served
from tests.security import answers
from tests.security.scale import WHOLE

pytestmark = pytest.mark.timeout(840)

CASES = 11_000 if WHOLE else 240
AWAY_CASES = 600 if WHOLE else 24
OPERATIONS = slice(None) if WHOLE else slice(1, None, 7)
"""Making an operation's strategies takes longer than a dozen of its cases."""
DRAWS = 60
"""Draws without one case after which an operation has none (a wrong one can't be made where any text is right); those
that have any gave one within ten. Hypothesis gives up after 458: on this API that was nine tenths of all the work."""
STREAMS = ("/events",)
FREE = Limits(messages_per_minute=10**8, requests_per_minute=10**8, conversations_per_minute=10**8, turns_waiting=10**6,
              turns_pending=10**6, tries_per_account=10**8, tries_per_address=10**8, streams=10**6,
              streams_per_conversation=10**6)
QUIET = hypothesis.settings(deadline=None, database=None, derandomize=True, phases=[hypothesis.Phase.generate],
                            suppress_health_check=list(hypothesis.HealthCheck), print_blob=False)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(Path(tmp_path_factory.mktemp("d")), limits=FREE) as running:
        running.play_with(answers.parts(FakeModel()))
        yield running


class Caller:
    """Sends what was made, as whoever may send it, with ids of what there is or as they were made."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.codes = Counter[int]()
        self.bad: list[str] = []
        self.away = 0
        self.sessions = {name: requests.Session() for name in ("admin", "staff", "conversation", "public")}
        for session in self.sessions.values():
            session.trust_env = False
        self.ids: dict[str, str] = {}
        self.enter()

    def enter(self) -> None:
        """Sign in, and begin a conversation that has a ticket; again where a case has ended one of them."""
        for role, user in (("admin", ADMIN), ("staff", AGENT)):
            answer = self.sessions[role].post(f"{self.url}/api/v1/staff/session", timeout=30,
                                              json={"user": user, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            self.sessions[role].headers["X-CSRF-Token"] = answer.json()["csrf"]
        self.converse()

    def converse(self) -> None:
        customer = self.sessions["conversation"]
        begun = customer.post(f"{self.url}/api/v1/conversations", json={}, timeout=30).json()
        customer.headers["Authorization"] = f"Bearer {begun['token']}"
        self.ids |= {"conversation": begun["conversation"], "user": AGENT, "document": "regulamin"}
        customer.post(f"{self.url}/api/v1/conversations/{begun['conversation']}/handoff", timeout=30)
        tickets = self.sessions["staff"].get(f"{self.url}/api/v1/agent/tickets", timeout=30).json()["tickets"]
        own = [one["ticket"] for one in tickets if one["conversation"] == begun["conversation"]]
        self.ids["ticket"] = own[0] if own else ""

    def send(self, case: Any, access: str, real_ids: bool) -> int | None:
        """The status; None for a request that the client itself can't send."""
        if real_ids and case.path_parameters:
            case.path_parameters = {name: self.ids.get(name, value) for name, value in case.path_parameters.items()}
        if case.method.upper() == "DELETE" and (case.path.endswith("/session") or "accounts" in case.path):
            return None  # ends who is asking: the role matrix tries these
        ready = case.as_transport_kwargs(base_url=self.url)
        for name in ("cookies", "auth"):
            ready.pop(name, None)
        session = self.sessions[access]
        made = {name: value for name, value in (ready.pop("headers", None) or {}).items()
                if name.lower() not in {key.lower() for key in session.headers} | {"authorization", "x-csrf-token"}}
        try:
            with session.request(**ready, headers=made, stream=True, timeout=30) as answer:
                body = b"" if case.path.endswith(STREAMS) and answer.ok else answer.content
        except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeError, ValueError):
            return None
        self.codes[answer.status_code] += 1
        if answer.status_code == 503 and b'"retry":true' in body and b"/problems/store-away" in body:
            self.away += 1
            self.bad.append(f"503 {case.method} {ready['url']}: the store is away")
        elif answer.status_code >= 500:
            self.bad.append(f"{answer.status_code} {case.method} {ready['url']} {str(ready)[:500]} → {body[:300]!r}")
        elif answer.status_code >= 400 and answer.headers["content-type"] != "application/problem+json":
            self.bad.append(f"{answer.status_code} {case.method} {ready['url']} is no problem+json: {body[:200]!r}")
        return answer.status_code


@pytest.fixture(autouse=True)
def gives_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "INVALID_THRESHOLD_BASE", DRAWS)


def fuzz(served: Served, caller: Caller, cases: int) -> None:
    api = requests.get(f"{served.url}/openapi.json", timeout=30).json()
    schema = schemathesis.openapi.from_dict(api)
    made = [one.ok() for one in schema.get_all_operations()][OPERATIONS]
    each = max(1, -(-cases // (len(made) * len(GenerationMode))))
    for operation in made:
        access = api["paths"][operation.path][operation.method.lower()]["x-access"]
        if "{conversation}" in operation.path and operation.method.upper() != "GET":
            caller.converse()
        for mode in GenerationMode:
            try:
                _send_all(caller, operation.as_strategy(generation_mode=mode), access, each)
            except hypothesis.errors.Unsatisfiable:  # nothing of it can be made wrong: any text is right
                assert mode is GenerationMode.NEGATIVE, operation.label
                _send_all(caller, operation.as_strategy(), access, each)


def _send_all(caller: Caller, strategy: Any, access: str, cases: int) -> None:
    @hypothesis.settings(QUIET, max_examples=cases)
    @hypothesis.given(strategy, strategies.booleans())
    def run(case: Any, real_ids: bool) -> None:
        if caller.send(case, access, real_ids) == 401 and access == "conversation" and real_ids:
            caller.converse()  # the case before erased it

    run()


def test_no_request_whatever_makes_a_500_or_a_503(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    caller = Caller(served.url)
    fuzz(served, caller, CASES)
    assert not caller.bad, "\n".join(caller.bad[:20])
    assert sum(caller.codes.values()) >= (10_000 if WHOLE else 120), caller.codes
    assert sum(count for code, count in caller.codes.items() if code < 300) >= sum(caller.codes.values()) / 20
    with capsys.disabled():
        told = dict(sorted(caller.codes.items()))
        print(f"\n{sum(caller.codes.values())} requests, statuses {told}")  # noqa: T201 - the figure


def test_a_store_that_is_away_is_a_503_that_says_so_and_never_a_500(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = Caller(served.url)

    async def away(*_: object, **__: object) -> None:
        raise RedisConnectionError("gone")

    monkeypatch.setattr(commit, "PATIENCE_SECONDS", 0.0)
    with monkeypatch.context() as broken:
        broken.setattr(caller, "converse", lambda: None)
        broken.setattr(served._service.redis, "execute_command", away)
        broken.setattr(Pipeline, "execute", away)
        fuzz(served, caller, AWAY_CASES)
    assert caller.codes[500] == 0, caller.bad[:5]
    assert 0 < caller.away == caller.codes[503] == len(caller.bad), caller.bad[:5]
    caller.bad.clear()
    caller.enter()
    fuzz(served, caller, 40)
    assert caller.bad == []
