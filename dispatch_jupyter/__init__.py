"""Dispatch for Jupyter: a team of coding agents in your Jupyter server. Cheap to import; the rest is lazy."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .notebook.commands import Answer, agent, ask, chat, tree

__all__ = ["Answer", "__version__", "agent", "ask", "chat", "tree"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(".notebook.commands", __name__), name)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "dispatch-jupyter"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": __name__, "app": import_module(".api.app", __name__).DispatchApp}]


def load_ipython_extension(shell: Any) -> None:
    import_module(".notebook.magic", __name__).load(shell)
