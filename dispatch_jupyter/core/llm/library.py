"""Getting hold of litellm: seconds of CPU and 200 MB, so only when a model is first called, and off the event loop."""

import asyncio
import logging
import os
import threading
import warnings
from typing import Any

_lock = threading.Lock()
_loaded: Any = None
_ITS_WARNINGS: tuple[tuple[str, type[Warning]], ...] = (
    # it hands pydantic dicts of its own where models are declared, with OpenAI's responses format
    (r"(?s)Pydantic serializer warnings:.*(ContentPartDone|ResponseAPIUsage)", UserWarning),
    # it makes the coroutine of a call in a thread; a call that is cancelled just then never runs it, as it should be
    (r"coroutine '\w*(Completion|Handler|LLM|Config)\w*\.\w+' was never awaited", RuntimeWarning),
)
"""Silenced for the process: they go to the server's log and nobody can act on them."""


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
            import openai.resources.chat  # noqa: F401 (its first call would import it on the event loop)

            litellm.token_counter(model="", text="x")  # and load its tokenizer there
            for message, category in _ITS_WARNINGS:
                warnings.filterwarnings("ignore", message=message, category=category)
            litellm.suppress_debug_info = True  # it prints advice on errors otherwise
            if "LITELLM_LOG" not in os.environ:
                for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
                    logging.getLogger(name).setLevel(logging.CRITICAL)  # errors reach people through us, once
            _loaded = litellm
    return _loaded
