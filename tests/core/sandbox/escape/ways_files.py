"""Ways to the files outside."""
# system calls, as directly as they can be made
# ruff: noqa: PLW1510, PTH102, PTH104, PTH108, PTH115, PTH120, PTH123, PTH208, PTH211

import ctypes
import os
import struct
import subprocess

from tries import X86, hole, libc, read, shell, syscall, works


@hole
def files_left_open(world):
    found = {}
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            try:
                found[name] = os.readlink(f"/proc/self/fd/{name}")
            except OSError:
                continue  # the one that listed them
    return found or None


@hole
def cat(world):
    return shell(f"cat {world['secret']}").stdout


@hole
def python_open(world):
    return read(world["secret"])


@hole
def open_by_folder(world):
    folder = os.open(os.path.dirname(world["secret"]), os.O_PATH)
    with os.fdopen(os.open("secret", os.O_RDONLY, dir_fd=folder)) as file:
        return file.read()


@hole
def link_to_outside(world):
    os.symlink(world["secret"], "link")
    return read("link")


@hole
def hard_link_of_outside(world):
    os.link(world["secret"], "hard")
    return read("hard")


@hole
def move_in(world):
    os.rename(world["secret"], "moved")
    return read("moved")


@hole
def move_out(world):
    with open("mine", "w") as file:
        file.write("x")
    os.rename("mine", world["outside"] + "/planted")
    return "moved"


@hole
def write_outside(world):
    with open(world["outside"] + "/new", "w") as file:
        file.write("x")
    return "written"


@hole
def append_outside(world):
    with open(world["theirs"], "a") as file:
        file.write("x")
    return "appended"


@hole
def truncate_by_name(world):
    os.truncate(world["theirs"], 0)
    return "truncated"


@hole
def truncate_by_open(world):
    os.close(os.open(world["theirs"], os.O_RDONLY | os.O_TRUNC))
    return "truncated"


@hole
def make_folder(world):
    os.mkdir(world["outside"] + "/folder")
    return "made"


@hole
def make_link_outside(world):
    os.symlink("/", world["outside"] + "/link")
    return "made"


@hole
def remove_outside(world):
    os.unlink(world["theirs"])
    return "removed"


@hole
def run_outside(world):
    return subprocess.run([world["program"]], capture_output=True, text=True).stdout


@hole
def run_outside_through_the_loader(world):
    loader = "/lib64/ld-linux-x86-64.so.2" if X86 else "/lib/ld-linux-aarch64.so.1"
    return subprocess.run([loader, world["program"]], capture_output=True, text=True).stdout


@hole
def list_outside(world):
    return os.listdir(world["outside"])


@hole
def through_proc_root(world):
    return read("/proc/self/root" + world["secret"])


@hole
def through_proc_cwd(world):
    os.chdir(os.path.dirname(world["secret"]))
    try:
        return read("/proc/self/cwd/secret")
    finally:
        os.chdir(world["project"])


@hole
def reopened_for_writing(world):
    file = os.open(world["readable"], os.O_RDONLY)
    with open(f"/proc/self/fd/{file}", "w") as again:
        again.write("x")
    return "written"


@hole
def by_handle(world):
    buffer = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128), 136)
    mount = ctypes.c_int()
    syscall(303, 264, -100, world["secret"].encode(), buffer, ctypes.byref(mount), 0)
    root = os.open("/usr", os.O_RDONLY)
    return os.read(syscall(304, 265, root, buffer, os.O_RDONLY), 100).decode()


def watch(path):
    watcher = libc.inotify_init1(0o4000)
    if libc.inotify_add_watch(watcher, path.encode(), 0xFFF) < 0:
        raise OSError(ctypes.get_errno(), "inotify_add_watch")
    return watcher


@hole
def watch_outside(world):
    watch(world["outside"])
    return "watched"


@works
def watch_the_project(world):
    watcher = watch(world["project"])
    with open("watched", "w") as file:
        file.write("x")
    assert b"watched" in os.read(watcher, 4096)
