"""Who asks for a human is heard; who asks about talking to one, or about a thing, is answered. In doubt, a call."""

from __future__ import annotations

import pytest

from chatbot.topics import wants_human

CALLS = """
połącz mnie z człowiekiem
chcę rozmawiać z konsultantem
poproszę o konsultanta
człowiek
konsultant
I want to talk to a human
daj mi żywego człowieka
nie chcę gadać z botem
czy mogę porozmawiać z konsultantem?
Czy mogę rozmawiać z konsultantem?
połączcie mnie z konsultantem
proszę połączyć mnie z kimś
połącz mnie z kimś
połącz mnie z kimś żywym
proszę o połączenie z konsultantem
połączenie z konsultantem
połączenie z konsultantem poproszę
poproszę połączenie z konsultantem
rozmowa z konsultantem
rozmowa z człowiekiem
kontakt z konsultantem
proszę o kontakt z konsultantem
Ile mam czekać, chcę rozmawiać z konsultantem!
chcę porozmawiać z konsultantem o kosztach rozmowy
chcę natychmiast porozmawiać z konsultantem w sprawie opłaty za połączenia
połącz mnie z konsultantem od kosztów połączeń z zagranicą
Ile kosztuje rozmowa z konsultantem? Połącz mnie z konsultantem
Ile to kosztuje? Połącz mnie z konsultantem
ile kosztuje naprawa mogę porozmawiać z konsultantem
ile kosztuje dostawa i czy mogę porozmawiać z konsultantem
Ile kosztuje dostawa? Albo nie, chcę rozmowy z konsultantem
connect me to a human
connect me with an agent
connect me to an agent please
transfer me to a person
can I talk to an agent?
When can I talk to an agent?
Feel free to connect me to an agent
there is a wrong charge to my account I need to talk to a human
could you connect me with someone
Let me speak to a human
I need to talk to an agent about the cost
I want to speak to an agent about the cost to talk abroad
chciałbym rozmowy z konsultantem
nie łączy mnie z internetem, połącz mnie z konsultantem
Nie połączyło mnie z internetem, dajcie konsultanta
Nie połączyło mnie z internetem, chcę rozmawiać z człowiekiem
Nie połączyło mnie z konsultantem
połączcie mnie z działem reklamacji
połącz mnie z obsługą
połączysz mnie z kimś z biura?
możesz mnie połączyć z konsultantem?
jak mogę porozmawiać z konsultantem?
jak połączyć się z konsultantem?
gdzie mogę porozmawiać z człowiekiem
kiedy w końcu połączycie mnie z człowiekiem?
kiedy będę mógł rozmawiać z człowiekiem? od godziny czekam
Kiedy mogę rozmawiać z konsultantem?
od kilku godzin nie mogę porozmawiać z konsultantem
Czy jest możliwość rozmowy z konsultantem?
czy można porozmawiać z człowiekiem
czy moge liczyc na rozmowe z konsultantem
konsultanta proszę
zawołaj konsultanta
dawaj konsultanta
dawaj człowieka
przełącz na konsultanta
I'd like to speak with someone
agent
human
real person please
get me a human
give me a human
I don't want to talk to a bot
wole rozmawiac z czlowiekiem
polacz mnie z konsultantem
proszę o przejście do rozmowy z konsultantem
przejdź do rozmowy z konsultantem
porozmawiać z. konsultantem
To jest płatne? połącz mnie z konsultantem
czy rozmowa z konsultantem jest możliwa
""".strip().splitlines()

QUESTIONS = """
Nie połączyło mnie z internetem
Ile kosztuje rozmowa z konsultantem?
Czy konsultant może zmienić taryfę?
How much does talking to an agent cost?
połączenie z konsultantem jest płatne?
Czy połączenie z konsultantem jest płatne?
Czy rozmowa z konsultantem jest nagrywana?
Czy rozmowy z konsultantami są nagrywane?
Ile trwa oczekiwanie na rozmowę z konsultantem?
W jakich godzinach mogę porozmawiać z konsultantem?
o której godzinie można porozmawiać z konsultantem
od której mogę rozmawiać z konsultantem
Jakie są godziny kontaktu z konsultantem?
Ile kosztuje połączenie z infolinią?
nie mogę połączyć się z siecią
Połączyło mnie z innym numerem
Router nie połączył mnie z wifi
Telefon połączył mnie z pocztą głosową
Is talking to an agent free?
Is it free to talk to an agent?
How much does it cost to speak to an agent?
Do I pay to talk to a human?
Do I need to pay to speak to an agent?
What are the hours to talk to an agent?
Is there a fee to speak to a representative?
Can an agent change my tariff?
My phone won't connect me to a network
It doesn't connect me to a wifi network
The app won't connect me with a printer
Wczoraj rozmawiałem z konsultantem i obiecał rabat
Konsultant powiedział, że dostanę zwrot
I spoke to an agent yesterday about my refund
Czy konsultant zadzwoni do mnie?
Czy w czasie rozmowy z konsultantem mogę zmienić umowę?
jaki jest koszt rozmowy z konsultantem
Czy za rozmowę z konsultantem się płaci?
Chciałbym wiedzieć, ile kosztuje rozmowa z konsultantem
Proszę powiedzieć, czy rozmowa z konsultantem jest płatna
Ile osób czeka w kolejce do konsultanta?
ile czeka się na połączenie z konsultantem
Czy bezpłatna rozmowa z konsultantem jest możliwa?
ile kosztuje rozmowa z człowiekiem
czy rozmowa z człowiekiem jest płatna
""".strip().splitlines()


@pytest.mark.parametrize("text", CALLS)
def test_a_call_for_a_human_is_heard(text: str) -> None:
    assert wants_human(text)


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_about_such_a_talk_or_a_thing_is_no_call(text: str) -> None:
    assert not wants_human(text)
