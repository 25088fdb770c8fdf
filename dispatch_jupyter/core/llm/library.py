"""Getting hold of litellm: seconds of CPU and 200 MB, so only when a model is first called, and off the event loop."""

import asyncio
import logging
import os
import threading
import warnings
from typing import Any

_lock = threading.Lock()
_loaded: Any = None
_ITS_WARNINGS = r"(?s)Pydantic serializer warnings:.*(ContentPartDone|ResponseAPIUsage)"
"""It hands pydantic dicts of its own where models are declared, with OpenAI's responses format."""


async def load_litellm() -> Any:
    """The litellm module, imported at the first call in a worker thread."""
    return _loaded if _loaded is not None else await asyncio.to_thread(_import)


def loaded_litellm() -> Any:
    """The litellm module if it was imported through here; else None."""
    return _loaded


def _import() -> Any:
    global _loaded  # noqa: PLW0603 - one per process, as the module is
    with _lock:
        if _loaded is None:
            # else it fetches its price list from the network while it is imported
            os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
            import litellm

            warnings.filterwarnings("ignore", message=_ITS_WARNINGS, category=UserWarning)
            litellm.suppress_debug_info = True  # it prints advice on errors otherwise
            if "LITELLM_LOG" not in os.environ:
                for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
                    logging.getLogger(name).setLevel(logging.CRITICAL)  # errors reach people through us, once
            _loaded = litellm
    return _loaded
