"""Ways to other processes."""
# system calls, as directly as they can be made
# ruff: noqa: PTH208

import ctypes
import os
import signal
import struct

from tries import hole, libc, read, syscall


@hole
def environment_of_the_server(world):
    return read(f"/proc/{world['server']}/environ")


@hole
def memory_of_the_server(world):
    os.close(os.open(f"/proc/{world['server']}/mem", os.O_RDONLY))
    return "opened"


@hole
def root_of_the_server(world):
    return read(f"/proc/{world['server']}/root{world['secret']}")


@hole
def folder_of_the_server(world):
    return os.listdir(f"/proc/{world['server']}/cwd/")


@hole
def files_of_the_server(world):
    return read(f"/proc/{world['server']}/fd/{world['server_file']}")


@hole
def memory_of_the_supervisor(world):
    parent = os.getpid()
    while True:  # the first process with another session is the supervisor
        parent = int(read(f"/proc/{parent}/stat").rpartition(")")[2].split()[1])
        if os.getsid(parent) != os.getsid(0):
            break
    os.close(os.open(f"/proc/{parent}/mem", os.O_RDWR))
    return "opened"


@hole
def signal_to_the_server(world):
    os.kill(world["server"], 0)
    return "allowed"


@hole
def kill_the_server(world):
    os.kill(world["server"], signal.SIGKILL)
    return "killed"


@hole
def thread_signal(world):
    syscall(234, 131, world["server"], world["server"], signal.SIGKILL)
    return "killed"


@hole
def process_descriptor_signal(world):
    signal.pidfd_send_signal(os.pidfd_open(world["server"]), signal.SIGKILL)
    return "killed"


@hole
def kill_the_supervisor(world):
    os.kill(os.getppid(), signal.SIGKILL)
    return "killed"


@hole
def kill_everybody(world):
    # whatever may be killed is: the server must not be among them
    child = os.fork()
    if not child:
        os.setsid()
        try:
            libc.kill(-1, 0)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.kill(world["server"], 0)
    return "reached"


@hole
def limits_of_the_server(world):
    old = ctypes.create_string_buffer(16)
    new = struct.pack("QQ", 0, 0)
    syscall(302, 261, world["server"], 7, new, old)
    return "changed"


@hole
def priority_of_the_server(world):
    os.setpriority(os.PRIO_PROCESS, world["server"], 19)
    return "changed"


@hole
def priority_of_the_user(world):
    os.setpriority(os.PRIO_USER, os.getuid(), 1)
    return "changed"


@hole
def disk_priority_of_the_server(world):
    syscall(251, 30, 1, world["server"], 3 << 13)
    return "changed"


@hole
def processors_of_the_server(world):
    os.sched_setaffinity(world["server"], {0})
    return "changed"


@hole
def scheduling_of_the_server(world):
    os.sched_setscheduler(world["server"], os.SCHED_IDLE, os.sched_param(0))
    return "changed"


@hole
def shared_memory(world):
    return syscall(29, 194, 0, 4096, 0o1600)


@hole
def message_queue(world):
    return syscall(68, 186, 0, 0o1600)


@hole
def trace_the_server(world):
    syscall(101, 117, 16, world["server"], None, None)
    return "attached"


@hole
def read_memory_of_the_server(world):
    local = ctypes.create_string_buffer(8)
    io = struct.pack("PN", ctypes.addressof(local), 8)
    remote = struct.pack("PN", 0x400000, 8)
    syscall(310, 270, world["server"], io, 1, remote, 1, 0)
    return "read"


@hole
def file_of_the_server(world):
    return syscall(438, 438, os.pidfd_open(world["server"]), world["server_file"], 0)
