"""Which system calls a confined command may not make, and which are held until the supervisor has looked at them.

Landlock knows files and TCP ports. What it does not know is stopped here: other ways to open a connection, to look
into other processes, to work past the file system. Arguments behind pointers cannot be judged here (another thread
may change them); nothing below does. What has to be judged by them is held, and made by the supervisor.
"""

import errno
import functools
from collections.abc import Iterable

from .bpf import ALLOW, NOTIFY, Block, answer, fail, low, masked, on_call, packed, program, unless_one_of, when_any_bit
from .bpf import when_equal as when
from .landlock import ABI_SCOPES, ABI_TRUNCATE
from .linux import AT_FDCWD

# fmt: off
REFUSED = (
    # other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd", "migrate_pages",
    "move_pages",
    # the kernel itself
    "bpf", "perf_event_open", "userfaultfd", "kexec_load", "kexec_file_load", "init_module", "finit_module",
    "delete_module", "syslog", "iopl", "ioperm", "modify_ldt", "uselib", "lookup_dcookie", "nfsservctl", "swapon",
    "swapoff", "reboot", "acct", "quotactl", "quotactl_fd", "settimeofday", "clock_settime", "sethostname",
    "setdomainname", "vhangup",
    # memory, semaphores and messages shared with any process of the same user: whose they are, no filter can see
    "shmget", "shmat", "shmctl", "semget", "semop", "semtimedop", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl",
    "mq_open", "mq_unlink",
    # keys of the person
    "add_key", "request_key", "keyctl",
    # other views of the file system
    "mount", "umount2", "pivot_root", "chroot", "open_tree", "open_tree_attr", "move_mount", "fsopen", "fsconfig",
    "fsmount", "fspick", "mount_setattr", "unshare", "setns", "open_by_handle_at", "fanotify_init",
)
ABSENT = ["clone3", "openat2", "io_uring_setup", "io_uring_enter", "io_uring_register"]
"""Said not to exist, so that programs fall back: clone3 and openat2 have their flags behind a pointer, io_uring makes
calls that no filter sees."""
UNSUPPORTED = (
    "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "setxattrat", "removexattrat",
    "file_setattr",
)
# fmt: on
"""As on a file system without extended attributes: Landlock does not know them."""
SCHEDULING = ["sched_setscheduler", "sched_setparam", "sched_setattr", "sched_setaffinity"]
SIGNALS = ["kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"]

_FCNTLS = (1024, 1026)
"""F_SETLEASE, F_NOTIFY."""
_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16
_SOCK_TYPE_MASK, _SOCK_STREAM, _SOCK_DGRAM, _SOCK_RAW, _SOCK_SEQPACKET = 0xF, 1, 2, 3, 5
_PROTOCOLS = (0, 1, 6, 17, 58)
"""Unspecified, ICMP, TCP, UDP, ICMPv6."""
_NETLINK_ROUTE = 0
_MSG_FASTOPEN = 0x20000000
_CLONE_NEW = 0x7E020000
_PERSONALITIES = (0x0, 0x40000, 0xFFFFFFFF)
"""Linux, Linux without address randomisation (debuggers), "which is it?"."""
_IOCTLS = (0x5412, 0x541C, 0x40086602, 0x401C5820, 0x40806685, 0x40086604, 0x40087602, 0x800C6613)
"""TIOCSTI and TIOCLINUX type into a terminal; FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_ENABLE_VERITY, two that set a
version and FS_IOC_SET_ENCRYPTION_POLICY change a file that is only read."""
_IOCTL_TYPE, _BTRFS = 0xFF00, 0x9400
_CLONING = (0x40049409, 0x4020940D, 0xC0189436)
"""FICLONE and its like have btrfs' type, and every file system knows them. The others make snapshots of folders."""
_PRIO_PROCESS, _IOPRIO_PROCESS = 0, 1
"""Of a user or a group 0 means one's own, with all of the person's programs."""
_IPPROTO_IP, _IP_LOCAL_PORT_RANGE = 0, 51
_IPPROTO_TCP, _TCP_ULP = 6, 31
_O_ACCMODE, _O_RDONLY, _O_TRUNC = 0o3, 0, 0o1000

_O_CREAT, _O_TMPFILE = 0o100, 0o20000000
_S_ISUID, _S_ISGID = 0o4000, 0o2000
_MODES: dict[str, tuple[int, int | None, int]] = {
    "open": (2, 1, _S_ISUID | _S_ISGID),
    "openat": (3, 2, _S_ISUID | _S_ISGID),
    "creat": (1, None, _S_ISUID | _S_ISGID),
    "mknod": (1, None, _S_ISUID | _S_ISGID),
    "mknodat": (2, None, _S_ISUID | _S_ISGID),
    "chmod": (1, None, _S_ISUID),
    "fchmod": (1, None, _S_ISUID),
    "fchmodat": (2, None, _S_ISUID),
    "fchmodat2": (2, None, _S_ISUID),
}
"""Calls that give a file its mode: their arguments with the mode and, if it only counts with some, the flags; the bits
it may not have. Folders that many work in have their group's bit by right."""

