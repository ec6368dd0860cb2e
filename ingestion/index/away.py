"""Qdrant's errors as ours: whoever uses an index knows one error for a server that doesn't answer as it should."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from types import FunctionType
from typing import TypeVar

from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException

from ingestion.errors import IndexAway

T = TypeVar("T")
WRONG = (ApiException, QdrantException, JSONDecodeError)
"""What the client raises; the last of them where a proxy answers in Qdrant's place."""


def translated(kind: type[T]) -> type[T]:
    """A class that asks a server: what its methods raise of the client's errors is IndexAway."""
    for name, method in list(vars(kind).items()):
        if isinstance(method, FunctionType):
            setattr(kind, name, _translating()(method))
    return kind


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except WRONG as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise IndexAway(f"The index server doesn't answer as it should ({why}). Check that Qdrant runs at QDRANT_URL, "
                        "and try again.") from error
