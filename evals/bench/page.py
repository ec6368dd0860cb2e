"""The figures as a page: what was measured, against which bar."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from evals.bench.measure import Figure

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d1d1f}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem .75rem;border-bottom:1px solid #ddd}
td.n{text-align:right;font-variant-numeric:tabular-nums}.met{color:#0a6b3d}.missed{color:#b3261e}code{font-size:.85em}"""


def page(figures: Sequence[Figure], machine: dict[str, Any]) -> str:
    """A whole HTML page that needs nothing else."""
    rows = "".join(_row(figure) for figure in figures)
    about = ", ".join(f"{name} {value}" for name, value in machine.items())
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Speed</title><style>{_STYLE}</style>'
            f"</head><body><h1>Speed, as ratios measured in one run</h1><p>{html.escape(about)}</p><table><thead><tr>"
            "<th>Figure</th><th>Measured</th><th>Bar</th><th></th><th>Made of</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></body></html>\n")


def _row(figure: Figure) -> str:
    sign = "≥" if figure.least else "≤"
    verdict = '<td class="met">met</td>' if figure.met else '<td class="missed">missed</td>'
    detail = ", ".join(f"{name}: {value}" for name, value in figure.detail.items())
    return (f"<tr><td>{html.escape(figure.name)}</td><td class=n>{figure.value} {figure.unit}</td>"
            f"<td class=n>{sign} {figure.bar}</td>{verdict}<td><code>{html.escape(detail)}</code></td></tr>")
