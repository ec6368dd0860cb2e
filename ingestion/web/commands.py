"""`python -m ingestion sites｜sync｜forget`: the followed pages of the web."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from ingestion import keys
from ingestion.command import Json, announced_settings, out, print_json, translated
from ingestion.jobs import Outcome
from ingestion.reporting import finish, outcomes, report
from ingestion.store import connect
from ingestion.web import records


def add_to(app: typer.Typer) -> None:
    for command in (sites, sync, forget):
        app.command()(command)


@translated
def sites(json: Json = False) -> None:
    """The followed pages and sitemaps, with the state of each page."""
    with connect(announced_settings()) as store:
        scheduled: Any = store.zrange(keys.SITES_DUE, 0, -1, withscores=True)
        next_looks = {name.decode(): float(at) for name, at in scheduled}
        rows = [records.shown(site, records.pages(store, site.site).values(), next_looks.get(site.site))
                for site in records.sites(store)]
    if json:
        print_json({"sites": rows})
        return
    table = Table("site", "address", "every", "status", "pages", "reason")
    for row in rows:
        counts = ", ".join(f"{count} {name}" for name, count in row["counts"].items())
        table.add_row(row["site"], row["url"], f"{row['every']} h", row["status"], counts, row["reason"] or "")
    out.print(table if rows else "Nothing is followed yet. Add an address: python -m ingestion add https://…")


@translated
def sync(
    site: Annotated[list[str] | None, typer.Argument(help="Ids or addresses; none: all that are followed.")] = None,
    json: Json = False,
) -> None:
    """Look at followed pages now, whatever their schedule."""
    chosen = announced_settings()
    with connect(chosen) as store:
        wanted = [records.find(store, name) for name in site] if site else records.sites(store)
        report(outcomes(finish(chosen, store, [records.follow(store, one) for one in wanted])), json)


@translated
def forget(site: str, json: Json = False) -> None:
    """Follow a page or sitemap no more. Its documents stay; remove them by 'remove'."""
    with connect(announced_settings()) as store:
        one = records.find(store, site)
        records.forget(store, one.site)
    report([Outcome(source=one.url, document=one.site, status="forgotten")], json)
