"""Which model the settings choose."""

from __future__ import annotations

from chatbot.model.bundled import Progress, silent
from chatbot.model.seam import Model
from ingestion.settings import Settings


def open_model(settings: Settings, progress: Progress = silent) -> Model:
    """LLM_URL: that server; else BASE_MODEL with ADAPTER in this process (5 s; a minute the first time).

    Raises ModelError or SettingError naming the setting and what to do.
    """
    if settings.llm_url:
        from chatbot.model.remote import RemoteModel

        return RemoteModel(settings)
    from chatbot.model.local import LocalModel

    return LocalModel(settings, progress)
