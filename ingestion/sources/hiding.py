"""What of an HTML page a visitor doesn't see, and what of that they can open.

Hidden text is a way to slip words past the person who adds a page, so it is left out. A closed panel of an accordion
or of tabs is not: a control stands there that opens it. The rule is narrow on purpose.

- The control is a button, or what says of itself that it is one or opens something (``role``, ``aria-expanded``). It is
  shown, has words, and opens no menu or dialog.
- Its panel is the one element that it names (``aria-controls``); else the element right behind the heading that it
  stands in, or right behind itself where it says that it opens something (``aria-expanded``).
- Only ``hidden``, ``aria-hidden``, ``display: none`` and ``visibility: hidden`` of the panel itself are lifted. What is
  hidden inside it stays out, and so does a panel hidden in another way (letters of no size) or of links mostly.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt")
LONGEST_CONTROL = 200
"""Characters; as of a question."""
MOST_LINKED = 0.5
"""Of a panel's text; one with more in links is a menu."""

_CLOSED = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)\s*(?:!important)?\s*;?", re.I)
_UNSEEN = re.compile(r"font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])", re.I)
_POPUPS = ("menu", "menubar", "dialog", "alertdialog", "listbox", "tooltip", "navigation")


def hidden(tag: Tag) -> bool:
    """Whether the tag itself says that it isn't shown."""
    return tag.attrs is not None and (_closed(tag) or bool(_UNSEEN.search(_style(tag))))


def open_panels(soup: BeautifulSoup) -> None:
    """Show what a control opens, under the control's words; controls in reading order, so that those in a panel count
    once that is open."""
    for control in soup.find_all(_controls):
        panel = _panel(control, soup)
        if panel is None or not _shown(control):
            continue
        for name in ("hidden", "aria-hidden"):
            del panel[name]
        panel["style"] = _CLOSED.sub("", _style(panel))
        if control.find_parent(HEADINGS) is None and control.find(HEADINGS) is None and control.name != "summary":
            heading = soup.new_tag("summary")
            heading.string = _words(control)
            panel.insert(0, heading)
            control.extract()


def _controls(tag: Tag) -> bool:
    says = tag.name == "button" or tag.get("role") in ("button", "tab") or tag.has_attr("aria-expanded")
    return says and not tag.has_attr("aria-haspopup") and 0 < len(_words(tag)) <= LONGEST_CONTROL


def _shown(tag: Tag) -> bool:
    return not any(hidden(one) for one in (tag, *tag.parents))


def _panel(control: Tag, soup: BeautifulSoup) -> Tag | None:
    named = str(control.get("aria-controls") or "").split()
    if named:
        found = soup.find(id=named[0]) if len(named) == 1 else None
    else:
        before = control.find_parent(HEADINGS) or (control if control.has_attr("aria-expanded") else None)
        found = before.find_next_sibling() if before is not None else None
        found = found if found is not None and _closed(found) else None
    if found is None or found.name == "dialog" or found.get("role") in _POPUPS or found in control.parents:
        return None
    linked = sum(len(link.get_text(strip=True)) for link in found.find_all("a"))
    return found if linked <= MOST_LINKED * len(found.get_text(strip=True)) else None


def _closed(tag: Tag) -> bool:
    return tag.has_attr("hidden") or tag.get("aria-hidden") == "true" or bool(_CLOSED.search(_style(tag)))


def _style(tag: Tag) -> str:
    return str(tag.get("style") or "")


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())
