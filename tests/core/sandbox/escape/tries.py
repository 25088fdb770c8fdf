"""What the ways out are made with: the registers `HOLES` and `WORKS`, and system calls as directly as can be."""
# system calls, as directly as they can be made
# ruff: noqa: PLW1510, PTH123

import ctypes
import os
import subprocess
from collections.abc import Callable

libc = ctypes.CDLL(None, use_errno=True)
World = dict[str, object]
HOLES: dict[str, Callable[[World], object]] = {}
WORKS: dict[str, Callable[[World], object]] = {}
MACHINE = os.uname().machine
X86 = MACHINE == "x86_64"


def hole(function):
    HOLES[function.__name__] = function
    return function


def works(function):
    WORKS[function.__name__] = function
    return function


def syscall(x86, arm, *arguments):
    number = x86 if X86 else arm
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "syscall")
    return result


def shell(command):
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=10)


def read(path):
    with open(path, "rb") as file:
        return file.read(200).decode("utf-8", "replace")


def read_all(path):
    with open(path) as file:
        return file.read()
