"""Numbers that no set of ours has enough of, made by their rules and put into sentences as customers write them."""

from __future__ import annotations

import random

import pytest

from chatbot.privacy.masking import Masker
from chatbot.privacy.vault import Vault
from evals.made import numbers as made

ROUNDS = 300
RECALL = 0.995
"""Issue 6's bar."""

SENTENCES: dict[str, tuple[made.Maker, tuple[str, ...]]] = {
    "account": (made.account, (
        "Proszę o zwrot na konto {}.", "Nr rachunku: {}, dziękuję", "przelew poszedł z {} wczoraj wieczorem",
        "mój IBAN to {}", "Dane do zwrotu:\n{}\nAnna", "{}", "Podałam zły numer, właściwy to {}, proszę poprawić")),
    "card": (made.card, (
        "Płaciłam kartą {}.", "karta nr {} została obciążona dwa razy", "Numer karty: {}", "visa {} nie działa",
        "my card number is {}", "{} – tę kartę proszę usunąć z konta")),
    "nip": (made.nip, (
        "Proszę o fakturę na NIP {}.", "nip: {}", "NIP firmy to {}, a faktura ma inny", "mój numer NIP {} jest błędny",
        "Faktura z NIP-em {}", "VAT number {}", "numer identyfikacji podatkowej: {}")),
    "regon": (made.regon, (
        "REGON {}", "Nasz numer REGON to {}.", "regon: {}, dane z GUS", "Firma o numerze REGON {} zmieniła adres")),
    "id": (made.id_card, (
        "Mój dowód: {}.", "nr dowodu osobistego {}", "seria i numer: {}", "Dowód {} wydany 12.05.2021", "zgubiłem {}",
        "my identity card is {}")),
    "passport": (made.passport, (
        "Paszport {}", "numer paszportu: {}.", "Mam paszport nr {}, ważny do 2031 r.",
        "passport number {}", "skan {}")),
    "land": (made.land_register, (
        "księga wieczysta {}", "KW nr {}", "nieruchomość o numerze {}.", "Czy {} to właściwa księga?")),
    "pesel": (made.pesel, (
        "PESEL {}", "mój pesel to {}.", "urodzona, {}, zameldowana", "Proszę: {}", "nr pesel:{}", "(PESEL {})")),
    "phone": (made.phone, (
        "tel. {}", "Proszę dzwonić pod {}.", "mój numer to {}, po 16", "{}", "kontakt: {}", "sms na {} nie dotarł",
        "call me: {}", "telefon kontaktowy {} lub mail")),
    "email": (made.email, (
        "{}", "Piszcie na {}.", "mail: {}, dzięki", "(e-mail {})", "mój adres to <{}>", "login {} nie działa")),
}  # fmt: skip


@pytest.fixture(scope="module")
def masker() -> Masker:
    return Masker()


@pytest.mark.parametrize("kind", SENTENCES)
def test_made_numbers_are_hidden_in_real_sentences(masker: Masker, kind: str) -> None:
    make, sentences = SENTENCES[kind]
    dice = random.Random(f"seed of {kind}")
    leaked = []
    for turn in range(ROUNDS):
        number = make(dice)
        text = sentences[turn % len(sentences)].format(number)
        masked = masker.mask(text, Vault()).text
        if any(part in masked for part in number.split() if len(part) > 1 and not part.isalpha()):
            leaked.append(f"{text} → {masked}")
    assert 1 - len(leaked) / ROUNDS >= RECALL, leaked


MISTYPED = {
    "nip": (made.nip, "nip: {}"), "pesel": (made.pesel, "mój pesel to {}."), "id": (made.id_card, "nr dowodu {}"),
    "card": (made.card, "karta {} została odrzucona"), "account": (made.account, "zwrot na konto {}"),
    "passport": (made.passport, "paszport {}"), "regon": (made.regon, "REGON {}"),
    "land": (made.land_register, "księga wieczysta {}"),
}  # fmt: skip


@pytest.mark.parametrize("kind", MISTYPED)
def test_a_mistyped_number_is_hidden_where_its_kind_is_named(masker: Masker, kind: str) -> None:
    make, sentence = MISTYPED[kind]
    dice = random.Random(f"mistakes in {kind}")
    leaked = []
    for _ in range(ROUNDS // 3):
        number = make(dice)
        place = max(at for at, sign in enumerate(number) if sign.isdigit())
        number = number[:place] + str((int(number[place]) + dice.randint(1, 9)) % 10) + number[place + 1:]
        masked = masker.mask(sentence.format(number), Vault()).text
        if number in masked:
            leaked.append(masked)
    assert leaked == []


def test_random_digits_without_a_word_for_them_are_seldom_hidden(masker: Masker) -> None:
    """Chance passes a check: 1.8% of PESELs, 9% of NIPs. What has no label must not be hidden at that rate."""
    dice = random.Random(10)
    hidden = 0
    for _ in range(400):
        number = "".join(dice.choice("123456789") for _ in range(dice.choice((10, 11, 14))))
        hidden += bool(masker.mask(f"Zamówienie numer {number} czeka na wysyłkę.", Vault()).entities)
    assert hidden / 400 <= 0.03
