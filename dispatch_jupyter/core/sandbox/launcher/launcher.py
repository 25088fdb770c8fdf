"""The process all commands come from: started once, with everything loaded, it forks a supervisor a command.

A fork of a small process without threads costs a millisecond; starting an interpreter a command would cost twenty. It
ends when the server closes its socket, dies or not.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress

from . import landlock, linux, trees
from .filters import code_for
from .supervisor import supervise

_PORT_RULESETS = 4
_ORPHAN_SECONDS = 1.0
_AGAIN_MS = 500
_PATIENCE = 3.0
"""Seconds after which commands of others end as well, where that is the only way."""


class Launcher:
    """Waits for requests: `{"ports": […], "spill": bool}` with the command's socket and, if any, its spill file."""

    def __init__(self, requests: socket.socket, abi: int) -> None:
        self._requests = requests
        self._abi = abi
        self._supervisors: set[int] = set()
        self._orphaned = False
        self._unreaped = False
        self._since = 0.0
        """When orphans were first seen that have not ended yet."""
        self._enclosed = False
        self._ports: dict[tuple[int, ...], int] = {}

    def run(self) -> None:
        """Until the server is gone."""
        # if a supervisor is killed, its command falls to this process
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        if self._abi:
            linux.give_up_privileges()
            for live, sockets in ((False, False), (True, False), (True, True)):  # supervisors find them made
                code_for(live=live, abi=self._abi, carved=False, sockets=sockets)
            self._enclosed = trees.enclose(self._abi)
        wake, written = os.pipe()
        for end in (wake, written):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)
        poll = select.poll()
        for readable in (wake, self._requests.fileno()):
            poll.register(readable, select.POLLIN)
        gc.freeze()
        while True:
            ready = [file for file, _ in poll.poll(self._patience())]
            if wake in ready:
                with suppress(BlockingIOError):
                    os.read(wake, 4096)
            self._reap()
            if self._requests.fileno() in ready and not self._serve():
                break
        if self._orphaned and self._enclosed:
            trees.end_all(self._reaped, everybody=True)

    def _patience(self) -> int | None:
        """Milliseconds until something has to be looked at again."""
        if self._unreaped:
            return 0
        return _AGAIN_MS if self._orphaned else None

    def _serve(self) -> bool:
        """One request. False where the server is gone."""
        data, files, _, _ = socket.recv_fds(self._requests, 1 << 16, 2, socket.MSG_CMSG_CLOEXEC)
        if not data:
            return False
        try:
            self._fork(json.loads(data), files)
        finally:
            for file in files:
                os.close(file)
        return True

    def _fork(self, request: dict[str, list[int]], files: list[int]) -> None:
        ports = self._ruleset(tuple(sorted(request["ports"])))
        supervisor = os.fork()
        if supervisor:
            self._supervisors.add(supervisor)
            return
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._requests.close()
            control = socket.socket(fileno=files[0])
            supervise(control, files[1] if len(files) > 1 else None, ports)
            status = 0
        finally:
            os._exit(status)

    def _ruleset(self, ports: tuple[int, ...]) -> int | None:
        """Landlock's rules for these ports, made once."""
        if not ports or self._abi < landlock.ABI_NETWORK:
            return None
        if ports not in self._ports:
            while len(self._ports) >= _PORT_RULESETS:
                os.close(self._ports.pop(next(iter(self._ports))))
            self._ports[ports] = landlock.ports_ruleset(self._abi, ports)
        return self._ports[ports]

    def _reap(self) -> None:
        """See to supervisors that ended. What one leaves behind that was killed itself is ended here."""
        self._unreaped = trees.reap(self._reaped)
        if not self._orphaned:
            return
        self._since = self._since or time.monotonic()
        alone = not self._supervisors
        # rather all commands than one that nobody can end
        everybody = self._enclosed and (alone or time.monotonic() - self._since > _PATIENCE)
        but = frozenset[int]() if everybody else self._supervisors
        if trees.end_all(self._reaped, everybody=everybody, but=but, seconds=_ORPHAN_SECONDS):
            self._orphaned, self._since = False, 0.0

    def _reaped(self, process: int, status: int) -> None:
        self._orphaned |= process not in self._supervisors or status != 0
        self._supervisors.discard(process)


def main(requests: socket.socket, abi: int) -> None:
    """The launcher's life."""
    try:
        Launcher(requests, abi).run()
    except BaseException as error:
        sys.stderr.write(f"dispatch: the launcher of commands ended: {error!r}\n")
        raise
