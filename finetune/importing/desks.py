"""Help desks' exports: Zendesk, Freshdesk, Intercom, Help Scout, as JSON or JSON Lines. Agents' notes stay out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from finetune.importing import tables
from finetune.importing.talk import Fault, Found, Talk, json_of, objects, plain
from finetune.record import Role

Turns = list[tuple[Role, str]]


def zendesk(path: Path) -> Iterator[Found]:
    """Tickets with ``comments`` (author_id, body, public) as `incremental/tickets` with comments, or a full export."""
    return _each(path, ("tickets", "results"), _zendesk)


def freshdesk(path: Path) -> Iterator[Found]:
    """Tickets with ``conversations`` (body_text, incoming, private), or a table with the agent's reply in a column."""
    if path.suffix.lower() == ".csv":
        return tables.read(path)
    return _each(path, ("tickets", "helpdesk_tickets"), _freshdesk)


def intercom(path: Path) -> Iterator[Found]:
    """Conversations with ``source`` and ``conversation_parts``."""
    return _each(path, ("conversations", "data"), _intercom)


def helpscout(path: Path) -> Iterator[Found]:
    """Conversations with their ``threads`` (in ``_embedded`` or not), newest first as the service gives them."""
    return _each(path, ("conversations", "items"), _helpscout)


def _each(path: Path, names: tuple[str, ...], one: Callable[[str, dict[str, Any]], Found]) -> Iterator[Found]:
    for where, row in objects(json_of(path), names, path.name):
        yield row if isinstance(row, Fault) else one(where, row.get("ticket", row) if "ticket" in row else row)


def _zendesk(where: str, row: dict[str, Any]) -> Found:
    requester, comments = row.get("requester_id"), row.get("comments")
    if requester is None:
        return Fault(f"{where}, column 'requester_id'", "it is missing: who asked can't be told from who answered")
    if not isinstance(comments, list):
        return Fault(f"{where}, column 'comments'", "they are missing: export the tickets with their comments")
    turns: Turns = []
    for at, comment in enumerate(comments):
        if not isinstance(comment, dict) or "author_id" not in comment:
            return Fault(f"{where}, column 'comments.{at}.author_id'", "it is missing")
        if comment.get("public", True):
            body = comment.get("plain_body") or comment.get("body") or comment.get("html_body")
            turns.append((Role.USER if comment["author_id"] == requester else Role.ASSISTANT, plain(body)))
    return _talk(where, row, turns, requester)


def _freshdesk(where: str, row: dict[str, Any]) -> Found:
    first = plain(row.get("description_text") or row.get("description"))
    if not first:
        return Fault(f"{where}, column 'description_text'", "it is missing or empty")
    parts = row.get("conversations", row.get("notes"))
    if not isinstance(parts, list):
        return Fault(f"{where}, column 'conversations'", "they are missing: export the tickets with conversations")
    turns: Turns = [(Role.USER, first)]
    for at, part in enumerate(parts):
        if not isinstance(part, dict) or not isinstance(part.get("incoming"), bool):
            return Fault(f"{where}, column 'conversations.{at}.incoming'", "true or false is expected")
        if not part.get("private"):
            body = plain(part.get("body_text") or part.get("body"))
            turns.append((Role.USER if part["incoming"] else Role.ASSISTANT, body))
    return _talk(where, row, turns, row.get("requester_id"))


def _intercom(where: str, row: dict[str, Any]) -> Found:
    source = row.get("source")
    if not isinstance(source, dict) or not isinstance(source.get("author"), dict):
        return Fault(f"{where}, column 'source.author'", "it is missing: who began the conversation can't be told")
    parts = row.get("conversation_parts") or {}
    listed = parts.get("conversation_parts", []) if isinstance(parts, dict) else parts
    turns: Turns = [(_of_intercom(source["author"]), plain(source.get("body")))]
    for at, part in enumerate(listed):
        if not isinstance(part, dict) or not isinstance(part.get("author"), dict):
            return Fault(f"{where}, column 'conversation_parts.{at}.author'", "it is missing")
        if part.get("part_type", "comment") == "comment":
            turns.append((_of_intercom(part["author"]), plain(part.get("body"))))
    return _talk(where, row, turns, source["author"].get("id"))


def _of_intercom(author: dict[str, Any]) -> Role:
    return Role.USER if author.get("type") in ("user", "lead", "contact") else Role.ASSISTANT


def _helpscout(where: str, row: dict[str, Any]) -> Found:
    threads = row.get("threads") or (row.get("_embedded") or {}).get("threads")
    if not isinstance(threads, list):
        return Fault(f"{where}, column 'threads'", "they are missing: export the conversations with their threads")
    turns: Turns = []
    for at, thread in enumerate(sorted(threads, key=lambda one: str(one.get("createdAt", "")))):
        kind = thread.get("type")
        if kind is None:
            return Fault(f"{where}, column 'threads.{at}.type'", "it is missing")
        if kind in ("customer", "message", "reply", "chat", "beaconchat"):
            by = (thread.get("createdBy") or {}).get("type", "customer" if kind == "customer" else "user")
            turns.append((Role.USER if by == "customer" else Role.ASSISTANT, plain(thread.get("body"))))
    who = (row.get("primaryCustomer") or {}).get("id")
    return _talk(where, row, turns, who)


def _talk(where: str, row: dict[str, Any], turns: Turns, customer: Any) -> Found:
    said = tuple((role, text) for role, text in turns if text)
    if not any(role is Role.ASSISTANT for role, _ in said) or not any(role is Role.USER for role, _ in said):
        return Fault(where, "it has no public answer to a customer's message: there is nothing to learn from it")
    return Talk(where, said, str(row.get("id", "")), str(customer or ""), str(row.get("language") or ""))
