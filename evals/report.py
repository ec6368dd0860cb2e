"""The decision report as one page that needs nothing else: tables, plots and the verdict in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from chatbot import texts
from evals import plots
from evals.comparison import SERVICE, Compared, Verdict, changed_hands, reliability
from evals.metrics import Outcome
from ingestion.company import Company

STYLE = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
SHOWN = 8
"""Questions of each kind that changed hands, at most."""
WORDS = 60
"""Longest text of an answer in the report."""


class Page:
    """``language``: of the page. Methods give pieces of HTML."""

    def __init__(self, company: Company, found: Mapping[str, Compared], verdict: Verdict | None, language: str) -> None:
        self.company, self.found, self.verdict, self.language = company, found, verdict, language

    def say(self, key: str, **values: object) -> str:
        return texts.say(self.language, f"report.{key}", **values)

    def name(self, config: str) -> str:
        return self.say(f"names.{config.replace('+', '_')}")

    def share(self, value: float | None, digits: int = 1) -> str:
        if value is None:
            return "–"
        text = f"{value * 100:.{digits}f}%"
        return text.replace(".", ",") if self.language == "pl" else text

    def number(self, value: float, digits: int = 2) -> str:
        text = f"{value:,.{digits}f}".replace(",", "\u00a0")
        return text.replace(".", ",") if self.language == "pl" else text

    def whole(self, day: date) -> str:
        cases = len(next(iter(self.found.values())).outcomes)
        lead = self.say("lead", company=self.company.name, cases=cases, day=texts.day(self.language, day))
        parts = [
            f"<!doctype html><html lang='{self.language}'><head><meta charset='utf-8'>",
            "<meta name='viewport' content='width=device-width, initial-scale=1'>",
            f"<title>{escape(self.say('title'))}</title><style>{STYLE}</style></head><body><main>",
            f"<header><h1>{escape(self.say('title'))}</h1><p class='lead'>{escape(lead)}</p></header>",
            self.told(), self.figures(), self.curves(), self.calibration(), self.harms(), self.judge(),
            self.hands(),
            f"<section><h2>{escape(self.say('what'))}</h2>"
            f"<p>{escape(self.say('explained', risk=self.share(self.company.goals.risk, 0)))}</p></section>",
            "</main></body></html>",
        ]  # fmt: skip
        return "\n".join(parts) + "\n"

    def sentences(self) -> list[str]:
        """The verdict in plain words."""
        if self.verdict is None:
            return []
        goals, gain = self.company.goals, self.verdict.gain
        ours, best = self.found[SERVICE].figures, self.found[self.verdict.best].figures
        told = [self.say(self.verdict.key, best=self.name(self.verdict.best), gain=self.share(gain.mean),
                         low=self.share(gain.low), high=self.share(gain.high), wanted=self.share(goals.gain, 0)),
                self.say("cheaper", cost=self.number(ours["cost"]["total"], 0), currency=goals.currency,
                         best=self.name(self.verdict.best), other=self.number(best["cost"]["total"], 0))]
        if (ours["ms_p95"] or 0) > goals.seconds * 1000:
            told.append(self.say("too_slow", seconds=self.number(ours["ms_p95"] / 1000, 1),
                                 wanted=self.number(goals.seconds, 1)))
        return told

    def told(self) -> str:
        if self.verdict is None:
            return ""
        first, *rest = self.sentences()
        return (f"<section class='verdict {self.verdict.key}'><h2>{escape(self.say('verdict'))}</h2>"
                f"<p class='first'>{escape(first)}</p>{''.join(f'<p>{escape(one)}</p>' for one in rest)}</section>")

    def figures(self) -> str:
        goals = self.company.goals
        heads = ("config", "right", "coverage", "risk", "forced", "auroc", "grounded", "abstain", "tone", "speed",
                 "cost")  # fmt: skip
        rows = []
        for name, one in self.found.items():
            f = one.figures
            off = f["harms"].get("off_tone")
            rows.append([
                self.name(name),
                self.between(f["right"], f["right_interval"]),
                self.between(f["coverage"], f["coverage_interval"]),
                self.share(f["risk"]),
                self.share(f["forced_right"]),
                "–" if f["auroc"] is None else self.number(f["auroc"]),
                self.share(f["grounded"]),
                self.share(f["abstain_f1"]),
                self.share(1 - off["mean"] if off else None),
                " / ".join(self.number((f[at] or 0) / 1000, 1) for at in ("ms_p50", "ms_p95")) + "\u00a0s",
                f"{self.number(f['cost']['total'], 0)}\u00a0{goals.currency}",
            ])  # fmt: skip
        return self.section("table", self.table([self.say(head) for head in heads], rows, self.say("table"), SERVICE))

    def curves(self) -> str:
        curves = {name: one.figures["curve"] for name, one in self.found.items()}
        words = {key: self.say(key) for key in ("axis_coverage", "axis_risk", "curves_alt")}
        names = {name: self.name(name) for name in self.found}
        drawn = plots.risk_coverage(curves, names, self.company.goals.risk, words)
        return self.section("curves", f"<p>{escape(self.say('curves_about'))}</p><figure>{drawn}</figure>")

    def calibration(self) -> str:
        if SERVICE not in self.found:
            return ""
        words = {key: self.say(key) for key in ("axis_expected", "axis_found", "reliability_alt")}
        drawn = plots.reliability(reliability(self.found[SERVICE].drafted), words)
        return self.section("reliability", f"<p>{escape(self.say('reliability_about'))}</p><figure>{drawn}</figure>")

    def harms(self) -> str:
        names = list(dict.fromkeys(harm for one in self.found.values() for harm in one.figures["harms"]))
        rows = []
        for harm in names:
            cells = [self.say(f"harm_names.{harm}")]
            for one in self.found.values():
                value = one.figures["harms"].get(harm)
                cells.append(self.between(value["mean"], value) if value else "–")
            rows.append(cells)
        heads = [self.say("harm"), *(self.name(name) for name in self.found)]
        return self.section("harms", self.table(heads, rows, self.say("harms")))

    def judge(self) -> str:
        """What a model elsewhere says of the replies, where one was asked."""
        asked = {name: one.figures["judge"] for name, one in self.found.items() if "judge" in one.figures}
        if not asked:
            return ""
        rows = [[self.name(name), str(told["judged"]), self.share(told.get("right")), self.share(told.get("supported")),
                 self.share(told.get("agrees")), str(told["crashed"])] for name, told in asked.items()]
        heads = [self.say(one) for one in ("config", "judged", "right", "grounded", "agrees", "judge_crashed")]
        about = self.say("judge_about", model=next(iter(asked.values()))["model"])
        return self.section("judge", f"<p>{escape(about)}</p>{self.table(heads, rows, self.say('judge'))}")

    def hands(self) -> str:
        if self.verdict is None:
            return ""
        won, lost = changed_hands(self.found[SERVICE], self.found[self.verdict.best])
        return self.section("hands", self.pairs("won", won) + self.pairs("lost", lost))

    def pairs(self, key: str, pairs: Sequence[tuple[Outcome, Outcome]]) -> str:
        title = f"<h3>{escape(self.say(key))} ({len(pairs)})</h3>"
        if not pairs:
            return f"{title}<p>{escape(self.say('none'))}</p>"
        rows = [[ours.case.question, self.answer(ours), self.answer(theirs), " / ".join(ours.case.answers[:1])]
                for ours, theirs in pairs[:SHOWN]]
        heads = [self.say(one) for one in ("question", "with_adapter", "without", "expected")]
        return title + self.table(heads, rows, self.say(key))

    def answer(self, outcome: Outcome) -> str:
        answer = outcome.answer
        if answer is None:
            return outcome.error or ""
        said = answer.text if outcome.replied else answer.draft
        words = said.split()
        short = " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")
        return short if outcome.replied else f"{self.say('handed')} {short}".strip()

    def between(self, value: float | None, ends: Mapping[str, Any] | None) -> str:
        if value is None or ends is None:
            return self.share(value)
        return f"{self.share(value)} ({self.share(ends['low'], 0)}–{self.share(ends['high'], 0)})"

    def section(self, key: str, body: str) -> str:
        return f"<section><h2>{escape(self.say(key))}</h2>{body}</section>"

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str, marked: str = "") -> str:
        head = "".join(f"<th scope='col'>{escape(one)}</th>" for one in heads)
        ours = self.name(marked) if marked else None
        body = "".join(
            f"<tr{' class=ours' if row[0] == ours else ''}><th scope='row'>{escape(row[0])}</th>"
            + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>" for row in rows
        )  # fmt: skip
        return (f"<div class='wide' tabindex='0' role='region' aria-label='{escape(caption, quote=True)}'><table>"
                f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")


