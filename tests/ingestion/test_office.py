"""Sheets, slides and open documents say in text what their programs show."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingestion import sources
from ingestion.documents import Text
from ingestion.reasons import in_polish

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(path: Path, members: dict[str, str]) -> Text:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sources.read(path)


def words(text: Text) -> str:
    return "\n".join(clause.text for clause in text.clauses)



def test_numbers_of_a_spreadsheet_are_read_as_it_shows_them_and_sheets_by_their_names(tmp_path: Path) -> None:
    """Days, shares and prices; the second file is the first sheet."""
    book = (f'<workbook xmlns="{SHEET}" xmlns:r="{LINKS}"><sheets><sheet name="Cennik" r:id="a"/>'
            '<sheet name="Adresy" r:id="b"/></sheets></workbook>')
    links = '<Relationships><Relationship Id="b" Target="worksheets/sheet1.xml"/>' \
            '<Relationship Id="a" Target="/xl/worksheets/sheet2.xml"/></Relationships>'
    styles = (f'<styleSheet xmlns="{SHEET}"><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
              '<numFmt numFmtId="165" formatCode="#,##0.00\\ [$zł-415]"/></numFmts><cellXfs><xf numFmtId="0"/>'
              '<xf numFmtId="164"/><xf numFmtId="10"/><xf numFmtId="165"/><xf numFmtId="20"/></cellXfs></styleSheet>')
    values = "".join(f'<c s="{style}"><v>{value}</v></c>' for style, value in (
        (1, "46023"), (2, "7.4999999999999997E-2"), (3, "14.990000000000002"), (4, "0.375"), (0, "46023")))
    kept = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("Od", "Stawka", "Cena", "Do", "Numer"))
    first = f'<worksheet xmlns="{SHEET}"><sheetData><row>{kept}</row><row>{values}</row></sheetData></worksheet>'
    second = f'<worksheet xmlns="{SHEET}"><sheetData><row><c t="str"><v>Łódź</v></c></row></sheetData></worksheet>'
    found = read(tmp_path / "cennik.xlsx", {
        "xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": links, "xl/styles.xml": styles,
        "xl/worksheets/sheet1.xml": second, "xl/worksheets/sheet2.xml": first})  # fmt: skip
    assert {clause.headings: clause.text for clause in found.clauses} == {
        ("Cennik",): "| Od | Stawka | Cena | Do | Numer |\n"
                     "| 2026-01-01 – Stawka: 7.5%; Cena: 14.99; Do: 09:00; Numer: 46023 |",
        ("Adresy",): "| Łódź |",
    }  # fmt: skip


def test_a_hidden_sheet_is_not_read_and_is_named(tmp_path: Path) -> None:
    book = (f'<workbook xmlns="{SHEET}" xmlns:r="{LINKS}"><sheets><sheet name="Cennik" r:id="a"/>'
            '<sheet name="Marże" state="hidden" r:id="b"/></sheets></workbook>')
    links = '<Relationships><Relationship Id="a" Target="worksheets/sheet1.xml"/>' \
            '<Relationship Id="b" Target="worksheets/sheet2.xml"/></Relationships>'
    shown, secret = (f'<worksheet xmlns="{SHEET}"><sheetData><row><c t="str"><v>{text}</v></c></row></sheetData>'
                     '</worksheet>' for text in ("Kurier 14 zł", "Marża 40%"))
    found = read(tmp_path / "cennik.xlsx", {
        "xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": links,
        "xl/worksheets/sheet1.xml": shown, "xl/worksheets/sheet2.xml": secret})  # fmt: skip
    assert "Kurier" in words(found) and "Marża" not in words(found)
    assert len(found.notes) == 1 and "Marże" in found.notes[0]


def test_hidden_rows_and_columns_are_not_read_and_their_sheet_is_named(tmp_path: Path) -> None:
    def row(number: int, *texts: str, more: str = "") -> str:
        cells = "".join(f'<c r="{letter}{number}" t="str"><v>{text}</v></c>' for letter, text in zip("ABCD", texts,
                                                                                                  strict=True) if text)
        return f'<row r="{number}"{more}>{cells}</row>'

    def book(*rows: str) -> Text:
        sheet = (f'<worksheet xmlns="{SHEET}"><cols><col min="1" max="1" width="9"/><col min="2" max="3" hidden="1"/>'
                 f"</cols><sheetData>{''.join(rows)}</sheetData></worksheet>")
        names = (f'<workbook xmlns="{SHEET}" xmlns:r="{LINKS}"><sheets><sheet name="Cennik" r:id="a"/></sheets>'
                 "</workbook>")
        links = '<Relationships><Relationship Id="a" Target="worksheets/sheet1.xml"/></Relationships>'
        return read(tmp_path / "cennik.xlsx", {
            "xl/workbook.xml": names, "xl/_rels/workbook.xml.rels": links, "xl/worksheets/sheet1.xml": sheet})

    found = book(row(1, "Usługa", "Koszt", "Marża", "Cena"), row(2, "Kurier", "9 zł", "40%", "14 zł"),
                 row(3, "Hurt", "", "", "1 zł", more=' hidden="1"'), row(4, "Odbiór", "", "", "0 zł"))
    assert words(found) == "| Usługa | Cena |\n| Kurier – Cena: 14 zł |\n| Odbiór – Cena: 0 zł |"
    assert len(found.notes) == 1 and "Cennik" in found.notes[0]
    assert "ukryte wiersze lub kolumny (arkusze: Cennik)" in str(in_polish(found.notes[0]))
    assert book(row(1, "Kurier", "", "", "14 zł"), row(2, "", "", "", "", more=' hidden="1"')).notes == ()


def test_words_of_open_documents_and_slides_stay_apart_where_a_tab_or_a_line_break_parts_them(tmp_path: Path) -> None:
    spaces = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "text", "table")}
    declared = " ".join(f'xmlns:{name}="{uri}"' for name, uri in spaces.items())
    body = (
        f"<office:document-content {declared}><office:body><office:text><text:p>§ 1. Zwroty</text:p>"
        "<text:p>1.<text:tab/>Termin<text:line-break/>to 14 dni<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>Od dostawy.</text:p></text:note-body></text:note>.</text:p><table:table>"
        "<table:table-row><table:table-cell><text:p>Usługa</text:p></table:table-cell><table:table-cell><text:p>Kraj"
        "</text:p></table:table-cell><table:table-cell><text:p>Świat</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell><text:p>Kurier</text:p><text:p>24 h</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="2"><text:p>15 zł</text:p></table:table-cell>'
        "</table:table-row></table:table></office:text></office:body></office:document-content>"
    )
    text = words(read(tmp_path / "regulamin.odt", {"content.xml": body}))
    assert text == ("Termin\nto 14 dni.\n1) Od dostawy.\n| Usługa | Kraj | Świat |\n"
                    "| Kurier 24 h – Kraj: 15 zł; Świat: 15 zł |")  # fmt: skip
    drawing, show = (f"http://schemas.openxmlformats.org/{name}/2006/main" for name in ("drawingml", "presentationml"))
    slide = (f'<p:sld xmlns:p="{show}" xmlns:a="{drawing}"><p:sp><p:txBody><a:p><a:r><a:t>Termin zwrotu</a:t></a:r>'
             "<a:br/><a:r><a:t>14 dni</a:t></a:r></a:p></p:txBody></p:sp></p:sld>")
    shown = read(tmp_path / "zwroty.pptx", {"ppt/presentation.xml": "<p/>", "ppt/slides/slide1.xml": slide})
    assert words(shown) == "Termin zwrotu 14 dni"


SPACES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
                  for name in ("office", "text", "table", "style"))


def open_document(path: Path, body: str, styles: str, outline: str = "") -> Text:
    content = (f"<office:document-content {SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
               f"<office:body><office:text>{body}</office:text></office:body></office:document-content>")
    own = f"<office:document-styles {SPACES}><office:styles>{outline}</office:styles></office:document-styles>"
    return read(path / "regulamin.odt", {"content.xml": content, "styles.xml": own})


def level(number: int, kind: str, suffix: str, more: str = "") -> str:
    return (f'<text:list-level-style-number text:level="{number}" style:num-format="{kind}" '
            f'style:num-suffix="{suffix}"{more}/>')


def items(*texts: str, more: str = "", style: str = "") -> str:
    """A list of items; one that begins with '<' is what stands in the item before it."""
    made: list[str] = []
    for text in texts:
        if text.startswith("<"):
            made[-1] += text
        else:
            made.append(f"<text:p>{text}</text:p>")
    named = f' text:style-name="{style}"' if style else ""
    return f"<text:list{named}{more}>{''.join(f'<text:list-item>{one}</text:list-item>' for one in made)}</text:list>"


def test_numbers_that_an_open_document_counts_are_read_as_it_shows_them(tmp_path: Path) -> None:
    """Headings by the outline; a list that a paragraph interrupts goes on; an inner list begins anew in each item."""
    outline = ('<text:outline-style style:name="Outline"><text:outline-level-style text:level="1" style:num-format=""/>'
               '<text:outline-level-style text:level="2" style:num-format="1" style:num-prefix="§ " '
               'style:num-suffix="."/></text:outline-style>')
    levels = (level(1, "1", "."), level(2, "1", ")"), level(3, "a", ")"))
    styles = f'<text:list-style style:name="L1">{"".join(levels)}</text:list-style>'
    inner = items("zwrócić towar;", "wymienić:", items("raz;", "dwa razy."))
    body = "".join((
        '<text:h text:outline-level="1">Regulamin</text:h><text:h text:outline-level="2">Zwroty</text:h>',
        items("Klient może:", inner, "Zwrot jest bezpłatny.", style="L1", more=' xml:id="one"'),
        "<text:p>Dopisek.</text:p>",
        items("Sklep:", items("oddaje pieniądze."), style="L1", more=' text:continue-list="one"'),
        '<text:h text:outline-level="2">Dostawa</text:h>',
        items("Trwa 2 dni.", "Od wtorku.", style="L1"),
        items("Od środy.", style="L1", more=' text:continue-numbering="true"'),
    ))
    found = open_document(tmp_path, body, styles, outline)
    assert {clause.label: clause.text for clause in found.clauses} == {
        "§ 1 ust. 1": "Klient może:\n1) zwrócić towar;\n2) wymienić:\na) raz;\nb) dwa razy.",
        "§ 1 ust. 2": "Zwrot jest bezpłatny.\nDopisek.",
        "§ 1 ust. 3": "Sklep:\n1) oddaje pieniądze.",
        "§ 2 ust. 1": "Trwa 2 dni.", "§ 2 ust. 2": "Od wtorku.", "§ 2 ust. 3": "Od środy.",
    }
    assert found.clauses[0].headings == ("Zwroty",)


def test_numbers_of_several_levels_bullets_and_headers_of_lists_are_as_shown(tmp_path: Path) -> None:
    levels = level(1, "I", ".") + level(2, "1", ".", ' text:display-levels="2"')
    styles = (f'<text:list-style style:name="L1">{levels}</text:list-style><text:list-style style:name="L2">'
              '<text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>')
    body = ('<text:list text:style-name="L1"><text:list-header><text:p>Spis</text:p></text:list-header><text:list-item '
            'text:start-value="4"><text:p>Opłaty są takie.</text:p><text:p>Wszystkie w złotych.</text:p>'
            f"{items('Kurier 14 zł.')}</text:list-item></text:list>{items('Odbiór.', style='L2')}")
    assert words(open_document(tmp_path, body, styles)) == (
        "Spis\nIV. Opłaty są takie.\nWszystkie w złotych.\nIV.1. Kurier 14 zł.\n- Odbiór.")
