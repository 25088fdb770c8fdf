"""Ways to the modes, owners and times of files outside; Landlock does not know them."""
# system calls, as directly as they can be made
# ruff: noqa: PTH101, PTH116, PTH123, PTH211

import contextlib
import fcntl
import os
import struct

from tries import X86, hole, syscall


@hole
def mode_by_name(world):
    os.chmod(world["theirs"], 0o777)
    return "changed"


@hole
def mode_by_descriptor(world):
    os.fchmod(os.open(world["readable"], os.O_RDONLY), 0o777)
    return "changed"


@hole
def mode_by_path_descriptor(world):
    file = os.open(world["theirs"], os.O_PATH)
    os.chmod(f"/proc/self/fd/{file}", 0o777)
    return "changed"


@hole
def mode_by_fchmodat2(world):
    file = os.open(world["theirs"], os.O_PATH)
    syscall(452, 452, file, b"", 0o777, 0x1000)
    return "changed"


@hole
def mode_by_link(world):
    os.symlink(world["theirs"], "mode_link")
    os.chmod("mode_link", 0o777)
    return "changed"


def set_user_id(path):
    return "made" if os.stat(path).st_mode & 0o4000 else None


@hole
def set_user_id_by_mode(world):
    with open("mine_1", "w") as file:
        os.fchmod(file.fileno(), 0o755)
        for change in (lambda: os.chmod("mine_1", 0o4755), lambda: os.fchmod(file.fileno(), 0o4755)):
            with contextlib.suppress(OSError):
                change()
    with contextlib.suppress(OSError):
        syscall(452, 452, -100, b"mine_1", 0o4755, 0)
    return set_user_id("mine_1")


@hole
def set_user_id_from_the_start(world):
    os.umask(0)
    folder = os.open(".", os.O_RDONLY)
    flags = os.O_CREAT | os.O_WRONLY
    with contextlib.suppress(OSError):
        os.close(os.open("mine_2", flags, 0o4755))
    with contextlib.suppress(OSError):
        os.close(os.open("mine_2", flags, 0o4755, dir_fd=folder))
    with contextlib.suppress(OSError):
        os.mknod("mine_2", 0o104755)
    with contextlib.suppress(OSError):
        how = struct.pack("QQQ", flags, 0o4755, 0)
        os.close(syscall(437, 437, folder, b"mine_2", how, len(how)))
    return set_user_id("mine_2")


@hole
def owner(world):
    os.chown(world["theirs"], os.geteuid(), os.getegid())
    return "changed"


@hole
def times(world):
    os.utime(world["theirs"], (1, 1))
    return "changed"


@hole
def times_by_descriptor(world):
    os.utime(os.open(world["readable"], os.O_RDONLY), (1, 1))
    return "changed"


@hole
def times_the_old_way(world):
    if not X86:
        raise OSError("no such call")
    syscall(132, 0, world["theirs"].encode(), struct.pack("qq", 1, 1))
    return "changed"


@hole
def attributes(world):
    os.setxattr(world["theirs"], "user.planted", b"x")
    return "changed"


@hole
def attributes_by_descriptor(world):
    os.setxattr(os.open(world["readable"], os.O_RDONLY), "user.planted", b"x")
    return "changed"


@hole
def inode_flags(world):
    file = os.open(world["readable"], os.O_RDONLY)
    fcntl.ioctl(file, 0x40086602, struct.pack("l", 0x80))  # FS_IOC_SETFLAGS, no access times
    return "changed"
