"""Every argument is described, and the page that describes them is the code's own."""

from __future__ import annotations

from finetune.arguments import REPOSITORY
from finetune.describing import PARTS, tables


def test_the_page_of_arguments_is_what_the_code_says() -> None:
    page = (REPOSITORY / "docs" / "training.md").read_text(encoding="utf-8")
    assert page.endswith(tables()), "write it anew from finetune.describing.tables()"


def test_every_number_that_can_be_set_says_what_it_does() -> None:
    bare = [f"{kind.__name__}.{name}" for _, kind in PARTS for name, field in kind.model_fields.items()
            if not field.description and name not in SELF_EVIDENT]  # fmt: skip
    assert bare == []


SELF_EVIDENT = {"data", "corpus", "lora", "weights", "weight_decay", "epochs", "seed", "name", "licence"}
