"""The launcher process as the server holds it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence

from .source import command_line, start_packets

_END_SECONDS = 5.0
_INHERITED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""All a base interpreter may need to start; nothing else of the server's environment gets there."""


class LauncherProcess:
    """Starts with its object; `close` ends it. Not for the event loop: starting takes some milliseconds."""

    def __init__(self, sources: Mapping[str, str], abi: int) -> None:
        self._requests, process = start(sources, "launcher", abi)
        self._process = process

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def launch(self, ports: Sequence[int], spill: int | None) -> socket.socket:
        """Have a supervisor started. Returns the server's end of its socket. Raises OSError where it is gone."""
        ours, theirs = socket.socketpair()
        files = [theirs.fileno(), *([] if spill is None else [spill])]
        try:
            socket.send_fds(self._requests, [json.dumps({"ports": list(ports)}).encode()], files)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return ours

    def close(self) -> None:
        """It ends when its socket does; its supervisors go on until theirs do."""
        self._requests.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start(sources: Mapping[str, str], module: str, *arguments: object) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """A process that runs `main(socket, *arguments)` of a module of the launcher. Raises OSError."""
    # packets: a request and its file descriptors arrive together; the sources before them are cut into several
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        environment = {name: value for name in _INHERITED if (value := os.environ.get(name))}
        process = subprocess.Popen(  # noqa: S603 — our own interpreter and text
            command_line(theirs.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=_errors(),
            pass_fds=[theirs.fileno()],
            env=environment,
            cwd="/",
            start_new_session=True,
        )
    try:
        for packet in start_packets(sources, module, *arguments):
            ours.send(packet)
    except OSError:
        ours.close()
        process.kill()
        process.wait()
        raise
    return ours, process


def _errors() -> int | None:
    """Where the launcher's own errors go: to the server's, if it has any."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return sys.stderr.fileno()
    return None
