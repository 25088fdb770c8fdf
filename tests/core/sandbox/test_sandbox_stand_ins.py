"""Stand-ins: what commands read in the place of a file that everybody looks at."""
# one command a line is easier to read than a broken one
# ruff: noqa: E501

import os
import shutil
from pathlib import Path

import pytest

from dispatch_jupyter.core.sandbox import hosts
from sandbox_box import yes

pytestmark = pytest.mark.slow

LIVE = "kernel+live"


# --- stand-ins

LOOK_UP = {
    "python3": "import socket; print(socket.getaddrinfo('localhost', 80)[0][4][0] in ('::1', '127.0.0.1'))",
    "node": "require('dns').lookup('localhost', (error, found) => console.log(!error && ['::1', '127.0.0.1'].includes(found)))",
}


@pytest.mark.parametrize("program", LOOK_UP)
def test_localhost_is_looked_up_in_the_stand_in(boxed, base, program) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")

    async def scenario(box) -> None:
        (box.project / "look_up").write_text(LOOK_UP[program])
        ran = await box.run(f"{program} look_up")
        assert ran.text.lower() == "true\n"
        assert ran.asked == []
        assert ran.exit.denials == ()

    boxed(LIVE, scenario, stand_ins=(hosts.stand_in(),), less=("/etc/hosts",))


def test_a_stand_in_is_read_and_nothing_else(boxed, base) -> None:
    secret, text = str(base / "outside" / "secret"), "shown instead\n"

    async def scenario(box) -> None:
        ran = await box.run(
            f"D={base}/out; cat ${{D}}side/secret; ln -s $D'side' s; cat s/secret; head -c 5 < ${{D}}side/secret; echo;"
            f"echo more >> {secret}; rm {secret}; mv {secret} .; exec 3< {secret}; echo planted > /proc/self/fd/3;"
            f"python3 -c \"import os; f = os.open('{secret}', os.O_RDONLY); print(os.truncate in os.supports_fd);"
            f"os.ftruncate(os.open(f'/proc/self/fd/{{f}}', os.O_RDWR), 0)\"; cat <&3; {secret}"
        )
        assert ran.text.startswith(text * 2 + text[:5] + "\n")
        assert "the secret" not in ran.text
        assert "Error: " in ran.text
        assert f"\n{text}" in ran.text.split("Error: ")[1], "it was changed"
        assert Path(secret).read_text() == "the secret\n"
        assert ("read", secret) not in ran.asked
        assert ("write", secret) in ran.asked

    boxed(LIVE, scenario, stand_ins=((secret, text),))


def test_with_leave_the_real_one_is_read(boxed, base) -> None:
    secret = str(base / "outside" / "secret")

    async def scenario(box) -> None:
        assert (await box.run(f"cat {secret}")).text == "the secret\n"

    boxed(LIVE, scenario, stand_ins=((secret, "shown instead\n"),), more={"read": (secret,)})


def test_who_was_allowed_to_write_reads_what_was_written(boxed, base) -> None:
    secret = str(base / "outside" / "secret")

    async def scenario(box) -> None:
        assert (await box.run(f"echo more >> {secret}; cat {secret}")).text == "the secret\nmore\n"

    boxed(LIVE, scenario, stand_ins=((secret, "shown instead\n"),), allow=yes)


@pytest.mark.parametrize("name", ["vm", "", "two\nlines", "näme", "a b"])
def test_the_stand_in_for_hosts_has_the_own_name(monkeypatch, name) -> None:
    monkeypatch.setattr(hosts.socket, "gethostname", lambda: name)
    path, text = hosts.stand_in()
    assert path == os.path.realpath("/etc/hosts")
    assert "127.0.0.1 localhost\n::1 localhost" in text
    assert text.endswith("127.0.1.1 vm\n") == (name == "vm")
    assert all(line[0] in "#1:" for line in text.splitlines())
