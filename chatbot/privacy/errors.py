"""What can go wrong with private text.

ProductError
├── KeyDestroyed    the customer was erased; what was sealed for them can never be read again
├── SealDamaged     sealed bytes were changed, cut, or belong to another customer
└── PatternError    an admin's pattern is no use: it doesn't compile, matches too much, or can take too long
"""

from __future__ import annotations

from ingestion.errors import ProductError, UsageError


class KeyDestroyed(ProductError):
    pass


class SealDamaged(ProductError):
    pass


class PatternError(UsageError):
    pass
