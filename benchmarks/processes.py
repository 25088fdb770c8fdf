"""Processes: workers that measure, the scripted model server, and the bare environment they live in."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
STOP_SECONDS = 20.0


def bare_environment(folder: Path) -> dict[str, str]:
    """This process's environment without keys, addresses and settings of the person, and with homes in `folder`."""
    outside = ("DISPATCH_", "JUPYTER", "IPYTHON", "XDG_", "LITELLM_", "OPENAI_", "ANTHROPIC_", "GEMINI_", "OLLAMA_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(outside)}
    homes = {
        "HOME": "home",
        "XDG_CONFIG_HOME": "xdg-config",
        "XDG_DATA_HOME": "xdg-data",
        "JUPYTER_CONFIG_DIR": "jupyter-config",
        "JUPYTER_DATA_DIR": "jupyter-data",
        "JUPYTER_RUNTIME_DIR": "jupyter-runtime",
        "IPYTHONDIR": "ipython",
    }
    for name in homes.values():
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        **inherited,
        **{name: str(folder / home) for name, home in homes.items()},
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests", HERE))),
        # else litellm fetches its price list while it is imported
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


class Process:
    """A Python process of ours that ends when its standard input closes."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str]) -> None:
        self._name = " ".join(arguments[:2])
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(environment),
        )

    def hear(self) -> dict[str, Any]:
        """The next line of JSON it writes."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._name} ended with {self._process.wait()}; what it said is above")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def tell(self, **task: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class Worker(Process):
    """A file of this folder that calls `work`, as a process: a task in, its readings out."""

    def __init__(self, file: str, environment: Mapping[str, str], *arguments: str) -> None:
        super().__init__([str(HERE / file), *arguments], environment)

    def do(self, **task: Any) -> dict[str, Any]:
        self.tell(**task)
        return self.hear()


class ScriptedModel(Process):
    """The scripted model server, its CPU apart from everybody else's."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(["-m", "model_server", "--script", f"{HERE / 'script.py'}:reply"], environment)
        self.url = str(self.hear()["url"])

    @property
    def environment(self) -> dict[str, str]:
        """The variables that send a client here."""
        return {"OPENAI_API_KEY": "no-key", "OPENAI_BASE_URL": f"{self.url}/v1", "DISPATCH_MODEL": "openai/gpt-4o"}


def work(do: Callable[..., dict[str, Any]]) -> None:
    """The other end of a `Worker`: tasks from standard input, until it closes."""
    # libraries print to standard output as they please: that goes to standard error
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)
        for line in sys.stdin:
            answers.write(json.dumps(do(**json.loads(line))) + "\n")
            answers.flush()
