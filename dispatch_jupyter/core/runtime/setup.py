"""Putting a workspace together from its parts."""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from ..llm.client import RoutingClient
from ..llm.clock import Clock, SystemClock
from ..llm.key_ring import KeyRing
from ..llm.ledger import Ledger
from ..permissions.places import places_of
from ..protocol.records import ErrorInfo
from ..skills.library import Library
from ..store.lock import Owner
from ..store.waits import Waits
from .current_catalog import CurrentCatalog
from .current_skills import CurrentSkills
from .host import Host
from .known_names import known_to
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
    arguments: Iterable[str] = (),
    clock: Clock | None = None,
) -> Workspace:
    """The runtime of a server whose root is `project`, with its sessions in `folder`. Blocks: call it in a thread.

    Args:
        ports: TCP ports that agents' commands may not connect to.
        auth_enabled: whether the server asks who somebody is.
        secrets: folders of the host with tokens and keys in them.
        arguments: the command line of the host.
        clock: the time that budgets and waits go by; default: the machine's.
    """
    project = project.resolve()
    clock = clock or SystemClock()
    places = places_of(os.environ, Path.home(), own=[folder.parent], jupyters=secrets)
    config = CurrentConfig(project, os.environ, known_to(os.environ, places))
    current = CurrentCatalog(config)
    ring = KeyRing(Ledger(folder.parent), current.last, clock, os.environ)
    warnings = [places.about_project(project), _about_arguments(arguments)]
    return Workspace(
        folder,
        host=Host(instance, Owner(server_url=server_url), ports, auth_enabled, [*filter(None, warnings)]),
        config=config,
        models=Models(current, ring),
        ring=ring,
        skills=CurrentSkills(Library(Path.home(), project, places), project),
        waits=Waits(folder.parent / "waiting"),
        places=places,
        client=RoutingClient(clock=clock),
    )


def _about_arguments(arguments: Iterable[str]) -> ErrorInfo | None:
    """Any program on the machine can read a command line, those of agents included."""
    if not _SECRET_ARGUMENT.search(" ".join(arguments)):
        return None
    return ErrorInfo(
        code="exposed_token",
        message="The server's token or password stands on its command line, where agents' commands can read it.",
        hint="Set it in `jupyter_server_config.py`, or in the environment as `JUPYTER_TOKEN`.",
    )


_SECRET_ARGUMENT = re.compile(r"(token|password)(=\S|\s+[^\s-])", re.IGNORECASE)
