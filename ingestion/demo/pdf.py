"""A regulation as a PDF file, the same bytes every time. DejaVu Sans, which has all Polish letters, comes with
matplotlib."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import matplotlib
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from ingestion.demo.regulation import Paragraph, Regulation

FONT = "DejaVu"
MARGIN_MM = 22
LINE_MM = 5.4


def pdf_bytes(regulation: Regulation, made: datetime) -> bytes:
    """``made`` (with a time zone) is what the file's properties say."""
    page = FPDF(format="A4")
    page.set_creation_date(made)
    page.set_title(regulation.title)
    page.set_author("Jarzębina sp. z o.o.")
    page.set_lang("pl-PL")
    page.set_margin(MARGIN_MM)
    page.set_auto_page_break(True, MARGIN_MM)
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    page.add_font(FONT, "", fonts / "DejaVuSans.ttf")
    page.add_font(FONT, "B", fonts / "DejaVuSans-Bold.ttf")
    page.add_page()
    page.set_font(FONT, "B", 15)
    page.multi_cell(0, 8, regulation.title, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for section in regulation.sections:
        _room(page, 4 * LINE_MM)
        page.ln(4)
        page.set_font(FONT, "B", 11)
        page.multi_cell(0, LINE_MM + 1, f"{section.number}. {section.title}", align="L",
                        new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        for paragraph in section.paragraphs:
            _write(page, paragraph)
    return bytes(page.output())


def _write(page: FPDF, paragraph: Paragraph) -> None:
    page.set_font(FONT, "", 10)
    text = f"{paragraph.number}. {paragraph.text}"
    _room(page, (3 + len(paragraph.table) * 1.5) * LINE_MM)
    page.multi_cell(0, LINE_MM, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(1)
    if paragraph.table:
        with page.table(line_height=LINE_MM + 1.6, text_align="LEFT", padding=1) as table:
            for row in paragraph.table:
                table.row(row)
        page.ln(2)


def _room(page: FPDF, height_mm: float) -> None:
    """Begin a new page rather than break a paragraph or a table."""
    if page.will_page_break(height_mm):
        page.add_page()
