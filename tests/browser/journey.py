"""What a customer and an agent do on the pages, in their own words."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.served import ADMIN, AGENT, PASSWORD


def open_chat(page: Page) -> None:
    page.get_by_role("button", name="Zapytaj nas").click()
    expect(page.get_by_role("dialog", name="Czat")).to_be_visible()


def ask(page: Page, text: str) -> None:
    page.get_by_label("Twoja wiadomość").fill(text)
    page.keyboard.press("Enter")


def messages(page: Page, author: str) -> Locator:
    """The finished messages of ``author`` (customer, ai, human) in the widget."""
    return page.locator(f'.message[data-author="{author}"]:not(.draft)')


def sign_in(page: Page, user: str = AGENT, password: str = PASSWORD) -> None:
    page.get_by_label("Nazwa użytkownika").fill(user)
    page.get_by_label("Hasło").fill(password)
    page.get_by_role("button", name="Zaloguj się").click()


def claim(page: Page, question: str) -> None:
    """Open the ticket with that question in the console and take it."""
    page.locator(".waiting .row", has_text=question).click()
    page.get_by_role("button", name="Przejmij rozmowę").click()
    expect(page.get_by_label("Odpowiedź do klienta")).to_be_enabled()


def reply(page: Page, text: str) -> None:
    page.get_by_label("Odpowiedź do klienta").fill(text)
    page.get_by_role("button", name="Wyślij odpowiedź").click()
    expect(page.get_by_label("Odpowiedź do klienta")).to_have_value("")


def admin_section(url: str, open_page: Callable[..., Page], section: str, **more: object) -> Page:
    """A section of the admin page of the service at ``url``, signed in; ``more`` goes to `open_page`."""
    page = open_page(f"{url}/admin#{section}", **more)
    sign_in(page, user=ADMIN)
    expect(page.locator("h1")).to_be_visible()
    return page
