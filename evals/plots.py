"""The report's plots, as SVG inside its page: colours that colour-blind readers can tell apart, and line styles."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from html import escape

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

mpl.rcParams.update({"svg.fonttype": "none", "font.family": "sans-serif", "font.size": 11})
COLOURS = {"prompt": "#767676", "rag": "#B87700", "retrieval": "#0072B2", "adapter": "#B05690",
           "rag+adapter": "#00614B"}
"""Okabe and Ito's palette, the service's own in the darkest."""
STYLES = {"prompt": ":", "rag": "--", "retrieval": "-.", "adapter": (0, (1, 1)), "rag+adapter": "-"}
SIZE = (7.2, 4.2)
"""Inches; the page scales it."""


def risk_coverage(
    curves: Mapping[str, Sequence[Sequence[float]]], names: Mapping[str, str], risk: float, words: Mapping[str, str]
) -> str:
    figure, axes = _axes(words["axis_coverage"], words["axis_risk"])
    for name, curve in curves.items():
        axes.plot([point[0] for point in curve], [point[1] for point in curve], color=COLOURS.get(name, "#333333"),
                  linestyle=STYLES.get(name, "-"), linewidth=2.6 if name == "rag+adapter" else 1.8, label=names[name])
    axes.axhline(risk, color="#B00020", linestyle=(0, (6, 4)), linewidth=1)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False, fontsize=10, loc="best")
    return _svg(figure, words["curves_alt"])


def reliability(points: Sequence[tuple[float, float, int]], words: Mapping[str, str]) -> str:
    figure, axes = _axes(words["axis_expected"], words["axis_found"])
    axes.plot([0, 1], [0, 1], color="#999999", linestyle=":", linewidth=1.4)
    axes.plot([one[0] for one in points], [one[1] for one in points], color=COLOURS["rag+adapter"], marker="o",
              linewidth=1.6)
    for expected, found, count in points:
        axes.annotate(str(count), (expected, found), textcoords="offset points", xytext=(8, -12), fontsize=9)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return _svg(figure, words["reliability_alt"])


def _axes(x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e4e4e0", linewidth=0.8)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:.0%}")
    return figure, axes


def _svg(figure: Figure, alt: str) -> str:
    """The drawing alone, with a name for readers who don't see it; sizes are the page's."""
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    svg = drawn.getvalue()[drawn.getvalue().index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return re.sub(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', rf'<svg role="img" aria-label="{escape(alt, quote=True)}" '
                 r'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="\1">', svg,
                  count=1)  # fmt: skip
