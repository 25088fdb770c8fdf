"""What the extension costs a server that nobody has used it in, and how its runtime begins."""

import asyncio
import subprocess
import sys
from types import SimpleNamespace

import pytest

from dispatch_jupyter.api.app import DispatchApp


@pytest.mark.slow
def test_loading_the_extension_imports_nothing_heavy():
    program = (
        "import sys, jupyter_server.serverapp; before = set(sys.modules); import dispatch_jupyter.api.app;"
        "heavy = {'pydantic', 'tinydb', 'litellm', 'httpx', 'anywidget', 'openai', 'IPython', 'tree_sitter', 'yaml',"
        "'frontmatter'};"
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_runtime_that_could_not_begin_is_tried_again(tmp_path, monkeypatch):
    fails = iter([True, False])

    async def start() -> None:
        if next(fails):
            raise RuntimeError("can't start new thread")

    async def main() -> None:
        app = DispatchApp()
        app.settings = {"server_root_dir": str(tmp_path)}
        app.initialize_settings()
        made = SimpleNamespace(start=start, at_work=0)
        monkeypatch.setattr(app, "_set_up", lambda: made)
        with pytest.raises(RuntimeError):
            await app.workspace()
        assert app.current_activity() is None
        assert await app.workspace() is made
        app._pulse.stop()

    asyncio.run(main())
