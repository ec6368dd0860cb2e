"""`python -m chatbot`: the service, and one question from the command line."""

from __future__ import annotations

import typer

from chatbot import people
from chatbot.ask import ask
from chatbot.serve import serve

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.callback()
def _root() -> None:
    """Serve the chat, or ask it one question."""


app.command("serve")(serve)
app.command("ask")(ask)
app.add_typer(people.user, name="user")
app.command("erase")(people.erase)
app.command("export-customer")(people.export_customer)
app.command("rotate-keys")(people.rotate_keys)
app.command("audit")(people.audit)
