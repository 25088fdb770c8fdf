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


@pytest.fixture
def kernel(jupyter: JupyterServer) -> Iterator[Kernel]:
    """A fresh kernel with the magic loaded."""
    started = Kernel(jupyter)
    assert started.run("%load_ext dispatch_jupyter").error == ""
    yield started
    started.close()
