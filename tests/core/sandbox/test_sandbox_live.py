"""Held calls: what the rules do not cover is asked for, exactly, while the command waits."""
# one command a line is easier to read than a broken one
# ruff: noqa: E501

import asyncio
import os
from pathlib import Path

import pytest

from dispatch_jupyter.core.sandbox.types import Denial
from sandbox_box import yes

pytestmark = pytest.mark.slow

LIVE = "kernel+live"


@pytest.mark.parametrize(
    ("command", "asked"),
    [
        ("cat {outside}/secret", [("read", "secret")]),
        ("ls {outside}", [("read", "")]),
        ("echo more >> {outside}/secret", [("write", "secret")]),
        ("echo new > {outside}/new", [("write", "new")]),
        ("mkdir {outside}/folder", [("write", "folder")]),
        ("rm -f {outside}/secret", [("write", "secret")]),
        ("mv {outside}/secret {outside}/moved", [("write", "secret"), ("write", "moved")]),
        ("mv {outside}/secret .", [("write", "secret")]),
        ("ln -s /etc {outside}/link", [("write", "link")]),
        ("truncate -s 3 {outside}/secret", [("write", "secret")]),
        ("chmod 777 {outside}/secret", [("write", "secret")]),
        ("touch -d 2001-01-01 {outside}/secret", [("write", "secret")]),
        ("mkfifo {outside}/pipe", [("write", "pipe")]),
        ("ln -s {outside}/secret link; cat link", [("read", "secret")]),
        ("cd {outside}; cat secret", [("read", "secret")]),
        ("cat ../outside/./secret", [("read", "secret")]),
        ("F={outside}/sec; cat ${{F}}ret", [("read", "secret")]),
        ("python3 -c \"open('{outside}/secret').read()\"", [("read", "secret")]),
        ("python3 -c \"import os; os.truncate('{outside}/secret', 2)\"", [("write", "secret")]),
        ("python3 -c \"import os; os.rmdir('{outside}/empty')\"", [("write", "empty")]),
    ],
)
def test_it_asks_for_the_real_path_and_the_answer_counts(boxed, command, asked) -> None:
    async def scenario(box) -> None:
        (box.outside / "empty").mkdir()
        wanted = [(operation, str(box.outside / name)) for operation, name in asked]
        before = _state(box.outside)
        line = command.format(outside=box.outside)
        denied = await box.run(line)
        assert denied.exit.code != 0
        assert denied.asked == wanted[:1], "after a denial nothing more is asked"
        assert _state(box.outside) == before
        assert denied.exit.denials == (Denial(*wanted[0], asked=True),)
        box.allow = yes
        (box.project / "link").unlink(missing_ok=True)
        allowed = await box.run(line)
        assert allowed.exit.code == 0, allowed.text
        assert list(dict.fromkeys(allowed.asked)) == wanted
        assert allowed.exit.denials == ()

    boxed(LIVE, scenario)


def _state(folder: Path) -> dict[str, object]:
    return {
        path.name: (path.lstat().st_mode, path.lstat().st_mtime, path.read_text() if path.is_file() else "")
        for path in folder.iterdir()
    }


def test_what_is_allowed_really_happens(boxed) -> None:
    async def scenario(box) -> None:
        out = box.outside
        ran = await box.run(
            f"cat {out}/secret; echo one > {out}/new; mkdir {out}/folder; echo two > {out}/folder/file;"
            f"mv {out}/new {out}/renamed; chmod 640 {out}/renamed; ls {out}"
        )
        assert ran.text == "the secret\nfolder\nrenamed\nsecret\n"
        assert (out / "renamed").read_text() == "one\n"
        assert (out / "folder" / "file").read_text() == "two\n"
        assert (out / "renamed").stat().st_mode & 0o777 == 0o640
        assert str(out) in ran.exit.granted

    boxed(LIVE, scenario, allow=yes)


def test_new_files_get_the_mask_of_the_process_that_makes_them(boxed) -> None:
    async def scenario(box) -> None:
        await box.run(f"umask 027; echo x > {box.outside}/a; mkdir {box.outside}/b; umask 0; echo x > {box.outside}/c")
        modes = [(box.outside / name).stat().st_mode & 0o777 for name in "abc"]
        assert modes == [0o640, 0o750, 0o666]

    boxed(LIVE, scenario, allow=yes)


