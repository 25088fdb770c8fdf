"""Putting a workspace together from its parts."""

import os
from pathlib import Path

from ..llm.client import RoutingClient
from ..store.lock import Owner
from .models import Models
from .workspace import Workspace


def set_up(*, project: Path, folder: Path, instance: str, server_url: str) -> Workspace:
    """The runtime of a server whose root is `project`, with its sessions in `folder`."""
    owner = Owner(server_url=server_url)
    models = Models(project.resolve(), os.environ)
    return Workspace(project.resolve(), folder, instance=instance, models=models, client=RoutingClient(), owner=owner)
