"""`python -m evals`: every figure we state, by a command."""

from __future__ import annotations

import typer

from evals.answers import answers
from evals.approve import approve, rollback
from evals.bench.command import bench
from evals.calibrate import calibrate
from evals.compare import compare
from evals.documents import documents
from evals.guards import guards
from evals.privacy import privacy
from evals.retrieval import retrieval
from evals.routing import routing
from evals.splits import splits

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.callback()
def _root() -> None:
    """Measure retrieval, answers, privacy and documents; calibrate; compare."""


app.command()(answers)
app.command()(calibrate)
app.command()(splits)
app.command()(compare)
app.command()(approve)
app.command()(rollback)
app.command()(privacy)
app.command()(documents)
app.command()(guards)
app.command()(retrieval)
app.command()(routing)
app.command()(bench)
