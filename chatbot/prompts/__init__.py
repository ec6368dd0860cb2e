"""Prompts are versioned files; training and serving render a task by the same functions."""

from __future__ import annotations

from chatbot.prompts.prompt import FOLDER, Prompt, Rendered, Written, load, versions

__all__ = ["FOLDER", "Prompt", "Rendered", "Written", "load", "versions"]
