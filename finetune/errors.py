"""What can go wrong on the way from examples to an adapter.

ProductError (ingestion.errors)
└── FinetuneError            training, checking or splitting can't go on (exit 1)
    ├── ExamplesError        an example or its source can't be used
    ├── GateError            the data is refused before training, with the reasons
    └── ConfigError          the training's file has an unknown or wrong field (exit 2)
"""

from __future__ import annotations

from ingestion.errors import ProductError


class FinetuneError(ProductError):
    pass


class ExamplesError(FinetuneError):
    pass


class GateError(FinetuneError):
    pass


class ConfigError(FinetuneError):
    exit_code = 2