_HERE = AT_FDCWD & 0xFFFFFFFF

NAMING = {
    "open": None,
    "creat": None,
    "openat": 0,
    "mkdir": None,
    "mkdirat": 0,
    "mknod": None,
    "mknodat": 0,
    "rmdir": None,
    "unlink": None,
    "unlinkat": 0,
    "rename": None,
    "renameat": None,
    "renameat2": None,
    "link": None,
    "linkat": None,
    "symlink": None,
    "symlinkat": 1,
    "truncate": None,
    "execve": None,
    "execveat": 0,
}
"""Calls that name a file, and their argument with the folder the name is relative to: held where that is the working
folder, which covers absolute names. A name relative to another folder that was opened is left to Landlock alone: that
folder was judged when it was opened, and whoever walks a tree makes thousands of those. None: always held."""
METADATA = ["chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown", "fchownat"]
METADATA += ["utime", "utimes", "futimesat", "utimensat"]
WATCHES = ["inotify_add_watch"]
"""Landlock does not know these either: always held where there is a supervisor to look at them."""
SOCKETS = ["connect", "bind", "listen"]
"""Always held where the supervisor can make them: its word then stands in for rules on ports."""


def filter_for(*, live: bool, abi: int, carved: bool, sockets: bool = False) -> Block:
    """The filter of a confined command.

    Args:
        live: what names a file is held for the supervisor.
        abi: what Landlock can do here; some of what it cannot is stopped or held instead.
        carved: some entry is hidden inside an allowed folder, so Landlock alone would deny what is allowed there.
        sockets: what gives a socket an address is held too, so there may be Unix sockets.
    """
    blocks: list[Block] = [] if abi >= ABI_TRUNCATE else _no_truncation(live=live)
    if live:
        blocks += [_held(name, carved=carved) for name in NAMING]
        blocks += [on_call(name, [*_no_set_user_id(name), *answer(NOTIFY)]) for name in METADATA + WATCHES]
        if abi < ABI_SCOPES:
            blocks += [on_call(name, answer(NOTIFY)) for name in SIGNALS]
        if sockets:
            blocks += [on_call(name, answer(NOTIFY)) for name in SOCKETS]
    else:
        blocks += [on_call(name, [*_no_set_user_id(name), *answer(ALLOW)]) for name in _MODES]
    blocks += [
        _socket(unix=live and sockets),
        _socket_pair(),
        *_fast_open(),
        _socket_options(held=live and sockets),
        _clone(),
        _ioctl(),
        _fcntl(),
        _personality(),
        *_others(live=live),
    ]
    blocks += _each(REFUSED, errno.EPERM) + _each(ABSENT, errno.ENOSYS) + _each(UNSUPPORTED, errno.EOPNOTSUPP)
    return program(blocks)


@functools.cache
def code_for(*, live: bool, abi: int, carved: bool, sockets: bool = False) -> bytes:
    """The same as the kernel reads it."""
    return packed(filter_for(live=live, abi=abi, carved=carved, sockets=sockets))


def _each(names: Iterable[str], error: int) -> list[Block]:
    return [on_call(name, answer(fail(error))) for name in names]


def _held(name: str, *, carved: bool) -> Block:
    folder = NAMING[name]
    checked = _no_set_user_id(name)
    if folder is None:
        return on_call(name, [*checked, *answer(NOTIFY)])
    # beside something hidden Landlock denies what is allowed: there the supervisor opens it
    beyond = answer(NOTIFY if carved else ALLOW)
    return on_call(name, [*checked, *low(folder), *when([_HERE], answer(NOTIFY)), *beyond])


def _no_set_user_id(name: str) -> Block:
    """Whoever runs such a file gets the rights of the person, in whose name commands run, and long after they ended."""
    if name not in _MODES:
        return []
    mode, flags, bits = _MODES[name]
    found = [*low(mode), *when_any_bit(bits, answer(fail(errno.EPERM)))]
    # without these flags the mode is whatever the register holds
    return found if flags is None else [*low(flags), *when_any_bit(_O_CREAT | _O_TMPFILE, found)]


def _no_truncation(*, live: bool) -> list[Block]:
    """An old Landlock lets files be emptied that may only be read: by name, and by opening them for reading."""
    blocks = [on_call(name, answer(fail(errno.EPERM))) for name in ("truncate",)]
    beyond: dict[str, tuple[int, Block]] = {"open": (1, answer(ALLOW)), "openat": (2, answer(ALLOW))}
    if live:
        beyond = {"open": (1, answer(NOTIFY)), "openat": (2, [*low(0), *when([_HERE], answer(NOTIFY)), *answer(ALLOW)])}
    for name, (flags, rest) in beyond.items():
        emptied = [*masked(_O_ACCMODE), *when([_O_RDONLY], answer(fail(errno.EACCES)))]
        blocks.append(on_call(name, [*_no_set_user_id(name), *low(flags), *when_any_bit(_O_TRUNC, emptied), *rest]))
    return blocks


