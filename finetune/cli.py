"""`python -m finetune`: from examples to an adapter."""

from __future__ import annotations

import typer

from finetune import checking, commands, exporting, imports, providing, reviewing, synthesising, tuning

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.command()(commands.train)
app.command()(commands.bench)
app.command()(commands.route)
app.command()(tuning.embedder)
app.command()(checking.check)
app.command()(checking.split)
app.command()(exporting.export)
app.command("import")(imports.import_)
app.command()(synthesising.synthesise)
app.command()(reviewing.review)
app.command("to-provider")(providing.to_provider)
app.command()(providing.validate)


@app.callback()
def _root() -> None:
    """Gather, review, check, train; or export for a provider."""
