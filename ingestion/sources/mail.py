"""A message (.eml): its subject, and its text; attachments are separate documents, to be added by themselves."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from ingestion.errors import DocumentError
from ingestion.polish import clean
from ingestion.sources import html, plain
from ingestion.sources.blocks import Found
from ingestion.sources.charset import decode


def read(data: bytes, name: str) -> Found:
    """Raises DocumentError where a message holds attachments only."""
    message = message_from_bytes(data, policy=default)
    if not isinstance(message, EmailMessage):
        raise DocumentError(f"{name} is no e-mail message that can be read.")
    body = message.get_body(preferencelist=("plain", "html"))
    content = b""
    if body is not None:
        payload = body.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
    found = Found(None, ())
    if body is not None and body.get_content_type() == "text/html":
        found = html.read(content)
    elif content:
        found = plain.from_text(_decoded(content, body.get_content_charset() if body is not None else None))
    if not found.blocks:
        attached = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
        raise DocumentError(
            f"{name} has no text of its own"
            + (f", only attachments ({', '.join(attached[:5])}). Save them and add them." if attached else ".")
        )
    subject = clean(str(message.get("subject") or "")).strip()
    return Found(" ".join(subject.split()) or found.title, found.blocks)


def _decoded(content: bytes, charset: str | None) -> str:
    if charset:
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            pass  # the header is wrong; the bytes say more
    return decode(content)
