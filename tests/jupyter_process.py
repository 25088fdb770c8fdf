"""A real Jupyter server with the extension in a process of its own, and real kernels started by it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import httpx
from jupyter_client.blocking.client import BlockingKernelClient

START_SECONDS = 120
STOP_SECONDS = 60
TOKEN = "a-token-that-must-not-show"


@dataclass
class Ran:
    """What one cell did."""

    stream: str = ""
    displays: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """Every drawing of every display."""
    result: dict[str, str] = field(default_factory=dict)
    pager: str = ""
    error: str = ""
    traceback: str = ""
    seconds: float = 0.0

    @property
    def shown(self) -> str:
        """What stands there in the end, as plain text."""
        return "\n".join(drawings[-1]["text/plain"] for drawings in self.displays.values())

    @property
    def everything(self) -> str:
        return json.dumps([self.stream, self.displays, self.result, self.pager, self.error, self.traceback])


class Kernel:
    """A kernel that the Jupyter server started."""

    def __init__(self, server: "JupyterServer") -> None:
        self._server = server
        self.id = server.ask("POST", "api/kernels", {"name": "python3"})["id"]
        self.client = BlockingKernelClient(connection_file=str(server.runtime / f"kernel-{self.id}.json"))
        self.client.load_connection_file()
        self.client.hb_channel.time_to_dead = START_SECONDS  # else one that is slow to start counts as dead
        self.client.start_channels()
        self.client.wait_for_ready(timeout=START_SECONDS)

    def start(self, code: str) -> str:
        """Run a cell without waiting for it."""
        return self.client.execute(code)

    def run(self, code: str, timeout: float = 90) -> Ran:
        return self.finish(self.start(code), timeout)

    def finish(self, cell: str, timeout: float = 90, until: Callable[[Ran], bool] | None = None) -> Ran:
        """Wait for a cell, or until what it shows is enough."""
        ran, started = Ran(), time.monotonic()
        while not (until and until(ran)):
            left = timeout - (time.monotonic() - started)
            try:
                message = self.client.get_iopub_msg(timeout=max(0.01, left))
            except Empty:
                raise TimeoutError(f"the cell did not end within {timeout} s: {ran}") from None
            if message["parent_header"].get("msg_id") != cell:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
            _take(ran, message["msg_type"], message["content"])
        ran.seconds = time.monotonic() - started
        while not until:
            reply = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == cell:
                ran.pager = "".join(part["data"]["text/plain"] for part in reply["content"].get("payload", []))
                break
        return ran

    def interrupt(self) -> None:
        """The stop button."""
        self._server.ask("POST", f"api/kernels/{self.id}/interrupt")

    def close(self) -> None:
        self.client.stop_channels()
        self._server.ask("DELETE", f"api/kernels/{self.id}")


def _take(ran: Ran, kind: str, content: dict[str, Any]) -> None:
    if kind == "stream":
        ran.stream += content["text"]
    elif kind in ("display_data", "update_display_data"):
        ident = content.get("transient", {}).get("display_id") or f"display-{len(ran.displays)}"
        ran.displays.setdefault(ident, []).append(content["data"])
    elif kind == "execute_result":
        ran.result = content["data"]
    elif kind == "error":
        ran.error, ran.traceback = content["ename"], "\n".join(content["traceback"])


class JupyterServer:
    """`jupyter server` in a process of its own, whose root is a small project."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.project, self.runtime = folder / "project", folder / "runtime"
        self.project.mkdir(parents=True)
        (self.project / "README.md").write_text("# Title\n\nA small project.\n")
        keys = ("_API_KEY", "_BASE_URL")
        clean = {name: value for name, value in os.environ.items() if not name.endswith(keys)}
        options = [
            "--ServerApp.port=0",
            "--ServerApp.open_browser=False",
            "--ServerApp.allow_root=True",
            f"--ServerApp.root_dir={self.project}",
            "--ServerApp.base_url=/some/where/",
            f"--IdentityProvider.token={TOKEN}",
            "--ServerApp.jpserver_extensions={'dispatch_jupyter': True}",
            f"--DispatchApp.data_dir={folder / 'sessions'}",
        ]
        self.log = folder / "server.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_server", *options],
                env={
                    **clean,
                    "JUPYTER_RUNTIME_DIR": str(self.runtime),
                    "JUPYTER_CONFIG_DIR": str(folder / "config"),
                    "JUPYTER_DATA_DIR": str(folder / "data"),
                    "IPYTHONDIR": str(folder / "ipython"),
                    "PYTHONFAULTHANDLER": "1",
                    **environment,
                },
                stdout=log,
                stderr=log,
            )
        self.url = self._await_url()

    def _await_url(self) -> str:
        record = self.runtime / f"jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if record.exists() and record.stat().st_size:
                url = str(json.loads(record.read_text())["url"])
                try:
                    httpx.get(f"{url}api", timeout=5)
                    return url
                except httpx.TransportError:
                    pass  # the port is not open yet
            time.sleep(0.05)
        raise RuntimeError(f"the Jupyter server did not start: {self.log.read_text()[-3000:]}")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        response = httpx.request(
            method, f"{self.url}{path}", json=body, headers={"Authorization": f"token {TOKEN}"}, timeout=30
        )
        response.raise_for_status()
        return response.json() if response.content else None

    def close(self) -> None:
        """Stop it as a person would; a server that does not stop is a failure, and its log says where it hangs."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # faulthandler writes all stacks
            self.process.wait()
            raise RuntimeError(f"the server did not stop: {self.log.read_text()[-6000:]}") from None
