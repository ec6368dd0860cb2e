"""What a monitor is told, and what an outsider is not."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from chatbot.app import create_app
from chatbot.serve import load
from chatbot.service import Readiness, Service
from ingestion.errors import DiskError, ModelError, SearchIndexError, SettingError

TOKEN = "9f2c51d07be84a63815d0f4ce2a7b6d3"


async def asked(service: Service, address: str, path: str = "/metrics", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(create_app(service), client=(address, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        sent = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
        return await http.get(path, headers=sent)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.7", "192.168.1.4", "172.17.0.1", "fd00::7",
                                     "::ffff:10.0.0.7", "fe80::1%eth0"])
async def test_the_figures_are_told_to_this_machine_and_its_private_network(live: Service, address: str) -> None:
    answer = await asked(live, address)
    assert answer.status_code == 200 and "chat_turns_waiting" in answer.text


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "nonsense", ""])
async def test_the_figures_are_told_to_no_outsider(live: Service, address: str) -> None:
    answer = await asked(live, address)
    assert answer.status_code == 403 and answer.headers["content-type"] == "application/problem+json"
    assert "sieci prywatnej" in answer.json()["detail"] and "chat_" not in answer.text


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"])
async def test_the_figures_are_told_to_nobody_through_a_proxy_on_this_machine(live: Service, header: str) -> None:
    assert (await asked(live, "127.0.0.1", **{header: "127.0.0.1"})).status_code == 403


async def test_with_a_token_the_figures_are_told_to_whoever_shows_it_and_to_nobody_else(live: Service) -> None:
    live.settings = live.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    right = await asked(live, "93.184.216.34", Authorization=f"Bearer {TOKEN}", X_Forwarded_For="93.184.216.34")
    assert right.status_code == 200 and "chat_turns_waiting" in right.text
    for wrong in ("", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ", "Bearer ż"):
        answer = await asked(live, "127.0.0.1", Authorization=wrong)
        assert answer.status_code == 401, wrong
    assert TOKEN not in str(answer.json())


async def test_a_start_that_failed_names_the_part_and_keeps_the_reason_to_the_log(
    live: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    live.settings = live.settings.model_copy(update={"adapter": "/srv/tajne/adapter"})
    await load(live)
    answer = await asked(live, "93.184.216.34", "/readyz")
    assert answer.status_code == 503 and answer.headers["retry-after"] == "2"
    told = answer.json()
    assert told["ready"] is False and told["stage"] == "failed" and told["error"] in ("model", "index")
    assert "Nie udało się wczytać" in told["text"] and "tajne" not in answer.text
    said = capsys.readouterr()
    assert "service.not_ready" in said.out + said.err, "and the log has it"


@pytest.mark.parametrize(("error", "part"), [
    (SearchIndexError("x"), "index"), (ModelError("x"), "model"), (SettingError("x"), "settings"),
    (DiskError("x"), "disk"), (OSError("x"), "other")])
async def test_every_part_that_can_fail_has_its_words(live: Service, error: Exception, part: str) -> None:
    live.readiness = Readiness.without(error)
    answer = await asked(live, "127.0.0.1", "/readyz")
    assert answer.json()["error"] == part and answer.json()["text"].startswith(("Nie ", "Usta", "Na ", "Usł"))
    live.answer_with(live.runner.answerer)
    assert (await asked(live, "127.0.0.1", "/readyz")).json()["error"] is None
