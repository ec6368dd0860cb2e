"""A regulation as a DOCX file, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import docx
from docx.shared import Cm, Pt

from ingestion.demo.regulation import Regulation

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def docx_bytes(regulation: Regulation, made: datetime) -> bytes:
    """``made`` is what the file's properties say; the numbers of paragraphs are text, as most companies type them."""
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.language = regulation.title, "Jarzębina sp. z o.o.", "pl-PL"
    properties.created = properties.modified = made
    properties.last_modified_by, properties.comments = properties.author, ""
    document.styles["Normal"].font.size = Pt(11)
    document.add_heading(regulation.title, level=0)
    for section in regulation.sections:
        document.add_heading(f"{section.number}. {section.title}", level=1)
        for paragraph in section.paragraphs:
            added = document.add_paragraph(f"{paragraph.number}. {paragraph.text}")
            added.paragraph_format.left_indent, added.paragraph_format.first_line_indent = Cm(0.8), Cm(-0.8)
            if paragraph.table:
                table = document.add_table(rows=0, cols=len(paragraph.table[0]), style="Table Grid")
                for row in paragraph.table:
                    for cell, text in zip(table.add_row().cells, row, strict=True):
                        cell.text = text
    raw = io.BytesIO()
    document.save(raw)
    return _without_times(raw.getvalue())


def _without_times(archive: bytes) -> bytes:
    """The same archive with every member dated alike: python-docx writes the moment of saving."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(result, "w") as target:
        for member in source.infolist():
            info = zipfile.ZipInfo(member.filename, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(member))
    return result.getvalue()
