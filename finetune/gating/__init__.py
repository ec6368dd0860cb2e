"""What is refused before training or before a file goes to a provider: one table of gates over one kind of row."""
