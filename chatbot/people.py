"""`python -m chatbot user …`, `erase` and `export-customer`: people, from the command line, while the service runs."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from chatbot.errors import AuditBroken
from chatbot.service import Service, build
from chatbot.staff import Account, Role
from ingestion import company as companies
from ingestion import settings as settings_module
from ingestion.command import Json, err, out, print_json, translated
from ingestion.errors import UsageError
from ingestion.store import connect_async

user = typer.Typer(no_args_is_help=True, help="Accounts of agents and admins.")

COMMAND_LINE = "command line"
Customer = Annotated[str, typer.Option("--customer", help="The customer's id, as the company signs it.")]


@user.command("add")
@translated
def add(
    name: Annotated[str, typer.Argument(help="What one signs in with: lower-case letters, digits, dot, hyphen.")],
    role: Annotated[Role, typer.Option(help="agent or admin (who may do both).")] = Role.AGENT,
    shown_name: Annotated[str | None, typer.Option("--shown", help="The name that customers see.")] = None,
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
    json: Json = False,
) -> None:
    """Make an account, or give it a new password; its sessions end. Without --password-stdin a password is made."""
    password = typer.get_text_stream("stdin").readline().rstrip("\n") if password_stdin else secrets.token_urlsafe(12)

    async def work(service: Service) -> Account:
        made = await service.staff.add(name, shown_name or name.capitalize(), role, password)
        await service.audit.note(COMMAND_LINE, "account.add", name)
        return made

    account = _run(work)
    made = {"user": account.user, "name": account.name, "role": account.role.value}
    if not password_stdin:
        made["password"] = password
    if json:
        print_json(made)
    else:
        out.print("\n".join(f"{key}: {value}" for key, value in made.items()), markup=False, highlight=False)


@user.command("remove")
@translated
def remove(name: Annotated[str, typer.Argument(help="The account.")], json: Json = False) -> None:
    """Remove an account; its sessions end at once."""

    async def work(service: Service) -> None:
        await service.staff.remove(name)
        await service.audit.note(COMMAND_LINE, "account.remove", name)

    _run(work)
    if json:
        print_json({"removed": name})


@user.command("list")
@translated
def list_(json: Json = False) -> None:
    """Who may sign in."""
    accounts = [{"user": one.user, "name": one.name, "role": one.role.value}
                for one in _run(lambda service: service.staff.accounts())]
    if json:
        print_json({"users": accounts})
    for account in accounts if not json else ():
        out.print("  ".join(account.values()), markup=False, highlight=False)


@translated
def erase(customer: Customer, json: Json = False) -> None:
    """Erase everything held on a customer: their key first, then the records."""
    who = _named(customer)

    async def work(service: Service) -> dict[str, Any]:
        found = await service.erasure.customer(who)
        await service.audit.note(COMMAND_LINE, "person.erase", service.records.subject(who))
        return found

    erased = split(_run(work))
    if json:
        print_json(erased)
        return
    err.print(", ".join(f"{name}: {count}" for name, count in erased["erased"].items()))
    for name in ("adapters", "exports"):
        for one in erased[name]:
            err.print(f"{name}: {one}", markup=False)
    for one in erased["documents"]:
        err.print(f"names the person, not rewritten: {one['document']} {one['version']} {one['clause']}", markup=False)


@translated
def export_customer(
    customer: Annotated[str, typer.Argument(help="The customer's id, as the company signs it.")], json: Json = False
) -> None:
    """Print everything held on a customer, as one JSON document."""
    who = _named(customer)

    async def work(service: Service) -> dict[str, Any]:
        found = await service.erasure.export(who)
        await service.audit.note(COMMAND_LINE, "person.export", service.records.subject(who))
        return found

    print_json(_run(work))


@translated
def rotate_keys(json: Json = False) -> None:
    """Wrap every customer's key under KEYS_SECRET anew (set the former one as KEYS_SECRET_BEFORE). Messages stay as
    they are, and the service may run meanwhile."""

    async def work(service: Service) -> tuple[int, int]:
        done = await asyncio.to_thread(service.records.sealer.rotate)
        await service.audit.note(COMMAND_LINE, "keys.rotate", figures={"rewritten": float(done[0])})
        return done

    rewritten, kept = _run(work)
    if json:
        print_json({"rewritten": rewritten, "kept": kept})
        return
    err.print(f"{rewritten} keys wrapped anew, {kept} were already. KEYS_SECRET_BEFORE is no longer needed: "
              "start the service without it.")


@translated
def audit(
    limit: Annotated[int, typer.Option(help="Newest entries shown.", min=0)] = 50,
    json: Json = False,
) -> None:
    """Check the trail of who saw or did what, and show its end. Exit 1 where an entry was changed or is missing."""
    entries, broken = _run(_audited(limit))
    if json:
        print_json({"entries": [asdict(one) for one in entries], "broken_at": broken})
    for one in entries if not json else ():
        when = datetime.fromtimestamp(one.at / 1000, UTC).isoformat(timespec="seconds")
        figures = "".join(f"  {name}={value:g}" for name, value in one.figures.items())
        out.print(f"{one.number}  {when}  {one.by}  {one.action}  {one.subject}{figures}", markup=False,
                  highlight=False)
    if broken is not None:
        raise AuditBroken(f"The audit trail does not hold from entry {broken} on: it was changed, or restored from an "
                          "older backup than its anchors. Compare with a copy of DATA_DIR/audit-anchors.txt.")


def _audited(limit: int) -> Callable[[Service], Awaitable[Any]]:
    async def work(service: Service) -> Any:
        return (await service.audit.read(limit) if limit else []), await service.audit.broken_at()

    return work


def split(erased: dict[str, Any]) -> dict[str, Any]:
    """The contract's ``{"erased": counts}``, with what somebody has to see to beside it."""
    beside = {name: erased.get(name, []) for name in ("adapters", "exports", "documents")}
    return {"erased": {name: count for name, count in erased.items() if name not in beside}, **beside}


def _named(customer: str) -> str:
    if not customer.strip():
        raise UsageError("--customer is empty: give the id that the company signs.")
    return customer


def _run(work: Callable[[Service], Awaitable[Any]]) -> Any:
    settings, _ = settings_module.load()

    async def run() -> Any:
        async with connect_async(settings) as redis:
            return await work(build(settings, companies.load(settings.company), redis))

    return asyncio.run(run())
