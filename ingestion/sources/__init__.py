"""From a file to a `Text`: what it is, told by its first bytes and then its name, and the reader for it.

Run it in `ingestion.sandbox`; a file may be made to harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ingestion.clauses import Block, clauses
from ingestion.documents import Kind, Text
from ingestion.errors import DocumentError, NeedsOcr, NeedsPassword
from ingestion.sources import archive, docx, faq, html, mail, markdown, odt, office, passages, pdf, plain, questions
from ingestion.sources.blocks import Found, table
from ingestion.sources.language import language

MOST_BYTES = 64 * 2**20
"""Of a file; the largest regulation seen has 5 MB."""
MOST_PASSAGES = 1024 * 2**20
"""Bytes, unpacked, of a file of passages."""

READABLE = "PDF, DOCX, ODT, PPTX, XLSX, HTML, MD, TXT, EML, CSV; FAQ as YAML, JSON, CSV or XLSX; passages as JSONL"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PICTURE = re.compile(
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\x00|MM\x00\*|BM[\x00-\xff]{4}\x00{4}|RIFF[\x00-\xff]{4}WEBP")
"""First bytes. Two letters are not enough: texts begin with 'PKO' and with 'BMW'."""
_BY_BYTES = (".pdf", ".docx", ".pptx", ".xlsx", ".odt")
"""Told by their first bytes; a file of another content under such a name is damaged, or no document."""
_PICTURE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp", ".heic")
_OLD_OFFICE = {".doc": ".docx", ".xls": ".xlsx", ".ppt": ".pptx", ".msg": ".eml", ".rtf": ".docx", ".epub": ".html"}

Reader = Callable[[bytes, str], "Found | Text"]


def read(path: Path, name: str | None = None, select: str | None = None) -> Text:
    """Read one file. ``name`` is what people call it (an upload's own name); ``select`` a glob over ids of passages.

    Raises DocumentError, NeedsPassword or NeedsOcr, each with a reason for a person; never returns an empty Text.
    """
    name = name or path.name
    if (suffix := "".join(Path(name).suffixes[-2:]).lower()).endswith((".jsonl", ".jsonl.gz")):
        return passages.read(path, name, select, MOST_PASSAGES)
    if select:
        raise DocumentError(f"{name}#{select}: only a .jsonl of passages takes a selection. Leave '#{select}' out.")
    if path.stat().st_size > MOST_BYTES:
        raise DocumentError(f"{name} is larger than {MOST_BYTES // 2**20} MB. Split it, or take out pictures.")
    data = path.read_bytes()
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise DocumentError(f"{name} is empty. Add a file that has text.")
    found = _reader(data, name, Path(suffix).suffix or suffix)(data, name)
    return found if isinstance(found, Text) else _text(found, name)


def _text(found: Found, name: str) -> Text:
    entries, rest = questions.apart(found.blocks)
    units = clauses(rest, found.title or "")
    words = "".join((*(clause.text for clause in units), *(entry.answer for entry in entries)))
    if not any(character.isalnum() for character in words):
        raise DocumentError(f"{name} has no text that can be read. Add a file that has some.")
    numbered = any(re.match(r"(?:§|Art\.)", part) for clause in units for part in clause.path)
    title = found.title or Path(name).stem.replace("_", " ").replace("-", " ")
    kind = Kind.REGULATION if numbered else Kind.PAGE if units else Kind.FAQ
    return Text(title, units, entries, kind, language(words), found.notes)


def _reader(data: bytes, name: str, suffix: str) -> Reader:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in data[:1024]:
        return pdf.read
    if data.startswith(_ZIP):
        return _zipped(data, name)
    if data.startswith(_OLE):
        raise _old(data, name, suffix)
    if _PICTURE.match(data) or suffix in _PICTURE_NAMES:
        raise NeedsOcr(f"{name} is a picture. Run OCR on it and add the result.")
    if head.startswith(b"{\\rtf") or suffix in _OLD_OFFICE:
        other = _OLD_OFFICE.get(suffix, ".docx")
        raise DocumentError(f"{name}: {suffix or '.rtf'} files aren't read. Save it as {other} and add that.")
    if re.match(rb"<!doctype html|<html", head, re.I):
        return _html
    if suffix in _BY_NAME:
        return _BY_NAME[suffix]
    if suffix in _BY_BYTES:
        raise DocumentError(f"{name} is named {suffix} and holds something else. Save it again and add it.")
    raise DocumentError(f"{name}: unknown format {suffix or '(no extension)'}. Readable are {READABLE}.")


def _zipped(data: bytes, name: str) -> Reader:
    members = set(archive.open_zip(data, name).namelist())
    if "word/document.xml" in members or any(re.fullmatch(r"word/document\d*\.xml", one) for one in members):
        return docx.read
    if "ppt/presentation.xml" in members:
        return office.read_pptx
    if "xl/workbook.xml" in members:
        return _sheets
    if "content.xml" in members:
        return odt.read
    raise DocumentError(f"{name} is an archive, not a document. Unpack it and add the files. Readable are {READABLE}.")


def _old(data: bytes, name: str, suffix: str) -> DocumentError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return NeedsPassword(f"{name} is encrypted. Save it without a password and add it.")
    other = _OLD_OFFICE.get(suffix, ".docx, .xlsx or .pptx")
    return DocumentError(f"{name} is in an old Office format. Save it as {other} and add that.")


def _mail(data: bytes, name: str, depth: int = 1) -> Found:
    """The message's text, then each attachment under its name. What can't be read of it is a note; a message of which
    nothing can be read is a DocumentError naming each part, NeedsOcr or NeedsPassword where that is all there is."""
    message = mail.read(data, name)
    blocks = list(message.text.blocks)
    notes: list[str] = []
    troubles: list[DocumentError] = []
    wanted = [one for one in message.attachments if not one.shown]
    for attachment in wanted[: mail.MOST_ATTACHMENTS]:
        try:
            inner = _attached(attachment, depth)
        except DocumentError as error:
            troubles.append(error)
            notes.append(str(error))
            continue
        blocks += [Block(attachment.name, level=1), *inner.blocks]
        notes += inner.notes
    if len(wanted) > mail.MOST_ATTACHMENTS:
        notes.append(f"{name} has {len(wanted)} attachments; the first {mail.MOST_ATTACHMENTS} were read.")
    if not blocks and troubles:
        kinds = {type(error) for error in troubles}
        kind = kinds.pop() if len(kinds) == 1 else DocumentError
        raise kind(f"{name} has no text of its own, and its attachments can't be read: {' '.join(notes)}")
    if not blocks:
        raise DocumentError(f"{name} has no text of its own.")
    return Found(message.text.title, tuple(blocks), tuple(notes))


def _attached(attachment: mail.Attachment, depth: int) -> Found:
    """Raises DocumentError for what can't be read, an empty file among it."""
    name, data = attachment.name, attachment.data
    suffix = Path(name).suffix.lower()
    if not data.strip():
        raise DocumentError(f"{name} is empty. Add a file that has text.")
    if suffix == ".eml":
        if depth >= mail.DEEPEST:
            raise DocumentError(f"{name} is a message inside {mail.DEEPEST} others. Save it and add it by itself.")
        return _mail(data, name, depth + 1)
    found = _reader(data, name, suffix)(data, name)
    if isinstance(found, Text):  # questions and answers
        said = tuple(Block(part) for entry in found.faq for part in (entry.question, entry.answer))
        found = Found(None, said, found.notes)
    if not any(character.isalnum() for block in found.blocks for character in block.text):
        raise DocumentError(f"{name} has no text that can be read. Add a file that has some.")
    return found


def _html(data: bytes, name: str) -> Found:
    return html.read(data)


def _csv(data: bytes, name: str) -> Found | Text:
    """Formulas are left out and named: such a file doesn't keep what they result in, and nobody wrote them as text."""
    rows, formulas = faq.without_formulas(faq.rows(data, name))
    told = f"{name} has {formulas} formulas, whose results are not in the file; they were left out."
    notes = (told,) if formulas else ()
    if (entries := faq.from_rows(rows, name)) is not None:
        return replace(entries, notes=(*entries.notes, *notes))
    whole = table(rows)
    return Found(None, (whole,) if whole else (), notes)


def _sheets(data: bytes, name: str) -> Found | Text:
    """Sheets of questions and answers become entries, the others tables."""
    book = office.read_xlsx(data, name)
    notes = (*((f"{name} has hidden sheets ({', '.join(book.hidden)}); they were left out. Unhide those that customers "
                "may read.",) if book.hidden else ()),
             *((f"{name} has hidden rows or columns (sheets: {', '.join(book.partly)}); they were left out. Unhide "
                "those that customers may read.",) if book.partly else ()))
    blocks: list[Block] = []
    entries: list[Text] = []
    troubles: list[DocumentError] = []
    for title, rows in book.sheets:
        try:
            found = faq.from_rows(rows, f"{name}, {title}" if title and len(book.sheets) > 1 else name)
        except DocumentError as error:
            troubles.append(error)
            continue
        if found is not None:
            entries.append(found)
            notes = (*notes, *found.notes)
        elif (whole := table(rows)) is not None:
            blocks += [Block(title, level=1)] if title and len(book.sheets) > 1 else []
            blocks.append(whole)
    if troubles and not entries and not blocks:
        raise troubles[0]
    notes = (*notes, *map(str, troubles))
    if not entries:
        return Found(None, tuple(blocks), notes)
    asked = tuple(entry for text in entries for entry in text.faq)
    kind = Kind.PAGE if blocks else Kind.FAQ
    return Text(name, clauses(blocks), asked, kind, entries[0].language, notes)


_BY_NAME: dict[str, Reader] = {
    **dict.fromkeys((".html", ".htm", ".xhtml"), _html),
    **dict.fromkeys((".md", ".markdown"), lambda data, name: markdown.read(data)),
    **dict.fromkeys((".txt", ".text"), lambda data, name: plain.read(data)),
    **dict.fromkeys((".yaml", ".yml"), faq.read_yaml),
    **dict.fromkeys((".csv", ".tsv"), _csv),
    ".eml": _mail,
    ".json": faq.read_json,
}
