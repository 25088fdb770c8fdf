"""What people do all day works unpatched inside the sandbox."""
# one command a line is easier to read than a broken one
# ruff: noqa: E501

import shutil
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel level needs Linux"),
    pytest.mark.slow,
]

TEST_FILE = """
import pathlib, socket, subprocess, tempfile, threading

def test_files(tmp_path):
    (tmp_path / "a").write_text("x")
    assert tempfile.NamedTemporaryFile().name

def test_server():
    listener = socket.create_server(("localhost", 0))
    threading.Thread(target=lambda: listener.accept()[0].sendall(b"hi"), daemon=True).start()
    with socket.create_connection(listener.getsockname()) as connection:
        assert connection.recv(2) == b"hi"

def test_program():
    assert subprocess.check_output(["sh", "-c", "echo fine"]) == b"fine\\n"
"""
C_FILE = '#include <stdio.h>\nint main(void) { printf("from C\\n"); return 0; }\n'
MAKEFILE = "hello: hello.c\n\tcc -o hello hello.c\nrun: hello\n\t./hello\n"
PACKAGE_JSON = '{"name": "small", "version": "1.0.0", "scripts": {"test": "node --test"}}\n'
NODE_TEST = 'require("node:test")("works", () => { require("node:assert").equal(1, 1); });\n'
IDENTITY = "git config user.name A && git config user.email a@example.org"

COMMANDS = {
    "pytest": ("pytest", f"cat > test_it.py <<'END'\n{TEST_FILE}\nEND\npython3 -m pytest -q -p no:cacheprovider", "3 passed"),
    "venv": ("python3", "python3 -m venv v && v/bin/pip install -q --no-index small-1.0-py3-none-any.whl && v/bin/python -c 'import small; print(small.WORD)'", "from the wheel"),
    "git": ("git", f"git init -q . && {IDENTITY} && echo a > a && git add a && git commit -qm one && git log --format=%s && git status --short", "one\n"),
    "gcc": ("gcc", f"cat > hello.c <<'END'\n{C_FILE}END\ngcc -o hello hello.c && ./hello", "from C\n"),
    "make": ("make", f"cat > hello.c <<'END'\n{C_FILE}END\nprintf '%s' '{MAKEFILE}' > Makefile && make -s run", "from C\n"),
    "node": ("node", "node -e 'require(\"fs\").writeFileSync(\"a\", \"x\"); console.log(require(\"os\").cpus().length > 0)'", "true\n"),
    "npm test": ("npm", f"printf '%s' '{PACKAGE_JSON}' > package.json && printf '%s' '{NODE_TEST}' > small.test.js && npm test 2>&1", "pass 1"),
    "tar": ("tar", "mkdir d && echo x > d/f && tar czf a.tgz d && rm -r d && tar xzf a.tgz && cat d/f", "x\n"),
    "sed": ("sed", "echo one > a && sed -i s/one/two/ a && cat a", "two\n"),
    "mktemp": ("mktemp", "F=$(mktemp) && echo x > $F && cat $F && D=$(mktemp -d) && rm -r $F $D", "x\n"),
    "heredoc": ("bash", "cat <<END\none\nEND\ncat <<< two", "one\ntwo\n"),
    "process substitution": ("bash", "diff <(echo a) <(echo a) && echo x > >(cat) && wait && echo same", "same\n"),
    "ps": ("ps", "ps aux | wc -l && df . > /dev/null && nproc", "\n"),
    "sort": ("sort", "seq 200000 | sort -R --parallel=2 | sort -n | tail -1", "200000\n"),
    "sqlite": ("python3", "python3 -c \"import sqlite3; c = sqlite3.connect('a.db'); c.execute('create table t (x)'); c.commit(); print('made')\"", "made\n"),
    "multiprocessing": ("python3", "python3 -c \"import multiprocessing as m; print(sum(m.get_context('spawn').Pool(2).map(abs, [-1, -2])))\"", "3\n"),
    "asyncio": ("python3", "python3 -c \"import asyncio; asyncio.run(asyncio.create_subprocess_exec('true')); print('ran')\"", "ran\n"),
    "curl": ("curl", "python3 -u -m http.server 0 --bind 127.0.0.1 > log 2>&1 & sleep 1; P=$(python3 -c \"import re; print(re.search(r'port (\\\\d+)', open('log').read())[1])\"); echo page > page; curl -s --noproxy '*' http://localhost:$P/page", "page\n"),
    "xargs": ("xargs", "seq 20 | xargs -P 4 -n 1 echo | wc -l", "20\n"),
    "timeout": ("timeout", "timeout 0.2 sleep 5; echo $?", "124\n"),
    "cp -a": ("cp", "mkdir d && echo x > d/f && chmod 600 d/f && ln -s f d/l && cp -a d e && ls -l e/f | cut -c1-10 && readlink e/l", "-rw-------\nf\n"),
    "install": ("install", "echo x > a && install -D -m 755 a b/c && ls -l b/c | cut -c1-10", "-rwxr-xr-x\n"),
    "rsync": ("rsync", "mkdir d && echo x > d/f && rsync -a d/ e/ && cat e/f", "x\n"),
    "script": ("script", "script -qec 'test -t 1 && echo terminal' /dev/null", "terminal"),
}  # fmt: skip


@pytest.mark.parametrize("level", ["kernel", "kernel+live"])
@pytest.mark.parametrize("name", COMMANDS)
def test_it_works(boxed, base, level, name) -> None:
    needs, command, expected = COMMANDS[name]
    if shutil.which(needs) is None and not (Path(sys.executable).parent / needs).exists():
        pytest.skip(f"{needs} is not installed")

    if name == "script" and level == "kernel" and any(path.name.isdigit() for path in Path("/dev/pts").iterdir()):
        pytest.skip("somebody has a terminal open, and Landlock alone cannot tell whose is whose")

    async def scenario(box) -> None:
        _wheel(box.project)
        ran = await box.run(command)
        assert ran.exit.code == 0, ran.text
        assert expected in ran.text
        assert [
            denial for denial in ran.exit.denials if denial.path != "/etc"
        ] == []  # pip asks there what system it is on
        assert ran.asked == []

    boxed(level, scenario)


def _wheel(folder: Path) -> None:
    info = "small-1.0.dist-info"
    with zipfile.ZipFile(folder / "small-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("small.py", "WORD = 'from the wheel'\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