def _socket(*, unix: bool) -> Block:
    """Sockets of the internet families with protocols that the guard of ports holds for; routes may be looked up.

    Unix sockets only where connecting is held: nothing else stops it (Docker, D-Bus, an ssh agent). None of datagrams:
    those are sent to any address without connecting. No MPTCP, SCTP or SMC: Landlock's port rules do not hold for
    them. A sequenced-packet socket without a protocol is SCTP.
    """
    refused = answer(fail(errno.EPERM))
    internet = [*low(1), *masked(_SOCK_TYPE_MASK), *unless_one_of((_SOCK_STREAM, _SOCK_DGRAM, _SOCK_RAW), refused)]
    internet += [*low(2), *unless_one_of(_PROTOCOLS, refused), *answer(ALLOW)]
    netlink = [*low(2), *unless_one_of([_NETLINK_ROUTE], refused), *answer(ALLOW)]
    families = [*when((_AF_INET, _AF_INET6), internet), *when([_AF_NETLINK], netlink), *refused]
    if unix:
        families = [*when([_AF_UNIX], [*_connected_kinds(), *answer(ALLOW)]), *families]
    return on_call("socket", [*low(0), *families])


def _socket_pair() -> Block:
    """Pairs are connected for good, but for datagram sockets: those send to any Unix socket there is."""
    refused = answer(fail(errno.EPERM))
    return on_call("socketpair", [*low(0), *unless_one_of([_AF_UNIX], refused), *_connected_kinds(), *answer(ALLOW)])


def _connected_kinds() -> Block:
    refused = answer(fail(errno.EPERM))
    return [*low(1), *masked(_SOCK_TYPE_MASK), *unless_one_of((_SOCK_STREAM, _SOCK_SEQPACKET), refused)]


def _fast_open() -> list[Block]:
    """Sending with MSG_FASTOPEN connects, past whatever guards the ports."""
    return [
        on_call(
            name, [*low(flags), *when_any_bit(_MSG_FASTOPEN, answer(fail(errno.EOPNOTSUPP))), *answer(ALLOW)]
        )
        for name, flags in (("sendto", 3), ("sendmsg", 2), ("sendmmsg", 3))
    ]  # fmt: skip


def _clone() -> Block:
    return on_call("clone", [*low(0), *when_any_bit(_CLONE_NEW, answer(fail(errno.EPERM))), *answer(ALLOW)])


def _ioctl() -> Block:
    refused = answer(fail(errno.EPERM))
    snapshots = [*masked(_IOCTL_TYPE), *when([_BTRFS], refused)]
    return on_call(
        "ioctl", [*low(1), *when(_IOCTLS, refused), *when(_CLONING, answer(ALLOW)), *snapshots, *answer(ALLOW)]
    )


def _socket_options(*, held: bool) -> Block:
    """SMC on top of TCP connects past the guard of ports. The other one there is, TLS in the kernel, is optional.

    From a range of one port the kernel itself chooses a guarded one, where nobody looks at what it chose.
    """
    on_tcp = [*low(2), *when([_TCP_ULP], answer(fail(errno.EPERM)))]
    on_ip = [] if held else [*low(2), *when([_IP_LOCAL_PORT_RANGE], answer(fail(errno.EPERM)))]
    return on_call(
        "setsockopt",
        [
            *low(1),
            *when([_IPPROTO_TCP], [*on_tcp, *answer(ALLOW)]),
            *when([_IPPROTO_IP], [*on_ip, *answer(ALLOW)]),
            *answer(ALLOW),
        ],
    )


def _fcntl() -> Block:
    """No leases, which make others wait who open the file, and no signals about what happens in a folder."""
    return on_call("fcntl", [*low(1), *when(_FCNTLS, answer(fail(errno.EINVAL))), *answer(ALLOW)])


def _personality() -> Block:
    return on_call("personality", [*low(0), *unless_one_of(_PERSONALITIES, answer(fail(errno.EPERM))), *answer(ALLOW)])


def _others(*, live: bool) -> list[Block]:
    """Limits and priorities of oneself only; Landlock does not confine those of others.

    Threads set each other's processors: those calls are held where there is somebody to look whose thread it is.
    """
    refused = answer(fail(errno.EPERM))
    own = {
        "prlimit64": ((0, 0),),
        "setpriority": ((0, _PRIO_PROCESS), (1, 0)),
        "ioprio_set": ((0, _IOPRIO_PROCESS), (1, 0)),
    }
    checks = {
        name: [step for place, value in wanted for step in [*low(place), *unless_one_of([value], refused)]]
        for name, wanted in own.items()
    }
    checks |= {name: [*low(0), *unless_one_of([0], answer(NOTIFY) if live else refused)] for name in SCHEDULING}
    return [on_call(name, [*check, *answer(ALLOW)]) for name, check in checks.items()]
