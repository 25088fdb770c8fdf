"""One process a command: it starts the command, passes its output on, and ends all of it.

It is not confined itself. It outlives every process of its command and dies with the server: the end of the socket to
the server means the same as being told to kill.
"""

import contextlib
import json
import os
import select
import signal
import socket
import time
import traceback
from typing import Any

from . import child, landlock, linux, trees
from .holds import Holds
from .output import Output
from .spec import Spec
from .wire import Frames, message

LEFTOVER_SECONDS = 0.2
"""How long processes left behind by a command may go on: the last of a substitution has something to write yet."""
_LEFTOVER_MS = 10
_LAST_SECONDS = 2.0
"""How long the last frames may take to be read by the server."""


class Supervisor:
    """The state of one command."""

    def __init__(self, control: socket.socket, spill: int | None, ports: int | None) -> None:
        self._control = control
        self._spill = spill
        self._ports = ports
        self._frames = Frames()
        self._enclosed = False
        self._early: list[dict[str, Any]] = []
        self._unsent = bytearray()
        self._pid = 0
        self._status: int | None = None
        self._ended = 0.0
        self._killed: str | None = None
        self._unreaped = False
        self._failure = b""
        self._report = -1
        self._started = 0.0
        self._poll = select.poll()
        self._wake = -1
        self._output: Output
        self._holds: Holds | None = None

    def run(self) -> None:
        """From the server's message to the command's end."""
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        self._say(message(supervisor=os.getpid()))
        spec = self._spec()
        if spec is None:
            return
        self._listen_for_children()
        self._enclosed = trees.enclose(spec.abi)
        self._start(spec)
        for order in self._early:
            self._obey(order)
        while not self._over():
            self._turn()
        self._finish()

    def _spec(self) -> Spec | None:
        """The first message; None where the server went away."""
        while True:
            data = self._control.recv(1 << 16)
            if not data:
                return None
            if frames := self._frames.feed(data):
                self._early = [json.loads(body) for _, body in frames[1:]]
                return Spec.of(json.loads(frames[0][1]))

    def _listen_for_children(self) -> None:
        self._wake, written = os.pipe()
        for end in (self._wake, written):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)

    def _start(self, spec: Spec) -> None:
        read, write = os.pipe()
        self._report, report = os.pipe()
        ours, theirs = socket.socketpair() if spec.live else (None, None)
        rules = spec.allowed() if spec.abi else []
        made = landlock.ruleset(spec.abi, rules) if spec.abi else None
        self._started = time.monotonic()
        self._pid = os.fork()
        if not self._pid:
            child.become(spec, made, self._ports, output=write, report=report, listener=theirs)
        os.umask(0)  # what is made for a held call gets the mask of the process that made it
        os.close(write)
        os.close(report)
        if theirs:
            theirs.close()
        self._output = Output(read, self._spill, spec.spill_limit)
        self._control.setblocking(False)
        for readable in (self._control.fileno(), read, self._report, self._wake):
            self._poll.register(readable, select.POLLIN)
        if ours and made is not None:
            self._holds = Holds(spec, ours, rules, made, self._say)
            for readable in (self._holds.fileno(), self._holds.later.fileno()):
                self._poll.register(readable, select.POLLIN)

    def _turn(self) -> None:
        """Wait for something to happen and see to it."""
        if self._unreaped:
            self._reap()
        for ready, _ in self._poll.poll(self._patience()):
            if ready == self._control.fileno():
                self._hear()
            elif ready == self._wake:
                self._reap()
            elif ready == self._report:
                self._read_report()
            elif not self._output.closed and ready == self._output.pipe:
                self._read_output()
            else:
                self._hold(ready)
        if self._holds:
            self._holds.look()
        if self._output.window.due() == 0.0 and not self._unsent:
            self._say(self._output.frame())
        self._flush()

    def _patience(self) -> float | None:
        """Milliseconds until something has to be looked at, whatever happens."""
        if self._unreaped:
            return 0
        if self._status is not None:
            return _LEFTOVER_MS
        waits = [None if self._unsent else self._output.window.due(), self._holds.later.due() if self._holds else None]
        return min((wait * 1000 + 1 for wait in waits if wait is not None), default=None)

    def _over(self) -> bool:
        if self._status is None:
            return False
        if self._report >= 0:
            self._read_report()
        left = time.monotonic() - self._ended < LEFTOVER_SECONDS
        return self._killed is not None or not left or not trees.children(os.getpid())

    def _hear(self) -> None:
        try:
            if data := self._control.recv(1 << 16):
                for _, body in self._frames.feed(data):
                    self._obey(json.loads(body))
                return
        except BlockingIOError:
            self._flush()  # it was writable, not readable
            return
        except ConnectionResetError:
            self._killed = self._killed or "the server ended"
        self._killed = self._killed or "the server ended"
        self._poll.unregister(self._control.fileno())
        self._unsent.clear()
        self._end_all()

    def _obey(self, order: dict[str, Any]) -> None:
        if "kill" in order:
            self._killed = self._killed or str(order["kill"])
            self._end_all()
        elif "answer" in order and self._holds:
            self._holds.answered(int(order["answer"]), allowed=order.get("allow") is True)

    def _hold(self, ready: int) -> None:
        holds = self._holds
        if holds and ready == holds.later.fileno():
            holds.later.heard()
        elif holds and ready == holds.fileno() and not holds.heard():
            self._poll.unregister(ready)
            if holds.fileno() != ready:  # the listener has come in place of the socket it came over
                self._poll.register(holds.fileno(), select.POLLIN)

    def _read_report(self) -> None:
        if data := os.read(self._report, 4096):
            self._failure += data
            return
        self._poll.unregister(self._report)
        os.close(self._report)
        self._report = -1
        if not self._failure:
            self._say(message(started=self._pid))

    def _read_output(self) -> None:
        self._output.read()
        if self._output.closed:
            self._poll.unregister(self._output.pipe)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 4096)
        self._unreaped = trees.reap(self._reaped)

    def _reaped(self, process: int, status: int) -> None:
        if process == self._pid and self._status is None:
            self._status = status
            self._ended = time.monotonic()

    def _end_all(self) -> None:
        trees.end_all(self._reaped, everybody=self._enclosed)

    def _finish(self) -> None:
        """Nothing of the command may be left; then the server hears how it ended."""
        self._output.drain()
        gone = trees.end_all(self._reaped, everybody=self._enclosed)
        self._output.drain()
        self._control.setblocking(True)
        self._control.settimeout(_LAST_SECONDS)
        if self._output.window.due() is not None:
            self._say(self._output.frame())
        if self._failure:
            self._say(message(failed=self._failure.decode("utf-8", "replace")))
        self._say(message(exit=self._result(gone=gone)))
        with contextlib.suppress(OSError):  # the server is gone: there is nobody to tell
            self._control.sendall(self._unsent)
        self._control.close()

    def _result(self, *, gone: bool) -> dict[str, Any]:
        code = os.waitstatus_to_exitcode(self._status) if self._status is not None else -signal.SIGKILL
        return {
            "code": code if code >= 0 else None,
            "signal": _signal_name(-code) if code < 0 else None,
            "seconds": (self._ended or time.monotonic()) - self._started,
            "output_bytes": self._output.window.total,
            "spilled_bytes": self._output.spilled,
            "killed": self._killed,
            "gone": gone,
            "denials": self._holds.denials() if self._holds else [],
            "granted": self._holds.granted() if self._holds else [],
        }

    def _say(self, frame: bytes) -> None:
        self._unsent += frame

    def _flush(self) -> None:
        """Send what the socket takes; the rest when it can be written again."""
        if not self._unsent:
            return
        try:
            del self._unsent[: self._control.send(self._unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent.clear()  # the server is gone; reading says so next
            return
        self._poll.modify(self._control.fileno(), select.POLLIN | (select.POLLOUT if self._unsent else 0))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"


def supervise(control: socket.socket, spill: int | None, ports: int | None) -> None:
    """Run one command. Whatever goes wrong here ends it and is told to the server."""
    try:
        Supervisor(control, spill, ports).run()
    except BaseException:  # noqa: BLE001 — told to the server
        trees.end_all(lambda *_: None)
        with contextlib.suppress(OSError):
            control.setblocking(True)
            control.settimeout(_LAST_SECONDS)
            control.sendall(message(broken=traceback.format_exc()))
