"""Held calls of one command: each is looked at once and answered, at once or when somebody was asked."""

import errno
import os
import select
import socket
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress

from . import notify
from .filters import METADATA, NAMING, SCHEDULING, SIGNALS, SOCKETS
from .landlock import Allowed
from .later import Later
from .metadata import plan_metadata
from .names import plan_name
from .notify import Held, Memory
from .opens import plan_exec, plan_open
from .plans import Act, Fail, Need, NotYet, Plan, Proceed, Scene, Waiting
from .signals import plan_signal
from .sockets import Sockets
from .spec import Spec
from .verdicts import Judge
from .watches import plan_watch
from .wire import message

MOST_ASKED = 2000
"""Questions to the server a command; it decides how many of them a person sees."""
MOST_WAITING = 100
MOST_REPORTED = 50
MOST_WARNINGS = 5
"""Each is an entry in the server's log."""
_AT_ONCE = 64
"""Calls answered before anything else is looked after."""

Say = Callable[[bytes], None]


class Holds:
    """The listener of one command: sees to its held calls."""

    def __init__(self, spec: Spec, channel: socket.socket, rules: Iterable[Allowed], made: int, say: Say) -> None:
        """`made`: the rules as Landlock has them."""
        self._judge = Judge(spec, rules)
        self._sockets = Sockets(spec.ports, made)
        self.later = Later(self._act)
        self._channel = channel
        self._listener = -1
        self._say = say
        self._asked = 0
        self._warnings = 0
        self._questions: dict[Need, list[Waiting]] = {}
        self._numbers: dict[int, Need] = {}
        self._refused: set[Need] = set()
        self._denials: dict[Need, bool] = {}
        self._granted: dict[str, None] = {}
        self._written: set[str] = set()
        self._read: set[str] = set()
        """What leave to write or to run includes."""

    def fileno(self) -> int:
        """Readable when there is something to see to: first the socket the listener comes over, then the listener."""
        return self._listener if self._listener >= 0 else self._channel.fileno()

    def heard(self) -> bool:
        """See to what is there. False once this `fileno` is done with."""
        if self._listener < 0:
            self._listen()
            return False
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        for _ in range(_AT_ONCE):
            ready = poll.poll(0)
            if not ready:
                return True
            if not ready[0][1] & select.POLLIN:
                return False  # no process is left under the filter
            if held := notify.receive(self._listener):
                self._look(held)
        return True

    def look(self) -> None:
        """See to calls that take time."""
        self.later.look(self._listener)

    def answered(self, number: int, *, allowed: bool) -> None:
        """The server's answer to a question."""
        need = self._numbers.pop(number, None)
        if need is None:
            return
        if not allowed:
            self._refused.add(need)
        elif need[0] == "write":
            self._written.add(need[1])
            self._read.add(need[1])
        elif need[0] == "execute":
            self._read.add(need[1])
        for waiting in self._questions.pop(need, []):
            if allowed:
                waiting.left.remove(need)
                self._further(waiting)
            else:
                self._deny(waiting, need, asked=True)

    def denials(self) -> list[tuple[str, str, bool]]:
        return [(operation, path, asked) for (operation, path), asked in self._denials.items()]

    def granted(self) -> list[str]:
        return list(self._granted)

    def _listen(self) -> None:
        _, files, _, _ = socket.recv_fds(self._channel, 1, 1, socket.MSG_CMSG_CLOEXEC)
        if files:
            self._listener = files[0]
            notify.prepare(self._listener)

    def _look(self, held: Held) -> None:
        try:
            plan = self._plan(held)
        except OSError as error:
            # its memory or its files cannot be read
            plan = Proceed() if held.name in NAMING else Fail(error.errno or errno.EACCES)
        except Exception:  # noqa: BLE001 — a fault of this program must not let anything through, nor stop the command
            self._warn()
            plan = Fail(errno.EACCES)
        match plan:
            case Proceed():
                notify.proceed(self._listener, held)
            case Fail():
                if plan.denied:
                    self._report(plan.denied, asked=False)
                notify.fail(self._listener, held, plan.error)
            case Act():
                self._further(Waiting(held, plan, list(dict.fromkeys(plan.needs))))

    def _plan(self, held: Held) -> Plan:
        if held.name in SIGNALS + SCHEDULING:
            return plan_signal(held)
        scene = Scene(held, self._judge, self._written)
        with Memory(held.thread) as memory:
            plan = self._sockets.plan(held, memory) if held.name in SOCKETS else _planner(held.name)(scene, memory)
        # only now is it sure that all this was the memory and the files of the process that asked
        if isinstance(plan, Act) and not notify.still_held(self._listener, held):
            plan.close()
            return Fail(errno.EINTR)
        return plan

    def _further(self, waiting: Waiting) -> None:
        """Ask for the next need, or make the call."""
        if not waiting.left:
            self._act(waiting)
            return
        need = waiting.left[0]
        if need[0] == "read" and need[1] in self._read:
            waiting.left.remove(need)
            self._further(waiting)
            return
        if need in self._refused:
            self._deny(waiting, need, asked=True)
        elif need in self._questions:
            self._questions[need].append(waiting)
        elif self._judge.silent(*need) or self._asked >= MOST_ASKED or len(self._questions) >= MOST_WAITING:
            self._deny(waiting, need, asked=False)
        else:
            self._asked += 1
            self._questions[need] = [waiting]
            self._numbers[self._asked] = need
            self._say(message(ask=self._asked, operation=need[0], path=need[1]))

    def _act(self, waiting: Waiting) -> None:
        act, held = waiting.act, waiting.held
        over = True
        try:
            if act.needs and (act.moved() or not notify.still_held(self._listener, held)):
                raise PermissionError(errno.EACCES, "it is no longer what was asked for")
            if act.needs:
                self._granted.update(dict.fromkeys(act.opens))
            answer = act.do()
        except NotYet as begun:
            over = self.later.full()
            if over:
                notify.fail(self._listener, held, errno.EAGAIN)
            else:
                self.later.add(waiting, begun.file)
            return
        except OSError as error:
            notify.fail(self._listener, held, error.errno or errno.EACCES)
            return
        except Exception:  # noqa: BLE001 — as in `_look`
            self._warn()
            notify.fail(self._listener, held, errno.EACCES)
            return
        finally:
            if over:
                act.close()
        if answer.file is None:
            notify.succeed(self._listener, held, answer.value)
            return
        try:
            notify.hand_over(self._listener, held, answer.file, inherited=answer.inherited)
        finally:
            os.close(answer.file)

    def _deny(self, waiting: Waiting, need: Need, *, asked: bool) -> None:
        waiting.act.close()
        self._report(need, asked=asked)
        with suppress(ProcessLookupError):
            notify.fail(self._listener, waiting.held, errno.EACCES)

    def _warn(self) -> None:
        """Tell the server of the exception at hand."""
        self._warnings += 1
        if self._warnings <= MOST_WARNINGS:
            self._say(message(warning=traceback.format_exc()))

    def _report(self, need: Need, *, asked: bool) -> None:
        if need in self._denials or len(self._denials) < MOST_REPORTED:
            self._denials[need] = self._denials.get(need, False) or asked


def _planner(name: str) -> Callable[[Scene, Memory], Plan]:
    if name in METADATA:
        return plan_metadata
    if name == "inotify_add_watch":
        return plan_watch
    if name.startswith("exec"):
        return plan_exec
    if name in ("open", "creat", "openat"):
        return plan_open
    return plan_name
