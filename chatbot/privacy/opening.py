"""The one way to a masker for whatever handles customers' words: service, commands, exports. It knows the company's own
numbers; a `Masker()` made by hand doesn't."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot.privacy.masking import Masker
from chatbot.privacy.patterns import Patterns
from ingestion import company as companies
from ingestion.company import Company
from ingestion.settings import Settings

if TYPE_CHECKING:
    from chatbot.privacy.public import PublicNames


def open_masker(settings: Settings, company: Company | None = None, public: PublicNames | None = None) -> Masker:
    """With the profile's patterns and the saved ones, also those saved later. Raises PatternError for one that is no
    use, SettingError for a profile that can't be read."""
    patterns = Patterns(company or companies.load(settings.company), settings.data_dir)
    patterns.saved  # noqa: B018 - a file that can't be used is told now, not at the first message
    return Masker(patterns, public)
