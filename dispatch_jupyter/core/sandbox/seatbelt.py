"""The rules as a profile for macOS' sandbox-exec.

Experimental: written from its documentation and others' use of it.
"""

from .types import Rules

PROGRAM = "/usr/bin/sandbox-exec"

_BASE = """\
(version 1)
(deny default)
(allow process-fork)
(allow signal (target same-sandbox))
(allow process-info* (target same-sandbox))
(allow sysctl-read)
(allow mach-lookup)
(allow ipc-posix-sem)
(allow ipc-posix-shm)
(allow pseudo-tty)
(allow file-ioctl (subpath "/dev"))
(allow file-read-metadata)
(allow network*)
(deny network-outbound (remote unix-socket))
"""

_READ = "file-read* file-map-executable"
_RUN = f"{_READ} process-exec*"
_WRITE = f"{_RUN} file-write*"


def profile(rules: Rules) -> str:
    """Its text. Of two rules for a path the later one counts, so longer paths come after shorter ones."""
    allowed = [
        *((path, _READ) for path in rules.read),
        *((path, _RUN) for path in rules.execute),
        *((path, _WRITE) for path in rules.write),
    ]
    lines = [(path, f"(deny file-read* file-write* process-exec* (subpath {_quoted(path)}))") for path in rules.hidden]
    lines += [(path, f"(allow {rights} (subpath {_quoted(path)}))") for path, rights in allowed]
    # sorted is stable: of one path what opens it comes last
    ordered = [line for _, line in sorted(lines, key=lambda line: len(line[0].rstrip("/")))]
    ports = [f'(deny network-outbound (remote tcp "*:{port}"))' for port in rules.ports]
    return _BASE + "\n".join([*ordered, *ports]) + "\n"


def _quoted(path: str) -> str:
    if "\0" in path:
        raise ValueError("a path with a NUL")
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
