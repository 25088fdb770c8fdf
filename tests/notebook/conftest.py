"""A real Jupyter server, real kernels, and the scripted model behind them."""

from collections.abc import Iterator

import pytest

from jupyter_process import JupyterServer, Kernel
from model_server import ModelServer


@pytest.fixture(scope="package")
def model_process() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="package")
def jupyter(tmp_path_factory: pytest.TempPathFactory, model_process: ModelServer) -> Iterator[JupyterServer]:
    environment = {**model_process.environment("openai"), "DISPATCH_MODEL": "openai/scripted"}
    server = JupyterServer(tmp_path_factory.mktemp("jupyter"), environment)
    yield server
    server.close()


@pytest.fixture
def model(model_process: ModelServer) -> ModelServer:
    """The scripted model, with nothing to say yet."""
    model_process.script = []
    model_process.requests.clear()
    return model_process


@pytest.fixture(scope="package")
def kernel(jupyter: JupyterServer) -> Iterator[Kernel]:
    """A kernel with the magic loaded, for tests that begin a session of their own and leave the environment alone."""
    yield from _kernel(jupyter)


@pytest.fixture
def fresh_kernel(jupyter: JupyterServer) -> Iterator[Kernel]:
    """A kernel that has said nothing yet."""
    yield from _kernel(jupyter)


def _kernel(jupyter: JupyterServer) -> Iterator[Kernel]:
    started = Kernel(jupyter)
    assert started.run("%load_ext dispatch_jupyter").error == ""
    yield started
    started.close()
