"""Ways past the kernel itself."""
# system calls, as directly as they can be made
# ruff: noqa: PLW1510, PTH123

import ctypes
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys

from tries import X86, hole, libc, read_all, syscall


@hole
def io_uring(world):
    return syscall(425, 425, 1, ctypes.create_string_buffer(120))


@hole
def unshare(world):
    syscall(272, 97, 0x10000000)
    return "done"


@hole
def new_user_namespace_by_clone(world):
    child = syscall(56, 220, 0x10000000 | signal.SIGCHLD, None, None, None, None)
    if not child:
        os._exit(0)
    return "done"


@hole
def clone3(world):
    arguments = struct.pack("8Q", 0x10000000, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    child = syscall(435, 435, arguments, 64)
    if not child:
        os._exit(0)
    return "done"


@hole
def other_namespace(world):
    syscall(308, 268, os.open("/proc/self/ns/net", os.O_RDONLY), 0)
    return "done"


@hole
def mount(world):
    syscall(165, 40, b"none", world["project"].encode(), b"tmpfs", 0, None)
    return "done"


@hole
def open_tree(world):
    return syscall(428, 428, -100, b"/", 1)


@hole
def file_system(world):
    return syscall(430, 430, b"tmpfs", 0)


@hole
def chroot(world):
    os.chroot(world["project"])
    return "done"


@hole
def lease(world):
    with open("leased", "w") as file:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    return "taken"


@hole
def folder_signals(world):
    fcntl.fcntl(os.open(world["project"], os.O_RDONLY), fcntl.F_NOTIFY, 0x3F)
    return "set"


@hole
def keyring(world):
    return syscall(250, 219, 0, -3, 0)


@hole
def request_key(world):
    return syscall(249, 218, b"user", b"x", None, 0)


@hole
def bpf(world):
    return syscall(321, 280, 0, ctypes.create_string_buffer(128), 128)


@hole
def performance_events(world):
    attributes = struct.pack("IIQ", 1, 112, 0) + bytes(96)
    return syscall(298, 241, attributes, 0, -1, -1, 0)


@hole
def page_faults(world):
    return syscall(323, 282, 1)


@hole
def personality(world):
    return syscall(135, 92, 0x0400000)  # READ_IMPLIES_EXEC


@hole
def capabilities(world):
    fields = dict(line.split(":", 1) for line in read_all("/proc/self/status").splitlines() if ":" in line)
    found = {name: fields[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}
    return found if any(int(value, 16) for value in found.values()) else None


@hole
def privileges_by_programs(world):
    return None if libc.prctl(39, 0, 0, 0, 0) == 1 else "no_new_privs is not set"


@hole
def type_into_a_terminal(world):
    _, terminal = pty.openpty()
    fcntl.ioctl(terminal, 0x5412, b"x")
    return "typed"


@hole
def terminal_of_the_person(world):
    return os.read(os.open(world["terminal"], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK), 10).decode()


@hole
def calls_of_x32(world):
    if not X86:
        raise OSError("no such architecture")
    return syscall(0x40000000 + 39, 0)


@hole
def calls_of_i386(world):
    """`int 0x80` runs 32-bit calls, with other numbers: getpid is 20 there."""
    if not X86:
        raise OSError("no such architecture")
    code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"
    program = (
        "import ctypes, mmap;"
        "m = mmap.mmap(-1, 4096, prot=7);"
        f"m.write({code!r});"
        "print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))())"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return found.stdout if found.returncode == 0 and int(found.stdout) > 0 else None
