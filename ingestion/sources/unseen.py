"""Print in a PDF that nobody can see: pale letters on pale paper, told by the pixels they leave.

White letters are right on a dark cell, and letters of no ink at all are how OCR keeps its words over a scan; so what
decides is the page as it is painted, and only print in a pale colour is looked at.
"""

from __future__ import annotations

from typing import Any

PALE = 0.95
"""Of full light, in every channel: only such print is suspected."""
CONTRAST = 16
"""Levels of grey, of 256, between the darkest and the lightest pixel of a letter's box: with less nobody sees it."""


def pale(colour: Any) -> bool:
    """``colour`` as pdfminer gives it: one number of grey, three of light, four of ink; None: black."""
    parts = tuple(colour) if isinstance(colour, (tuple, list)) else () if colour is None else (colour,)
    if not parts or not all(isinstance(part, (int, float)) for part in parts):
        return False  # a pattern's name
    return all(part <= 1 - PALE for part in parts) if len(parts) == 4 else all(part >= PALE for part in parts)


def unseen(letters: list[dict[str, Any]], painted: Any) -> list[dict[str, Any]]:
    """Those of a page's pale letters that leave no mark on ``painted``, a grey picture of it, a pixel a point."""
    found = []
    for letter in letters:
        box = (max(int(letter["x0"]), 0), max(int(letter["top"]), 0),
               min(int(letter["x1"]) + 1, painted.width), min(int(letter["bottom"]) + 1, painted.height))
        if box[0] >= box[2] or box[1] >= box[3]:
            continue
        darkest, lightest = painted.crop(box).getextrema()
        if lightest - darkest < CONTRAST:
            found.append(letter)
    return found
