"""Putting a workspace together from its parts."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from ..llm.client import RoutingClient
from ..permissions.places import places_of
from ..store.lock import Owner
from .models import Models
from .settings import CurrentConfig
from .workspace import Workspace


def set_up(
    *,
    project: Path,
    folder: Path,
    instance: str,
    server_url: str,
    ports: Callable[[], frozenset[int]] = frozenset,
    auth_enabled: bool = True,
    secrets: Iterable[Path] = (),
) -> Workspace:
    """The runtime of a server whose root is `project`, with its sessions in `folder`. Blocks: call it in a thread.

    Args:
        ports: TCP ports that agents' commands may not connect to.
        auth_enabled: whether the server asks who somebody is.
        secrets: folders of the host with tokens and keys in them.
    """
    project = project.resolve()
    config = CurrentConfig(project, os.environ)
    return Workspace(
        folder,
        instance=instance,
        config=config,
        models=Models(config),
        places=places_of(os.environ, Path.home(), own=[folder.parent, *secrets]),
        client=RoutingClient(),
        owner=Owner(server_url=server_url),
        ports=ports,
        auth_enabled=auth_enabled,
    )
