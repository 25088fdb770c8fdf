"""The process all commands come from: started once, with everything loaded, it forks a supervisor a command.

A fork of a small process without threads costs a millisecond; starting an interpreter a command would cost twenty. It
ends when the server closes its socket, dies or not.
"""

import gc
import json
import os
import signal
import socket
import sys
from contextlib import suppress

from . import landlock, linux, trees
from .filters import code_for
from .supervisor import supervise

_PORT_RULESETS = 4


class Launcher:
    """Waits for requests: `{"ports": […], "spill": bool}` with the command's socket and, if any, its spill file."""

    def __init__(self, requests: socket.socket, abi: int) -> None:
        self._requests = requests
        self._abi = abi
        self._supervisors: set[int] = set()
        self._ports: dict[tuple[int, ...], int] = {}

    def run(self) -> None:
        """Until the server is gone."""
        # if a supervisor is killed, its command falls to this process
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        if self._abi:
            linux.give_up_privileges()
            for live in (False, True):  # supervisors find them made
                code_for(live=live, abi=self._abi, carved=False)
        signal.signal(signal.SIGCHLD, lambda *_: self._reap())
        gc.freeze()
        while True:
            data, files, _, _ = socket.recv_fds(self._requests, 1 << 16, 2, socket.MSG_CMSG_CLOEXEC)
            if not data:
                return
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
            try:
                self._fork(json.loads(data), files)
            finally:
                for file in files:
                    os.close(file)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})

    def _fork(self, request: dict[str, list[int]], files: list[int]) -> None:
        ports = self._ruleset(tuple(sorted(request["ports"])))
        supervisor = os.fork()
        if supervisor:
            self._supervisors.add(supervisor)
            return
        status = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
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
        orphaned = False
        with suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if not process:
                    break
                orphaned |= process not in self._supervisors or status != 0
                self._supervisors.discard(process)
        if orphaned:
            trees.end_all(lambda *_: None, but=self._supervisors)


def main(requests: socket.socket, abi: int) -> None:
    """The launcher's life."""
    try:
        Launcher(requests, abi).run()
    except BaseException as error:
        sys.stderr.write(f"dispatch: the launcher of commands ended: {error!r}\n")
        raise
