"""What can go wrong below the chat, as one small tree.

ProductError                 a message for a person, an exit code, and whether a retry can help
├── UsageError               the caller said something we can't take (exit 2)
├── SettingError             a setting is unknown or has a wrong value (exit 2)
├── HeldError                another process holds what we need (exit 1)
├── StoreError               Redis or Valkey can't be reached or refuses (exit 1, a retry can help)
├── SearchIndexError         the index can't be read, built or switched (exit 1)
│   └── IndexAway            its server doesn't answer as it should (a retry can help)
├── DocumentError            a document can't become passages (exit 1)
│   ├── NeedsPassword        it is encrypted
│   └── NeedsOcr             it has pictures of text only
├── ModelError               a model or adapter can't be loaded, or doesn't answer (exit 1)
│   └── ModelBusy            it has enough to do already (a retry can help)
└── DiskError                DATA_DIR is full or read-only (exit 1)

A message names the thing, its value and what to do, in one line. It is translated to an exit code only in
`ingestion.command` and to HTTP only in `chatbot.api`.
"""

from __future__ import annotations

NO_INDEX = "There is no index yet. Add documents with 'python -m ingestion add FILE…'."


class ProductError(Exception):
    """An error a person can act on. ``str(error)`` is the whole one-line message."""

    exit_code = 1
    retry_helps = False


class UsageError(ProductError):
    exit_code = 2


class SettingError(ProductError):
    exit_code = 2


class HeldError(ProductError):
    retry_helps = True


class StoreError(ProductError):
    retry_helps = True


class SearchIndexError(ProductError):
    pass


class IndexAway(SearchIndexError):
    retry_helps = True


class DocumentError(ProductError):
    """``status`` is what the document's record then says."""

    status = "failed"


class NeedsPassword(DocumentError):
    status = "needs_password"


class NeedsOcr(DocumentError):
    status = "needs_ocr"


class ModelError(ProductError):
    retry_helps = True


class ModelBusy(ModelError):
    retry_helps = True


class DiskError(ProductError):
    pass
