"""Held calls that give sockets an address: the ports of the server, and Unix sockets that are none of the command's.

Each is made here, on the very socket that was judged and with an address that was read once: the command may change its
memory and its descriptors meanwhile. The kernel is never told to proceed.
"""

import errno
import os
import signal
import socket
import struct
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

from . import linux
from .local import Local
from .notify import Held, Memory
from .places import NotHere, taken
from .plans import Act, Answer, Fail, NotYet, Plan

_SO_DOMAIN = getattr(socket, "SO_DOMAIN", 39)
_INTERNET = (socket.AF_INET, socket.AF_INET6)
_LONGEST = 128
"""Bytes of an address."""
_MOMENT = 0.02
"""Seconds anything done to a socket may take here."""


@contextmanager
def _briefly() -> Iterator[None]:
    """Break off what waits: the command can make its sockets do so at the last moment (`O_NONBLOCK`, `SO_LINGER`)."""
    signal.setitimer(signal.ITIMER_REAL, _MOMENT, _MOMENT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Taken:
    """A socket of the command's, here as well: both are one, so what is done to it is done to theirs."""

    def __init__(self, file: int) -> None:
        """Raises OSError ENOTSOCK."""
        self.file = file
        try:
            self.socket = socket.socket(fileno=file)
        except OSError:
            self.close()
            raise
        self.domain = self.socket.getsockopt(socket.SOL_SOCKET, _SO_DOMAIN)
        self.datagrams = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_DGRAM

    def port(self) -> int:
        """Its own."""
        return int(self.socket.getsockname()[1])

    def patience(self) -> float:
        """Seconds that connecting may take; 0: any time."""
        seconds, micros = struct.unpack("ll", self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, 16))
        return float(seconds) + float(micros) / 1e6

    def make(self, call: str, address: bytes) -> None:
        """Raises OSError."""
        linux.call(call, self.file, address, len(address))

    def moved(self) -> bool:
        return False

    def close(self) -> None:
        """Perhaps the last one there is: then it is the end of the connection."""
        if hasattr(self, "socket"):
            self.socket.detach()
        with _briefly():
            os.close(self.file)


class Sockets:
    """Judges the sockets of one command."""

    def __init__(self, ports: Collection[int], rules: int) -> None:
        """`ports`: neither to be connected to nor to be listened at. `rules`: the command's, for Landlock."""
        self._ports = frozenset(ports)
        self._local = Local(rules)
        signal.signal(signal.SIGALRM, lambda *_: None)

    def plan(self, held: Held, memory: Memory) -> Plan:
        """For connect, bind and listen. Raises OSError."""
        own = Taken(taken(held.thread, held.signed(0)))
        plan: Plan = Fail(errno.EACCES)
        try:
            plan = self._judged(held, memory, own)
        except FileNotFoundError:
            plan = Fail(errno.ENOENT)
        except NotHere as why:
            cause = why.__cause__
            plan = Fail((cause.errno if isinstance(cause, OSError) and cause.errno else 0) or errno.EACCES)
        finally:
            if not isinstance(plan, Act):
                own.close()
        return plan

    def _judged(self, held: Held, memory: Memory, own: Taken) -> Plan:
        if held.name == "listen":
            return self._listen(own, held.signed(1))
        length = held.signed(2)
        if not 2 <= length <= _LONGEST:
            return Fail(errno.EINVAL)
        address = memory.bytes(held.arguments[1], length)
        if own.domain == socket.AF_UNIX:
            return self._unix(held, own, address)
        if own.domain not in (*_INTERNET, socket.AF_NETLINK) or self._forbids(held.name, own, address):
            return Fail(errno.EACCES)
        if held.name == "connect":
            return Act(_Connecting(own, address, (errno.EINPROGRESS, errno.EALREADY)), [own])
        return Act(lambda: _made(own, "bind", address), [own])

    def _forbids(self, call: str, own: Taken, address: bytes) -> bool:
        """By the port alone: it stands at the same place whatever the family, and any address may be this machine's."""
        if own.datagrams or own.domain == socket.AF_NETLINK or len(address) < 4:
            return False
        # to connect to no family is to disconnect; to bind to none is to bind
        leaves = call == "connect" and address[:2] == struct.pack("H", socket.AF_UNSPEC)
        return not leaves and int.from_bytes(address[2:4], "big") in self._ports

    def _listen(self, own: Taken, backlog: int) -> Plan:
        guarded = own.domain in _INTERNET and not own.datagrams

        def check() -> None:
            if own.port() in self._ports:
                raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

        def do() -> Answer:
            if guarded and not own.port():
                own.socket.bind(own.socket.getsockname())  # the kernel chooses the port: now, so that it can be seen
            if guarded:
                check()
            linux.call("listen", own.file, backlog)
            if guarded and own.port() in self._ports:  # let go meanwhile, and chosen again
                own.socket.shutdown(socket.SHUT_RD)
                check()
            return Answer()

        return Act(do, [own])

    def _unix(self, held: Held, own: Taken, address: bytes) -> Plan:
        if address[:2] != struct.pack("H", socket.AF_UNIX):
            return Fail(errno.EINVAL)
        path = address[2:].partition(b"\0")[0]
        if not path:
            return Fail(errno.EPERM)  # names without a file belong to nobody
        if held.name == "bind":
            return self._local.bind(held.thread, own, path, address)
        there, real = self._local.find(held.thread, path)
        if there is None:
            return Fail(errno.EACCES, denied=("read", real))
        found = struct.pack("H", socket.AF_UNIX) + there.link.encode() + b"\0"
        return Act(_Connecting(own, found, (errno.EAGAIN,)), [own, there])


class _Connecting:
    """Connects without waiting, and again once there is news: the socket itself knows how far it has come."""

    def __init__(self, own: Taken, address: bytes, unfinished: Collection[int]) -> None:
        """`unfinished`: the errors that mean that it takes time."""
        self._own = own
        self._address = address
        self._unfinished = (*unfinished, errno.EINTR)
        self._waits = os.get_blocking(own.file)
        self._first = 0
        self._until = float("inf")

    def __call__(self) -> Answer:
        error = self._try()
        if not error or (error == errno.EISCONN and self._first):
            return Answer()
        if not self._waits or error not in self._unfinished:
            raise OSError(error, os.strerror(error))
        if not self._first:
            self._first = error
            self._until = time.monotonic() + (self._own.patience() or float("inf"))
        if time.monotonic() >= self._until:
            raise OSError(self._first, os.strerror(self._first))
        raise NotYet(None if error == errno.EAGAIN else self._own.file)

    def _try(self) -> int:
        try:
            if self._waits:
                os.set_blocking(self._own.file, False)
            with _briefly():
                self._own.make("connect", self._address)
        except OSError as error:
            return error.errno or errno.EACCES
        finally:
            if self._waits:
                with suppress(OSError):
                    os.set_blocking(self._own.file, True)
        return 0


def _made(own: Taken, call: str, address: bytes) -> Answer:
    own.make(call, address)
    return Answer()
