"""What people do every day runs without a question, and without a hitch, under the sandbox."""

import shutil
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

pytestmark = pytest.mark.slow

FILES = {
    "pyproject.toml": "[project]\nname = 'sample'\nversion = '1'\n",
    "sample.py": "import os\n\ndef double(n):\n    return 2 * n\n\nif __name__ == '__main__':\n    print(double(21))\n",
    "test_sample.py": "from sample import double\n\ndef test_double():\n    assert double(2) == 4\n",
    "Makefile": "all: hello\nhello: hello.c\n\t$(CC) -o hello hello.c\ntest:\n\t./hello\n",
    "hello.c": '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
    "data.csv": "day,degrees\n1,20\n2,21\n3,19\n",
    "app.js": "const fs = require('fs'); console.log(fs.readdirSync('.').length > 0)\n",
    "package.json": '{"name": "x", "version": "1.0.0", "scripts": {"test": "node app.js"}}\n',
}
COMMANDS = [
    "ls -la && pwd && cat sample.py | head -3",
    "grep -rn double . && find . -name '*.py' | sort | xargs wc -l",
    "sed -i 's/21/22/' sample.py && sed -i 's/22/21/' sample.py",
    "awk -F, '{ s += $2 } END { print s }' data.csv",
    "sort -t, -k2 -n data.csv > sorted.csv; cut -d, -f1 sorted.csv | uniq -c | tail -2",
    "mkdir -p a/b && touch a/b/c && mv a/b/c a/d && cp -r a z && rm -rf a z && ls",
    "tar czf x.tgz data.csv && tar tzf x.tgz && gzip -dc x.tgz | wc -c",
    "f=$(mktemp) && echo x > $f && cat $f && rm $f",
    "d=$(mktemp -d) && cp data.csv $d && ls $d",
    "cat <<'END' > here.txt\nfrom $HOME\nEND\ncat here.txt",
    "diff <(sort data.csv) <(sort -r data.csv) | head -2",
    "for n in 1 2 3; do echo $n; done | while read -r n; do echo $((n * 2)); done",
    "echo error >&2; true > /dev/null 2>&1; head -c 8 /dev/urandom | xxd 2>/dev/null | head -1; true",
    "ps aux | head -2 && df . && nproc && uname -a && date && id -u && whoami",
    "env | grep -c = && printf '%s\\n' \"$PATH\" | tr ':' '\\n' | head -2",
    "chmod +x app.js && stat app.js && du -sh . && file data.csv 2>/dev/null; true",
    "timeout 5 sleep 0.01; sleep 0.01 & wait",
    "mkdir -p deep/er && (cd deep/er && pwd) && cd deep/er/../.. && pwd",
    "python sample.py && python -c 'import json, ssl, sqlite3, ctypes; print(1)'",
    "python -m pytest -q",
    "python -m compileall -q . && python -m unittest -q 2>&1 | tail -1; true",
    "python -c \"import tempfile; f = tempfile.NamedTemporaryFile(); f.write(b'x'); print(1)\"",
    "python -c 'import multiprocessing as m; p = m.Process(target=print, args=(1,)); p.start(); p.join()'",
    'python -c \'import subprocess; print(subprocess.run(["echo", "hi"], capture_output=True).stdout)\'',
    "python - <<'END'\nprint(sum(range(10)))\nEND",
    "pip --version && pip list 2>/dev/null | head -2",
    "git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm first && git log --oneline | cat",
    "git status --short; git diff | head -2; git stash list; git branch -a; git ls-files | head -2",
    "git checkout -q -b feature && git rev-parse HEAD && git show --stat HEAD | tail -1",
]
WITH_TOOLS = {
    "gcc": ["gcc -O1 -o hello hello.c && ./hello"],
    "make": ["make -s && make -s test"],
    "node": ["node app.js && node -e 'console.log(1 + 1)'"],
    "npm": ["npm test"],
    "sqlite3": ["sqlite3 x.db 'create table t (a); insert into t values (1); select * from t'"],
    "jq": ["jq .name package.json"],
}


@pytest.fixture
def project(desk):
    for name, text in FILES.items():
        (desk.project / name).write_text(text)
    return desk


@pytest.mark.slow
@pytest.mark.parametrize("level", ["kernel+live", "kernel", "parsed only"])
def test_without_a_question(project, level):
    desk = project
    desk.level = level

    async def scenario():
        for command in COMMANDS:
            result = await desk.shell_call(command)
            assert "[exit 0 · " in result.text, (command, result.text)
            assert not [line for line in result.text.split("\n") if line.startswith("[Denied")], (command, result.text)
            assert desk.person.asked == [], (command, desk.person.paths)

    desk.play(scenario)


@pytest.mark.slow
@pytest.mark.parametrize("tool", WITH_TOOLS)
def test_with_what_is_installed(project, tool):
    desk = project
    desk.environ["PATH"] += f":{_folder_of(tool)}"

    async def scenario():
        for command in WITH_TOOLS[tool]:
            result = await desk.shell_call(command)
            assert "[exit 0 · " in result.text, (command, result.text)
            assert desk.person.asked == [], (command, desk.person.paths)

    desk.play(scenario)


@pytest.mark.slow
def test_a_virtual_environment_can_be_made_and_used(project):
    desk = project
    result = desk.run(
        f"{sys.executable} -m venv .venv && .venv/bin/python sample.py && .venv/bin/pip --version", timeout=50
    )
    assert "42\n" in result.text and "[exit 0" in result.text
    assert desk.person.asked == [], desk.person.paths


def test_servers_can_be_run_and_asked(project):
    desk = project
    script = (
        "python -m http.server --bind 127.0.0.1 0 > log 2>&1 & p=$!; "
        "for n in 1 2 3 4 5 6 7 8 9; do sleep 0.2; grep -q port log && break; done; "
        "port=$(sed -n 's/.*port \\([0-9]*\\).*/\\1/p' log); "
        "python -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).status)' http://127.0.0.1:$port; "
        "kill $p"
    )
    result = desk.run(script)
    assert result.text.startswith("200\n"), result.text
    assert desk.person.asked == []


def test_the_servers_own_port_cannot_be_reached(project):
    desk = project

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        port = server.server_address[1]
        command = f"python -c \"import socket; socket.create_connection(('127.0.0.1', {port})); print('in')\""
        assert desk.run(command).text.startswith("in\n")
        desk.ports = frozenset({port})
        text = desk.run(command).text
        assert "in\n" not in text and "[exit 1" in text
    finally:
        server.shutdown()
        server.server_close()


def _folder_of(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed")
    return found.rpartition("/")[0]
