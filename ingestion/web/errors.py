"""What can go wrong between us and a page of the web.

DocumentError (ingestion.errors)
└── WebError             the page can't be had now; what was read before goes on answering
    ├── RefusedAddress   its address, port or name is none that we connect to
    └── PageGone         the site says that it is no more (404, 410)
"""

from __future__ import annotations

from ingestion.errors import DocumentError


class WebError(DocumentError):
    retry_helps = True


class RefusedAddress(WebError):
    retry_helps = False


class PageGone(WebError):
    retry_helps = False
