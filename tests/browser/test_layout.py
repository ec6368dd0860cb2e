"""The pages fit a phone, can be read by machines that read aloud, and stay still for who asked for less motion."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.journey import ask, messages, open_chat, sign_in
from tests.browser.served import ADMIN, WITHDRAWAL, Served

pytestmark = pytest.mark.browser

UNNAMED = """() => {
    const roots = [document, ...[...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean)];
    return roots.flatMap((root) => [...root.querySelectorAll("button, a[href], input, textarea, select")])
        .filter((node) => node.getClientRects().length)
        .filter((node) => !(node.textContent.trim() || node.getAttribute("aria-label") || node.labels?.length))
        .map((node) => node.outerHTML);
}"""
CONTRAST = """() => {
    const light = (rgb) => {
        const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = rgb.map((value) => linear(value / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const solid = (...layers) => {
        canvas.fillStyle = "white";
        canvas.fillRect(0, 0, 1, 1);
        for (const layer of layers) { canvas.fillStyle = layer; canvas.fillRect(0, 0, 1, 1); }
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const up = (node) => node.parentElement ?? node.getRootNode().host;
    const roots = [document, ...[...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean)];
    const found = [];
    for (const node of roots.flatMap((root) => [...root.querySelectorAll("body *, .panel *, .launcher *")])) {
        if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
        if (!node.getClientRects().length || node.closest(".unseen, [hidden], :disabled")) continue;
        const grounds = [];
        for (let at = node; at; at = up(at)) grounds.unshift(getComputedStyle(at).backgroundColor);
        const ground = solid(...grounds);
        const ink = solid(...grounds, getComputedStyle(node).color);
        const [high, low] = [light(ground), light(ink)].sort((a, b) => b - a);
        const ratio = (high + 0.05) / (low + 0.05);
        if (ratio < 4.5) found.push(`${node.className || node.tagName}: ${ratio.toFixed(2)} "${node.textContent}"`);
    }
    return found;
}"""


@pytest.fixture(autouse=True)
def script(served: Served) -> None:
    served.script.sentences = {"zwrot": (f"„{WITHDRAWAL.quote}” [1]",)}


def overflow(page: Page) -> int:
    """Pixels that stick out of the window to the right."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_nothing_sticks_out_on_a_narrow_phone(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url, width=360, height=700)
    assert overflow(page) <= 0
    open_chat(page)
    ask(page, "Ile mam dni na zwrot? " + "długiesłowobezspacji" * 8)
    expect(messages(page, "ai")).to_have_count(1)
    panel = page.locator(".panel").bounding_box()
    assert panel is not None
    assert (panel["x"], panel["width"]) == (0, 360)
    assert page.locator(".scroll").evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    for path in ("/console", "/admin"):
        staff = open_page(served.url + path, width=360, height=700)
        sign_in(staff, user=ADMIN)
        expect(staff.locator(".bar")).to_be_visible()
        assert overflow(staff) <= 0, path


def test_every_control_has_a_name_and_text_has_contrast(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    ask(page, "Ile mam dni na zwrot?")
    expect(messages(page, "ai")).to_have_count(1)
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(CONTRAST) == []
    messages(page, "ai").locator(".chip").click()
    assert page.evaluate(CONTRAST) == []
    for path in ("/console", "/admin"):
        staff = open_page(served.url + path)
        assert staff.evaluate(UNNAMED) == []
        sign_in(staff, user=ADMIN)
        expect(staff.locator(".bar")).to_be_visible()
        assert staff.evaluate(UNNAMED) == []
        assert staff.evaluate(CONTRAST) == []


def test_new_words_are_read_aloud_once(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    ask(page, "Ile mam dni na zwrot?")
    expect(messages(page, "ai")).to_have_count(1)
    spoken = page.locator("[aria-live=polite]").first.inner_text()
    assert spoken.count(WITHDRAWAL.quote) == 1
    assert spoken.startswith("Asystent AI:")


def test_nothing_moves_for_who_asked_for_less_motion(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url, reduced_motion="reduce")
    open_chat(page)
    assert page.locator(".panel").evaluate("node => getComputedStyle(node).animationName") == "none"
