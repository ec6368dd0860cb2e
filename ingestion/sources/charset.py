"""From bytes to text: a byte-order mark, then UTF-8, then the two old Polish encodings, then whatever fits best."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”–§")
_FEW = 0.02
"""Of the bytes; Polish text has about 7% letters with diacritics, and other tongues' bytes rarely land on them."""


def decode(data: bytes) -> str:
    """The text of a file of unknown encoding. Undecodable bytes become U+FFFD, they are never dropped."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if (wide := _wide(data)) is not None:
        return wide
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    polish = max(("cp1250", "iso8859-2"), key=lambda encoding: _polish(data, encoding))
    if _polish(data, polish) > _FEW * len(data) * 0.5:
        return data.decode(polish, errors="replace")
    best = from_bytes(data).best()
    return str(best) if best is not None else data.decode("utf-8", errors="replace")


def _polish(data: bytes, encoding: str) -> int:
    """Polish letters found, less characters that no text has (C1 controls, the other encoding's leftovers)."""
    text = data.decode(encoding, errors="replace")
    return sum(
        1 if letter in _POLISH else -2 if "\x80" <= letter <= "\x9f" or letter in "\ufffdˇĽľšťžŠŤŽ±¶¦Ľ" else 0
        for letter in text
    )


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark shows as a NUL in nearly every second byte."""
    sample = data[:2000]
    if len(sample) < 4:
        return None
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[offset::2]
        if half.count(0) > 0.7 * len(half) and sample.count(0) < 0.6 * len(sample):
            return data.decode(encoding, errors="replace")
    return None
