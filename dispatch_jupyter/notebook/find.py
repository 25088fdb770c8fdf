"""Which Jupyter server this kernel belongs to, and how to prove it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import NoServer

HOW_TO_START = (
    "Start JupyterLab or Notebook with Dispatch installed (`jupyter lab`) and run this in one of its notebooks. "
    "Elsewhere, set DISPATCH_SERVER_URL and DISPATCH_SERVER_TOKEN to those of a running server."
)


@dataclass(frozen=True, slots=True)
class Server:
    """A Jupyter server. The token never shows."""

    url: str
    """With its base URL and a slash at the end."""
    token: str = field(repr=False)


def find_server(environment: Mapping[str, str] = os.environ) -> Server:
    """The server that started this kernel: as it told us, else by its process id.

    Raises:
        NoServer: there is none.
    """
    if url := environment.get("DISPATCH_SERVER_URL"):
        return Server(_folder(url), environment.get("DISPATCH_SERVER_TOKEN", ""))
    for process in dict.fromkeys([environment.get("JPY_PARENT_PID", ""), str(os.getppid())]):
        if process.isdigit() and (server := _recorded(process)):
            return server
    raise NoServer("No Jupyter server was found from this kernel.", HOW_TO_START)


def _recorded(process: str) -> Server | None:
    """What a server of that process id wrote down about itself when it started."""
    from jupyter_core.paths import jupyter_runtime_dir

    record = Path(jupyter_runtime_dir()) / f"jpserver-{process}.json"
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        return Server(_folder(known["url"]), known["token"] or "")
    except (OSError, ValueError, LookupError, TypeError):
        return None  # no such server, or it is just starting and its record half written


def _folder(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"
