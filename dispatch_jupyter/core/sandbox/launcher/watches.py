"""Held calls that watch a folder: Landlock does not know them, and whoever watches is told names."""

import ctypes
import errno
import os

from . import linux, places
from .linux import AT_FDCWD
from .notify import Memory
from .places import NotHere, Thing
from .plans import Act, Answer, Fail, Plan, Proceed, Scene
from .verdicts import Verdict

_DONT_FOLLOW = 0x02000000


def plan_watch(scene: Scene, memory: Memory) -> Plan:
    """For inotify_add_watch: what may be read may be watched; nobody is asked."""
    held = scene.held
    path, mask = memory.text(held.arguments[1]), held.low(2)
    try:
        there = places.thing(held.thread, AT_FDCWD, path, follow=not mask & _DONT_FOLLOW)
    except FileNotFoundError:
        return Fail(errno.ENOENT)
    except NotHere:
        return Fail(errno.EACCES)
    if scene.judge.file("read", there.real) is Verdict.OUTSIDE or not os.access(there.link, os.R_OK):
        there.close()
        return Fail(errno.EACCES, ("read", there.real))
    try:
        watcher = places.here(places.taken(held.thread, held.signed(0)))
    except (OSError, NotHere):
        # not allowed in this container: then the kernel looks the name up again, which may by now be another one; only
        # names of what happens in a folder can be learnt that way
        there.close()
        return Proceed()
    return Act(lambda: _watch(watcher, there, mask & ~_DONT_FOLLOW), [there, watcher])


def _watch(watcher: Thing, there: Thing, mask: int) -> Answer:
    return Answer(value=linux.call("inotify_add_watch", watcher.file, there.link.encode(), ctypes.c_uint32(mask)))
