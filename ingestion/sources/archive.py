"""Zipped formats, opened with a limit on what they unpack to, and their XML, parsed without entities."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from ingestion.errors import DocumentError, NeedsPassword

MOST_UNPACKED = 256 * 2**20
"""Bytes; the largest ordinary office file seen unpacks to a tenth, bombs to gigabytes."""
MOST_FILES = 10_000

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)


def open_zip(data: bytes, name: str) -> zipfile.ZipFile:
    """Raises DocumentError for a damaged archive or a bomb, NeedsPassword for an encrypted one."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise DocumentError(f"{name} is damaged ({error}). Save it again and add it.") from error
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise NeedsPassword(f"{name} is encrypted. Save it without a password and add it.")
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise DocumentError(f"{name} unpacks to more than {MOST_UNPACKED // 2**20} MB. Split it, or take out pictures.")
    return archive


def xml(archive: zipfile.ZipFile, member: str, name: str) -> Any | None:
    """The member's root; None when the archive has no such member. Raises DocumentError when it is damaged."""
    try:
        content = archive.read(member)
    except KeyError:
        return None
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise DocumentError(f"{name} is damaged: {member} can't be unpacked. Save it again and add it.") from error
    root = etree.fromstring(content, _PARSER)
    if root is None:
        raise DocumentError(f"{name} is damaged: {member} is no XML. Save it again and add it.")
    return root
