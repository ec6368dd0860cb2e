"""Language models behind one seam: in this process (`local`), on a server (`remote`), scripted (`fake`)."""

from __future__ import annotations

from chatbot.model.choosing import confidence
from chatbot.model.opening import open_model

__all__ = ["confidence", "open_model"]
