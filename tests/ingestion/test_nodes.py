"""LlamaIndex's pipeline ends in our clauses."""

from __future__ import annotations

from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import Document, MetadataMode, NodeRelationship

from ingestion.nodes import ClauseNodeParser

REGULATION = "# Regulamin\n\n## § 5. Dostawa\n\n1. Kurier kosztuje 15 zł.\n2. Odbiór jest bezpłatny.\n"


def test_a_llamaindex_pipeline_yields_clauses_with_labels_and_their_source() -> None:
    document = Document(text=REGULATION, metadata={"file_name": "regulamin.md"}, id_="regulamin")
    nodes = IngestionPipeline(transformations=[ClauseNodeParser()]).run(documents=[document])
    assert [(node.metadata["clause"], node.get_content(MetadataMode.NONE)) for node in nodes] == [
        ("§ 5 ust. 1", "Kurier kosztuje 15 zł."),
        ("§ 5 ust. 2", "Odbiór jest bezpłatny."),
    ]
    assert nodes[0].metadata["headings"] == ["Dostawa"]
    assert nodes[0].relationships[NodeRelationship.SOURCE].node_id == "regulamin"
