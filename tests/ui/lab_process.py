"""JupyterLab or Notebook 7 as a person starts it: its own process, home, settings and project."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import httpx

REPOSITORY = Path(__file__).parents[2]
BUILT = REPOSITORY / "dispatch_jupyter" / "labextension"
INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "dispatch-jupyter"
START_SECONDS = 120
STOP_SECONDS = 60
TOKEN = "browser-tests"
README = """\
# Tide tables

Predicts the tides of a harbour from its harmonic constants. Heights are in metres above chart datum.

## Use

Put the constants of your harbour into `harbours/`, then ask for a day:

```bash
python tides.py --harbour brest --date 2027-03-21
```

| option | meaning |
|---|---|
| `--harbour` | a file in `harbours/`, without its ending |
| `--date` | the day, local time of the harbour |
| `--plot` | draw the curve instead of printing it |

## Data

Constants come from public records; each file names its source. Ten constituents are enough for most harbours;
shallow ones need the compound tides as well.

## Accuracy

Within 10 cm in calm weather. Wind and air pressure are not in the tables.
"""

Program = Literal["lab", "notebook"]
APPLICATION = {"lab": ("jupyterlab", "LabApp"), "notebook": ("notebook", "JupyterNotebookApp")}


class LabProcess:
    """`start`, `kill` and `start` again keep the port, the folders and so the sessions."""

    def __init__(self, folder: Path, environment: dict[str, str], program: Program = "lab") -> None:
        """`environment` is added to a clean one, without anybody's keys."""
        self.folder, self.program = folder, program
        self.project, self._runtime = folder / "project", folder / "runtime"
        self.data = folder / "dispatch"
        self.sessions = self.data / "sessions"
        self.own_settings = folder / "home" / ".config" / "dispatch" / "dispatch.yaml"
        self.project.mkdir(parents=True)
        (self.project / "README.md").write_text(README)
        # not on the command line, where every program on the machine could read it
        self._environment = _environment(folder) | {"JUPYTER_TOKEN": TOKEN} | environment
        _turn_news_off(folder / "settings")
        self.log = folder / "server.log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start it and wait until it answers."""
        module, application = APPLICATION[self.program]
        options = [
            "--no-browser",
            "--allow-root",
            f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.project}",
            f"--{application}.expose_app_in_browser=True",
            "--LabApp.extension_manager=readonly",
            f"--DispatchApp.data_dir={self.data}",
        ]
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", module, *options]
            # not where the tests run: Python would take the package from there instead of the installed one
            self.process = subprocess.Popen(command, cwd=self.folder, env=self._environment, stdout=log, stderr=log)
        self._await_answer(self.process)

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        record = self._runtime / f"jpserver-{process.pid}.json"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if record.exists() and record.stat().st_size:
                self.port = int(json.loads(record.read_text())["port"])
                try:
                    httpx.get(f"{self.url}api", timeout=5)
                    return
                except httpx.TransportError:
                    pass  # the port is not open yet
            time.sleep(0.05)
        raise RuntimeError(f"{self.program} did not start: {self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """`kill -9`: nothing is tidied up."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """As a person would; a server that does not stop is a failure, and its log says where it hangs."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # faulthandler writes all stacks
            self.process.wait()
            raise RuntimeError(f"the server did not stop: {self.log.read_text()[-6000:]}") from None

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The server's answer to a request of another program's."""
        response = httpx.request(
            method, f"{self.url}{path}", json=body, headers={"Authorization": f"token {TOKEN}"}, timeout=30
        )
        response.raise_for_status()
        return response.json() if response.content else None

    def state(self, session: str) -> Any:
        """A session's records."""
        return self.ask("GET", f"dispatch/sessions/{session}")

    def await_trust(self, trusted: bool) -> None:
        """Until it is, or is not, content with what settings files ask for; it looks at them every few seconds."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            problems = self.ask("GET", "dispatch/status")["readiness"]["problems"]
            if trusted != any(problem["code"] == "untrusted" for problem in problems):
                return
            time.sleep(0.2)
        raise AssertionError(f"the settings do not become {'trusted' if trusted else 'untrusted'}")

    def stop_agents(self) -> None:
        """What a test has left at work must not talk into the next one."""
        for agent in self.ask("GET", "dispatch/status")["agents"]:
            self.ask("POST", f"dispatch/agents/{agent['agent_id']}/interrupt")

    def end_kernels(self) -> None:
        for session in self.ask("GET", "api/sessions"):
            self.ask("DELETE", f"api/sessions/{session['id']}")


def started(process: LabProcess) -> Iterator[LabProcess]:
    """For a fixture: it runs meanwhile."""
    process.start()
    try:
        yield process
    finally:
        process.stop()


def _environment(folder: Path) -> dict[str, str]:
    keys = ("_API_KEY", "_BASE_URL", "_HOST")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.endswith(keys) and not name.startswith(("JUPYTER", "JPY_", "DISPATCH_"))
    }
    own = {
        "HOME": "home",
        "XDG_CONFIG_HOME": "home/.config",
        "IPYTHONDIR": "home/.ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    for name in own.values():
        (folder / name).mkdir(parents=True, exist_ok=True)
    environment = kept | {name: str(folder / value) for name, value in own.items()} | {"PYTHONFAULTHANDLER": "1"}
    return environment if INSTALLED.exists() else environment | _from_checkout(folder)


def _from_checkout(folder: Path) -> dict[str, str]:
    """What an installation puts into the environment's folders, for a checkout that is only on the path."""
    if not (BUILT / "package.json").exists():
        raise RuntimeError("The front end is not built: run `make js`.")
    # a copy, so that a build that happens meanwhile changes nothing under the browser's feet
    shutil.copytree(BUILT, folder / "share" / "labextensions" / "dispatch-jupyter")
    return {
        "JUPYTER_PATH": str(folder / "share"),
        "JUPYTER_CONFIG_PATH": str(_server_config(folder)),
    }


def _server_config(folder: Path) -> Path:
    source = REPOSITORY / "jupyter-config" / "server-config"
    shutil.copytree(source, folder / "etc" / "jupyter_server_config.d")
    return folder / "etc"


def _turn_news_off(settings: Path) -> None:
    path = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}))
