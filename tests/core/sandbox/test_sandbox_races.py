"""A hostile program changes names and memory while its calls are being judged: nothing gets out."""

import sys

import pytest

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel level needs Linux"),
    pytest.mark.slow,
]

SECONDS = 1.0
OPENING_SECONDS = 3.0

STRING = """
import ctypes, os, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
outside, kind = sys.argv[1].encode(), sys.argv[2]
inside = b"in"
open(inside, "wb").write(b"inside")
size = len(outside) + 20
names = [inside.ljust(size, b"\\0"), (outside + b"/secret").ljust(size, b"\\0")]
buffer = ctypes.create_string_buffer(size)
address = ctypes.addressof(buffer)
stop = time.monotonic() + SECONDS

def swap():
    while time.monotonic() < stop:
        for name in names:
            ctypes.memmove(address, name, size)

threading.Thread(target=swap).start()
tries = leaks = got = 0
while time.monotonic() < stop:
    tries += 1
    if kind == "open":
        file = libc.open(ctypes.c_void_p(address), 0)
        if file >= 0:
            got += 1
            leaks += os.read(file, 50) != b"inside"
            os.close(file)
    elif kind == "chmod":
        got += libc.chmod(ctypes.c_void_p(address), 0o777) == 0
    elif kind == "unlink":
        got += libc.unlink(ctypes.c_void_p(address)) == 0
        open(inside, "wb").write(b"inside")
    elif kind == "truncate":
        got += libc.truncate(ctypes.c_void_p(address), ctypes.c_long(0)) == 0
print("tries", tries, "got", got, "leaks", leaks)
"""

LINK = """
import os, sys, threading, time
outside, kind = sys.argv[1], sys.argv[2]
open("in", "w").write("inside")
os.mkdir("folder")
open("folder/secret", "w").write("inside")
stop = time.monotonic() + SECONDS

def swap():
    while time.monotonic() < stop:
        if kind == "open through a folder":  # now it is a folder, now a link
            os.rename("link", "old")
            os.symlink(outside, "link")
            os.unlink("link")
            os.rename("old", "link")
            continue
        for target in (os.path.abspath("folder"), outside):
            os.symlink(target, "new")
            os.rename("new", "link")

if kind == "open through a folder":
    os.mkdir("link")
    open("link/secret", "w").write("inside")
else:
    os.symlink("folder", "link")
threading.Thread(target=swap).start()
tries = leaks = got = 0
while time.monotonic() < stop:
    tries += 1
    try:
        if kind.startswith("open"):
            leaks += open("link/secret").read() != "inside"
        elif kind == "write":
            open("link/new", "w").write("planted")
        elif kind == "chmod":
            os.chmod("link/secret", 0o777)
        elif kind == "mkdir":
            os.mkdir("link/planted")
            os.rmdir("folder/planted")
        got += 1
    except OSError:
        pass
print("tries", tries, "got", got, "leaks", leaks)
"""


@pytest.mark.parametrize("hidden", [False, True], ids=["", "beside something hidden"])
@pytest.mark.parametrize("kind", ["open", "chmod", "unlink", "truncate"])
def test_a_name_that_changes_in_memory(boxed, base, kind, hidden) -> None:
    """Read once, then used here: between the two it may change as it likes."""
    _race(boxed, base, STRING, kind, hidden)


@pytest.mark.parametrize("hidden", [False, True], ids=["", "beside something hidden"])
@pytest.mark.parametrize("kind", ["open", "open through a folder", "write", "chmod", "mkdir"])
def test_a_link_that_changes_on_the_way(boxed, base, kind, hidden) -> None:
    _race(boxed, base, LINK, kind, hidden)


def _race(boxed, base, script: str, kind: str, hidden: bool) -> None:
    keys = base / "project" / "keys"
    keys.mkdir()
    (keys / "secret").write_text("the secret\n")
    outside = keys if hidden else base / "outside"
    mode = (outside / "secret").stat().st_mode

    async def scenario(box) -> None:
        seconds = OPENING_SECONDS if kind.startswith("open") else SECONDS
        (box.project / "race.py").write_text(script.replace("SECONDS", str(seconds)))
        ran = await box.run(f"python3 -S race.py {outside} '{kind}'")
        words = ran.text.split()
        assert words[0] == "tries", ran.text
        figures = dict(zip(words[::2], map(int, words[1::2]), strict=True))
        assert figures["leaks"] == 0
        assert figures["tries"] > 50
        assert figures["got"] > 0, "the race must be won now and then by what is allowed"

    boxed("kernel+live", scenario, hidden=(str(keys),) if hidden else ())
    assert (outside / "secret").read_text() == "the secret\n"
    assert (outside / "secret").stat().st_mode == mode
    assert [path.name for path in outside.iterdir()] == ["secret"]
