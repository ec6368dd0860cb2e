"""A message (.eml): its subject, its text, and its attachments, each to be read as the file that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.message import Message as AnyMessage
from email.policy import default

from ingestion.errors import DocumentError, NeedsPassword
from ingestion.polish import clean
from ingestion.sources import html, plain
from ingestion.sources.blocks import Found
from ingestion.sources.charset import decode

MOST_ATTACHMENTS = 50
"""Of one message; the rest is named as left out."""
ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
DEEPEST = 3
"""Messages attached to messages; a fourth inside comes from an attack or a loop."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """``shown``: within the text (a picture in a signature), and so no document of its own."""

    name: str
    data: bytes
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """``text`` has no blocks where the message has no text of its own."""

    text: Found
    attachments: tuple[Attachment, ...]


def read(data: bytes, name: str) -> Message:
    """Raises DocumentError for what is no message, NeedsPassword for one that is encrypted (PGP, S/MIME)."""
    message = message_from_bytes(data, policy=default)
    if not isinstance(message, EmailMessage):
        raise DocumentError(f"{name} is no e-mail message that can be read.")
    if message.get_content_type() in ENCRYPTED:
        raise NeedsPassword(f"{name} is encrypted. Save it without a password and add it.")
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
    subject = clean(str(message.get("subject") or "")).strip()
    text = Found(" ".join(subject.split()) or found.title, found.blocks)
    return Message(text, tuple(_attachments(message, body)))


def _attachments(message: EmailMessage, body: MIMEPart | None) -> Iterator[Attachment]:
    """Of every level of parts, but not of attached messages, which are read as messages."""
    for part, alternative in _leaves(message):
        if part is body or (alternative and part.get_content_maintype() == "text" and not part.get_filename()):
            continue  # another form of the text
        kind = part.get_content_type()
        shown = kind.startswith("image/") and part.get_content_disposition() != "attachment"
        if kind == "message/rfc822":
            inner = part.get_payload()
            held = inner[0] if isinstance(inner, list) and inner else None
            content = held.as_bytes() if isinstance(held, AnyMessage) else b""
            yield Attachment(_named(part, "message.eml"), content)
            continue
        payload = part.get_payload(decode=True)
        yield Attachment(_named(part, f"attachment.{_SUFFIXES.get(kind, kind.rpartition('/')[2])}"),
                         payload if isinstance(payload, bytes) else b"", shown)


_SUFFIXES = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt", "text/plain": "txt", "text/markdown": "md",
}  # fmt: skip


def _leaves(message: EmailMessage, *, alternative: bool = False) -> Iterator[tuple[EmailMessage, bool]]:
    """Parts that hold no others, and whether they are one of several forms of the same. Programs also cut a text in
    two, with a picture or a file between."""
    alternative = alternative or message.get_content_type() == "multipart/alternative"
    for part in message.iter_parts() if message.is_multipart() else (message,):
        if not isinstance(part, EmailMessage):
            continue
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            yield from _leaves(part, alternative=alternative)
        else:
            yield part, alternative


def _named(part: EmailMessage, otherwise: str) -> str:
    name = " ".join(clean(part.get_filename() or "").replace("/", "_").replace("\\", "_").split())
    if part.get_content_type() == "message/rfc822" and not name.lower().endswith(".eml"):
        return f"{name or 'message'}.eml"
    return name or otherwise


def _decoded(content: bytes, charset: str | None) -> str:
    if charset:
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            pass  # the header is wrong; the bytes say more
    return decode(content)
