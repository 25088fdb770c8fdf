"""The door of the package: cheap to import, and what it promises is there."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dispatch_jupyter

ROOT = Path(__file__).parent.parent
HEAVY = ["pydantic", "httpx", "anywidget", "ipywidgets", "IPython", "litellm", "jupyter_server", "tornado", "tinydb"]


def imported_by(statement: str) -> set[str]:
    code = f"{statement}; import json, sys; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(found.stdout))


def test_importing_it_imports_nothing_heavy() -> None:
    assert imported_by("import dispatch_jupyter") == set()


def test_that_the_check_above_can_fail() -> None:
    assert {"pydantic", "httpx"} <= imported_by("import dispatch_jupyter; dispatch_jupyter.ask")


@pytest.mark.parametrize("name", dispatch_jupyter.__all__)
def test_every_promised_name_is_there(name: str) -> None:
    assert getattr(dispatch_jupyter, name) is not None


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'current'"):
        _ = dispatch_jupyter.current


def test_the_labextension_is_announced() -> None:
    assert dispatch_jupyter._jupyter_labextension_paths() == [{"src": "labextension", "dest": "dispatch-jupyter"}]


def test_the_server_extension_is_announced() -> None:
    (point,) = dispatch_jupyter._jupyter_server_extension_points()
    assert point["module"] == "dispatch_jupyter"
    assert point["app"].name == "dispatch_jupyter"


def test_the_front_end_has_the_same_version() -> None:
    package = json.loads((Path(__file__).parent.parent / "js" / "package.json").read_text())
    assert package["version"] == dispatch_jupyter.__version__


def test_the_agents_and_skills_that_ship_lie_in_the_package() -> None:
    from dispatch_jupyter.core.config.built_in import FOLDER
    from dispatch_jupyter.core.skills.library import SHIPPED

    package = Path(dispatch_jupyter.__file__).parent
    files = [path for folder in (FOLDER, SHIPPED) for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 9 and all(path.is_relative_to(package) for path in files)
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("nobody can say what git ignores, which is what a built package leaves out")
    ignored = subprocess.run(["git", "check-ignore", *files], check=False, cwd=ROOT, capture_output=True, text=True)
    assert (ignored.returncode, ignored.stdout) == (1, "")
