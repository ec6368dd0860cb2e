"""Markdown by markdown-it-py, with its tables; clause markers that Markdown takes for plain lines begin lines here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingestion.clauses import Block
from ingestion.polish import clean
from ingestion.sources import html
from ingestion.sources.blocks import Found, paragraphs, table
from ingestion.sources.charset import decode

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)
_DEEPEST_HEADING = 6


def read(data: bytes) -> Found:
    """The first heading of the first level is the title."""
    text = _FRONT_MATTER.sub("", clean(decode(data)))
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    blocks = tuple(_blocks(tokens))
    return Found(next((block.text for block in blocks if block.level == 1), None), blocks)


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    marker = ""
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.type == "heading_open":
            yield Block(_inline(tokens[place + 1]), level=min(int(token.tag[1:]), _DEEPEST_HEADING))
            place += 2
        elif token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "list_item_close" and marker:
            marker = ""
        elif token.type == "inline":
            for line in paragraphs(_inline(token).split("\n")):
                yield Block(marker + line)
                marker = ""
        elif token.type in ("fence", "code_block"):
            yield Block(marker + token.content.strip("\n"))
            marker = ""
        elif token.type == "html_block":
            yield from html.read(token.content.encode()).blocks
        elif token.type == "table_open":
            inside = list(takewhile(lambda one: one.type != "table_close", tokens[place:]))
            if (found := table(_rows(inside))) is not None:
                yield found
            place += len(inside)
        place += 1


def _rows(tokens: Sequence[Token]) -> list[list[str]]:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_inline(token))
    return rows


def _inline(token: Token) -> str:
    """The text without its marks; pictures give their description, line breaks stay."""
    parts = []
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "html_inline":
            parts.append("\n" if re.match(r"<br\b", child.content, re.I) else "")
        else:
            parts.append(child.content)
    return "".join(parts).strip()
