"""A person accepts, edits or drops examples before anything is trained on them: a small page on this machine only."""
