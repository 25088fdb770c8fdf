"""The example notebooks run from top to bottom with the demo model, and are kept without outputs."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_process import TOKEN, JupyterServer

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
BUILT = (ROOT / "dispatch_jupyter" / "static" / "widget.js").exists()


@pytest.fixture
def jupyter(tmp_path: Path) -> Iterator[JupyterServer]:
    server = JupyterServer(tmp_path / "jupyter", {"DISPATCH_MODEL": "demo/rules"})
    yield server
    server.close()


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None), cell.source
        assert set(cell.metadata) <= {"tags"}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, jupyter: JupyterServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_SERVER_URL", jupyter.url)
    monkeypatch.setenv("DISPATCH_SERVER_TOKEN", TOKEN)
    notebook = nbformat.read(shutil.copy(path, jupyter.project), as_version=4)
    if not BUILT:  # `make test` builds the front end first; a quick run may do without
        notebook.cells = [cell for cell in notebook.cells if "front-end" not in cell.metadata.get("tags", [])]
    client = NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(jupyter.project)}})
    client.execute()  # raises where a cell does
    assert (jupyter.project / "hello.py").exists()
    shown = str([cell.outputs for cell in notebook.cells if cell.cell_type == "code"])
    assert "A small project" in shown
    assert "demo, no language model" in shown
    assert TOKEN not in shown
