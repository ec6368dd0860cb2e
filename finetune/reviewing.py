"""`python -m finetune review FILE`: serve the review page on this machine until it is stopped, then write the file."""

from __future__ import annotations

import getpass
import secrets
import socket
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from chatbot.subjects import Subjects
from finetune import masking
from finetune.review.app import create
from finetune.review.decisions import Decisions
from ingestion import settings as settings_of
from ingestion.command import Json, err, out, print_json, translated

By = Annotated[str | None, typer.Option(help="Who reviews, kept with each decision. Default: the system's user.")]


@translated
def review(
    file: Annotated[Path, typer.Argument(help="A file of records: an export, an import, or synthesised ones.")],
    by: By = None,
    port: Annotated[int, typer.Option(help="0: any free one.")] = 0,
    apply: Annotated[bool, typer.Option("--apply", help="Serve nothing, write the result.")] = False,
    as_json: Json = False,
) -> None:
    """Accept, edit or drop examples in the browser. Decisions are kept at once; starting again goes on from there."""
    settings, _ = settings_of.load()
    decisions = Decisions(file, Subjects(settings.data_dir))
    if not apply:
        masker = masking.opened(settings)
        masker.warm()
        secret = secrets.token_urlsafe(24)
        with socket.create_server(("127.0.0.1", port)) as listening:
            err.print(f"Open http://127.0.0.1:{listening.getsockname()[1]}/#{secret}", markup=False, highlight=False)
            err.print("Ctrl-C ends the review and writes what was accepted.")
            config = uvicorn.Config(create(decisions, masker, by or getpass.getuser(), secret), log_level="warning")
            uvicorn.Server(config).run(sockets=[listening])
    written = decisions.finish()
    result = {"file": str(decisions.result), "written": written, **decisions.counts()}
    if as_json:
        print_json(result)
    else:
        out.print(f"{written} accepted examples in {decisions.result}, {result['left']} left to review.",
                  markup=False, highlight=False)