@pytest.mark.parametrize(
    "command",
    [
        "cat {outside}/missing",
        "test -e {outside}/secret",
        "ls -l {outside}/secret",
        "mkdir -p {outside}",
        "rm -f {outside}/missing",
        "cat /dev/tty",
        "cat /proc/1/environ",
        "cat < /dev/stdin",
        "cat <(echo fine)",
        "python3 -c \"import os; os.open('{outside}/secret', os.O_CREAT | os.O_EXCL)\"",
        "python3 -c \"import os; os.open('{outside}', os.O_PATH)\"",
        "ln {outside}/secret hard",
    ],
)
def test_what_the_kernel_answers_is_not_asked_for(boxed, command) -> None:
    async def scenario(box) -> None:
        ran = await box.run(command.format(outside=box.outside))
        assert ran.asked == []

    boxed(LIVE, scenario, allow=yes)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's files can be made unreadable for root")
def test_what_its_user_may_not_read_is_not_asked_for(boxed) -> None:
    """Without capabilities root is a user like others."""

    async def scenario(box) -> None:
        os.chown(box.outside / "secret", 65534, 65534)
        (box.outside / "secret").chmod(0o600)
        ran = await box.run(f"cat {box.outside}/secret; chmod 666 {box.outside}/secret; echo x > {box.outside}/secret")
        assert ran.asked == []
        assert (box.outside / "secret").stat().st_mode & 0o777 == 0o600

    boxed(LIVE, scenario, allow=yes)


def test_a_program_outside_is_asked_for_and_runs_the_next_time(boxed) -> None:
    async def scenario(box) -> None:
        program = box.outside / "program"
        program.write_text("#!/bin/sh\necho ran\n")
        program.chmod(0o755)
        box.allow = yes
        ran = await box.run(str(program))
        assert ran.asked == [("execute", str(program))]
        assert ran.exit.code == 126
        assert ran.exit.granted == (str(program),)
        box.more = {"execute": (str(program),)}
        assert (await box.run(str(program))).text == "ran\n"

    boxed(LIVE, scenario)


def test_a_denied_path_is_asked_for_once(boxed) -> None:
    async def scenario(box) -> None:
        ran = await box.run(f"for i in 1 2 3; do cat {box.outside}/secret; done")
        assert ran.asked == [("read", str(box.outside / "secret"))]

    boxed(LIVE, scenario)


def test_while_one_waits_the_others_go_on(boxed) -> None:
    async def scenario(box) -> None:
        answer = asyncio.Event()
        waits = asyncio.Event()

        async def ask(operation, path):
            waits.set()
            await answer.wait()
            return True

        seen: list[str] = []
        command = await box.start(
            f"cat {box.outside}/secret & for i in 1 2 3; do date > f$i; done; echo on; wait", seen.append, ask=ask
        )
        await waits.wait()
        while "on" not in "".join(seen):
            await asyncio.sleep(0.01)
        answer.set()
        assert (await command.wait()).code == 0
        assert command.output().text == "on\nthe secret\n"

    boxed(LIVE, scenario)


def test_many_processes_that_wait_for_one_path_ask_once(boxed) -> None:
    async def scenario(box) -> None:
        asked = []

        async def ask(operation, path):
            asked.append(path)
            await asyncio.sleep(0.3)
            return True

        ran = await box.run(f"for i in 1 2 3 4; do cat {box.outside}/secret & done; wait", ask=ask)
        assert ran.text == "the secret\n" * 4
        assert len(asked) == 1

    boxed(LIVE, scenario)


def test_a_failing_question_denies(boxed, caplog) -> None:
    async def scenario(box) -> None:
        async def ask(operation, path):
            raise RuntimeError("nobody there")

        ran = await box.run(f"cat {box.outside}/secret", ask=ask)
        assert ran.exit.code == 1
        assert "the secret" not in ran.text

    boxed(LIVE, scenario)
    assert "nobody there" in caplog.text


def test_a_command_that_waits_for_an_answer_can_be_killed(boxed) -> None:
    async def scenario(box) -> None:
        asked = asyncio.Event()

        async def ask(operation, path):
            asked.set()
            await asyncio.Event().wait()
            return True

        command = await box.start(f"cat {box.outside}/secret", lambda text: None, ask=ask)
        await asked.wait()
        await command.kill("enough")
        assert (await command.wait()).killed == "enough"

    boxed(LIVE, scenario)


def test_a_file_replaced_while_the_question_is_open_is_not_opened(boxed) -> None:
    async def scenario(box) -> None:
        async def ask(operation, path):
            (box.outside / "secret").rename(box.outside / "other")
            return True

        ran = await box.run(f"cat {box.outside}/secret", ask=ask)
        assert "the secret" not in ran.text
        assert ran.exit.code == 1

    boxed(LIVE, scenario)


