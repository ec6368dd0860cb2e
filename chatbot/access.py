"""Who a customer is: the conversation's token, and an identity signed by the company's own server."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chatbot.errors import BadInput, Forbidden, Unauthorised
from chatbot.messages import digest

CUSTOMER_CHARS = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """Empty ``customer``: anonymous. ``contract_date`` sets the day whose rules apply."""

    customer: str = ""
    contract_date: date | None = None


def signature(secret: str, customer: str, contract_date: str) -> str:
    """What the company's server sends along: HMAC-SHA256 in hexadecimal over ``<customer>\\n<contract_date>`` (ISO
    date, either may be empty), under the setting CUSTOMER_SECRET."""
    return hmac.new(secret.encode(), f"{customer}\n{contract_date}".encode(), hashlib.sha256).hexdigest()


def identity(
    signing: Sequence[str], customer: str | None, contract_date: date | None, signed: str | None
) -> Identity:
    """``signing``: CUSTOMER_SECRET, and the former one while it is being changed. Raises Forbidden where an identity
    comes unsigned, with a wrong signature, or no secret is set to check it."""
    if not customer and contract_date is None:
        return Identity()
    if customer and (len(customer) > CUSTOMER_CHARS or not customer.isprintable()):
        raise BadInput("customer", limit=CUSTOMER_CHARS)
    if not signing:
        raise Forbidden("no_customer_secret")
    day = contract_date.isoformat() if contract_date else ""
    if not any(hmac.compare_digest(signature(secret, customer or "", day).encode(), (signed or "").encode())
               for secret in signing):
        raise Forbidden("signature")
    return Identity(customer or "", contract_date)


def owner(who: Identity, conversation: str) -> str:
    """Whose key seals the conversation: the customer's, or the conversation's own."""
    return f"customer:{who.customer}" if who.customer else f"conversation:{conversation}"


def new_token() -> str:
    return secrets.token_urlsafe(32)


def check_token(token: str, kept: str) -> None:
    """``kept`` is the token's hash. Raises Unauthorised."""
    if not token or not hmac.compare_digest(digest(token), kept):
        raise Unauthorised("token")
