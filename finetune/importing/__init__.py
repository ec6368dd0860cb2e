"""Other systems' exports as talks, and talks as records: a reader for each, chosen by name or by the file's looks."""
