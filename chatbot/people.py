"""`python -m chatbot user …`, `erase` and `export-customer`: people, from the command line, while the service runs."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from chatbot.service import Service, build
from chatbot.staff import Role
from ingestion import company as companies
from ingestion import settings as settings_module
from ingestion.command import Json, err, out, print_json, translated
from ingestion.errors import UsageError
from ingestion.store import connect_async

user = typer.Typer(no_args_is_help=True, help="Accounts of agents and admins.")

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
    account = _run(lambda service: service.staff.add(name, shown_name or name.capitalize(), role, password))
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
    _run(lambda service: service.staff.remove(name))
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
    erased = _run(lambda service: service.erasure.customer(_named(customer)))
    _run(lambda service: service.audit.note("command line", "erase", ""))
    if json:
        print_json({"erased": erased})
    else:
        err.print(", ".join(f"{name}: {count}" for name, count in erased.items()))


@translated
def export_customer(
    customer: Annotated[str, typer.Argument(help="The customer's id, as the company signs it.")], json: Json = False
) -> None:
    """Print everything held on a customer, as one JSON document."""
    print_json(_run(lambda service: service.erasure.export(_named(customer))))


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
