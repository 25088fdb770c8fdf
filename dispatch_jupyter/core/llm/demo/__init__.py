"""The demo: rules that play an agent's part, offline, so that a person sees Dispatch work before any key is set."""

from .model import DemoModel

__all__ = ["DemoModel"]
