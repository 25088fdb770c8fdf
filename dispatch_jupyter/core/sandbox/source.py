"""The launcher's source text, and how an interpreter is made to run it.

The package may lie where agents can write. So its text is read once, before the first command runs, and handed to the
launcher over its socket; and the interpreter is the one the environment was made from, started so that it loads
nothing but its own standard library.
"""

import json
import struct
import sys
from collections.abc import Iterator, Mapping
from importlib import resources

_PACKET = 32 * 1024

BOOT = """
import importlib.abc, importlib.util, json, socket, struct, sys

class Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, sources):
        self.sources = sources
    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return importlib.util.spec_from_loader(name, self, is_package=name == "launcher")
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        exec(compile(self.sources[module.__name__], f"<{module.__name__}>", "exec"), module.__dict__)

requests = socket.socket(fileno=int(sys.argv[1]))
size, data = struct.unpack(">I", requests.recv(4))[0], b""
while len(data) < size:
    more = requests.recv(1 << 16)
    if not more:
        sys.exit(0)
    data += more
start = json.loads(data)
sys.meta_path.insert(0, Loader(start["sources"]))
module = importlib.import_module("launcher." + start["module"])
module.main(requests, *start["arguments"])
"""
"""What the interpreter is given on its command line: take the rest from the socket."""


def sources() -> dict[str, str]:
    """The text of every module of the launcher by its name there (`launcher.supervisor`)."""
    folder = resources.files(__package__) / "launcher"
    found = {"launcher": (folder / "__init__.py").read_text("utf-8")}
    for file in folder.iterdir():
        name = file.name.removesuffix(".py")
        if file.name.endswith(".py") and name != "__init__":
            found[f"launcher.{name}"] = file.read_text("utf-8")
    return found


def start_packets(texts: Mapping[str, str], module: str, *arguments: object) -> Iterator[bytes]:
    """What the interpreter waits for, in packets: run `main` of this module."""
    body = json.dumps({"sources": dict(texts), "module": module, "arguments": arguments}).encode()
    yield struct.pack(">I", len(body))
    for place in range(0, len(body), _PACKET):
        yield body[place : place + _PACKET]


def command_line(socket: int) -> list[str]:
    """Starts the base interpreter, isolated from everything the environment or the working folder could bring in."""
    interpreter: str = getattr(sys, "_base_executable", None) or sys.executable
    return [interpreter, "-I", "-S", "-B", "-X", "utf8", "-c", BOOT, str(socket)]