def test_at_most_fifty_denials_are_reported(boxed) -> None:
    async def scenario(box) -> None:
        for number in range(60):
            (box.outside / f"f{number}").write_text("x")
        ran = await box.run(f"for i in {{0..59}}; do cat {box.outside}/f$i; done")
        assert len(ran.exit.denials) == 50

    boxed(LIVE, scenario)


def test_only_folders_get_the_bit_of_their_group(boxed) -> None:
    async def scenario(box) -> None:
        ran = await box.run("mkdir d; touch f; chmod 2770 d; chmod 2755 f; chmod 4755 f; stat -c %a d f")
        assert ran.text.endswith("2770\n755\n"), ran.text
        assert "Operation not permitted" in ran.text

    boxed(LIVE, scenario)


# --- something hidden inside what is allowed


def test_a_length_that_is_none_fails_as_in_the_kernel(boxed, base, caplog) -> None:
    keys = base / "project" / "keys"

    async def scenario(box) -> None:
        keys.write_text("the secret\n")
        (box.project / "late").write_text("fine\n")
        ran = await box.run(
            'touch new; python3 -c "import ctypes; l = ctypes.CDLL(None, use_errno=True);'
            "print(l.truncate(b'new', ctypes.c_int64(-1)), ctypes.get_errno()); print(l.truncate(b'new', ctypes.c_int64(3)))\""
            "; wc -c < new"
        )
        assert ran.text == "-1 22\n0\n3\n"

    boxed(LIVE, scenario, hidden=(str(keys),))
    assert caplog.text == ""


def test_hidden_places_inside_the_project_stay_hidden(boxed, base) -> None:
    keys = base / "project" / ".config" / "keys"

    async def scenario(box) -> None:
        keys.mkdir(parents=True)
        (keys / "key").write_text("the secret\n")
        (box.project / ".config" / "settings").write_text("fine\n")
        (box.project / "old").write_text("fine\n")
        ran = await box.run(
            "cat .config/keys/key; cp -r .config copied; mv .config moved; mv .config/keys elsewhere; ls .config/keys;"
            "ln .config/keys/key hard; cat hard copied/keys/key; cat < .config/keys/key;"
            "python3 -c \"import os; d = os.open('.config', os.O_RDONLY); print(os.read(os.open('keys/key', 0, dir_fd=d), 9))\""
        )
        assert "the secret" not in ran.text
        assert keys.is_dir()
        assert ("read", str(keys / "key")) in ran.asked

    boxed(LIVE, scenario, hidden=(str(keys),))


@pytest.mark.parametrize(
    "command",
    [
        "cat .config/settings old",
        "echo new > new && cat new && rm new",
        "ls && ls -R . > listed && cat listed",
        "mkdir -p a/b && echo x > a/b/c && cat a/b/c && mv a c && rm -r c",
        "find . -name settings | xargs cat",
        "grep -r fine .",
        "sed -i s/fine/good/ old && cat old",
        "ln -s old link && cat link && rm link",
        "chmod 600 old && touch old && mv old older && cat older",
        "git init -q . && git add old && git status --short",
        "tar cf all.tar old .config/settings && mkdir x && tar xf all.tar -C x && cat x/old",
        "python3 -m venv --without-pip v && v/bin/python -c 'print(1)'",
    ],
)
def test_beside_something_hidden_everything_works(boxed, base, command) -> None:
    keys = base / "project" / ".config" / "keys"

    async def scenario(box) -> None:
        keys.mkdir(parents=True)
        (keys / "key").write_text("the secret\n")
        (box.project / ".config" / "settings").write_text("fine\n")
        (box.project / "old").write_text("fine\n")
        ran = await box.run(command)
        assert ran.exit.code == 0 or "keys" in ran.text, ran.text
        assert [ask for ask in ran.asked if "keys" not in ask[1] and "gitconfig" not in ask[1]] == []
        assert "the secret" not in ran.text

    boxed(LIVE, scenario, hidden=(str(keys),))


def test_leave_for_one_thing_inside_something_hidden(boxed, base) -> None:
    hidden = base / "project" / "keys"

    async def scenario(box) -> None:
        hidden.mkdir()
        (hidden / "one").write_text("one\n")
        (hidden / "two").write_text("two\n")
        ran = await box.run("cat keys/one; cat keys/two")
        assert ran.text.startswith("one\n")
        assert ran.asked == [("read", str(hidden / "two"))]

    boxed(LIVE, scenario, hidden=(str(hidden),), more={"read": (str(hidden / "one"),)})
