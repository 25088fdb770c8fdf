"""The last steps of a forked child before it becomes the command: everything is given up here, for good.

Whatever fails ends the child, so that a command never runs less confined than it should.
"""
# os, not pathlib: these are descriptors, and names of other processes
# ruff: noqa: PTH123

import os
import resource
import signal
import socket
import sys
from collections.abc import Collection
from typing import NoReturn

from . import bpf, landlock, linux
from .filters import code_for
from .spec import Spec

REFUSED = 126
_MOST_FILES = 1 << 20
_IGNORED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
"""Python ignores the first two, whoever started the server perhaps the others; what is ignored stays so in a new
program."""
_OOM_SCORE = b"500"
"""When memory runs out, the kernel should end a command rather than the server."""


def become(
    spec: Spec,
    rules: int | None,
    ports: int | None,
    *,
    output: int,
    report: int,
    listener: socket.socket | None,
) -> NoReturn:
    """Turn this process into the command.

    Args:
        spec: the command.
        rules: a ruleset on files, already made; None where nothing confines.
        ports: one on TCP ports.
        output: where standard output and error go.
        report: where a failure is told, as `step: error`; closed by a successful start.
        listener: where the descriptor for held calls is sent.
    """
    step = "standard streams"
    try:
        _streams(output)
        _close_but({report, *(file for file in (rules, ports) if file is not None), *_number(listener)})
        step = "working folder"
        os.chdir(spec.cwd)
        step = "limits"
        _limits()
        if rules is not None:
            step = "Landlock"
            _confine(rules, ports)
            step = "seccomp"
            _filter(spec, listener)
        step = "program"
        # executables are looked for in the command's own PATH
        os.execvpe(spec.argv[0], list(spec.argv), dict(spec.environ))  # noqa: S606 — this is the command
    except BaseException as error:  # noqa: BLE001 — told to the server, which raises it
        os.write(report, f"{step}: {error}".encode("utf-8", "surrogateescape"))
    finally:
        os._exit(REFUSED)


def _streams(output: int) -> None:
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for number in _IGNORED:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _close_but(kept: Collection[int]) -> None:
    """Nothing of the supervisor's goes on into the command."""
    before = 3
    for file in [*sorted(kept), _MOST_FILES]:
        os.closerange(before, file)
        before = file + 1
        if file != _MOST_FILES:
            os.set_inheritable(file, False)


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with open("/proc/self/oom_score_adj", "wb", buffering=0) as score:
            score.write(_OOM_SCORE)
    except OSError:
        sys.stderr.flush()  # a preference only; some containers forbid it


def _number(listener: socket.socket | None) -> list[int]:
    return [listener.fileno()] if listener else []


def _confine(rules: int, ports: int | None) -> None:
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict(rules)
    os.close(rules)
    if ports is not None:
        landlock.restrict(ports)
        os.close(ports)


def _filter(spec: Spec, listener: socket.socket | None) -> None:
    code = code_for(live=spec.live, abi=spec.abi, carved=spec.carved(), sockets=spec.sockets)
    heard = bpf.install(code, listen=listener is not None)
    if listener is not None:
        socket.send_fds(listener, [b"l"], [heard])
        os.close(heard)
        listener.close()
