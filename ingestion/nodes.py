"""Our clauses as a LlamaIndex node parser, so that its readers and pipelines can end in citable clauses.

The service itself goes from `ingestion.sources` to `ingestion.chunking`; this is the same path for a LlamaIndex
`Document`, whose text is plain, or Markdown where its metadata names a ``.md`` file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llama_index.core.node_parser import NodeParser
from llama_index.core.node_parser.node_utils import build_nodes_from_splits
from llama_index.core.schema import BaseNode

from ingestion.chunking import split
from ingestion.clauses import clauses
from ingestion.sources import markdown, plain


class ClauseNodeParser(NodeParser):
    """One node a clause, or a part of a long one. Its metadata has ``clause``, the label that a citation shows, and
    ``headings``, the titles above it, outermost first."""

    @classmethod
    def class_name(cls) -> str:
        return "ClauseNodeParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any) -> list[BaseNode]:
        made: list[BaseNode] = []
        for node in nodes:
            name = str(node.metadata.get("file_name") or "")
            text = node.get_content()
            found = markdown.read(text.encode()) if Path(name).suffix == ".md" else plain.from_text(text)
            parts = [part for clause in clauses(found.blocks, found.title or "") for part in split(clause)]
            of_node = build_nodes_from_splits([part.text for part in parts], node, id_func=self.id_func)
            for one, part in zip(of_node, parts, strict=True):
                one.metadata = {**node.metadata, "clause": part.label, "headings": list(part.headings)}
            made += of_node
        return made
