"""One file per model that makes vectors."""
