"""Where the files of the configuration are."""

from collections.abc import Mapping
from pathlib import Path

FILE_NAME = "dispatch.yaml"
PROJECT_AGENTS = Path(".dispatch", "agents")
"""Folder of agents in a project."""


def config_folder(environ: Mapping[str, str]) -> Path:
    """The person's own. A relative `XDG_CONFIG_HOME` does not count, as its specification says."""
    configured = Path(environ.get("XDG_CONFIG_HOME", ""))
    return (configured if configured.is_absolute() else Path(home_of(environ)) / ".config") / "dispatch"


def user_file(environ: Mapping[str, str]) -> Path:
    """The person's own dispatch.yaml."""
    return config_folder(environ) / FILE_NAME


def user_agents(environ: Mapping[str, str]) -> Path:
    """The person's own folder of agents."""
    return config_folder(environ) / "agents"


def home_of(environ: Mapping[str, str]) -> str:
    """The person's home folder."""
    return environ.get("HOME") or str(Path.home())
