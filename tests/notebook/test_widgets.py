"""The chat widget in a real kernel; what it looks like is for the browser tests."""

from pathlib import Path

import pytest

import dispatch_jupyter
from dispatch_jupyter.core.protocol.errors import ProjectError
from jupyter_process import TOKEN, JupyterServer, Kernel
from model_server import ModelServer, Reply

STATIC = Path(dispatch_jupyter.__file__).parent / "static"
WIDGET = "application/vnd.jupyter.widget-view+json"

needs_build = pytest.mark.skipif(not (STATIC / "widget.js").exists(), reason="the front end is not built")


@needs_build
def test_a_front_end_that_is_not_built_is_said_to_be() -> None:
    from dispatch_jupyter.notebook import widgets

    with pytest.raises(ProjectError, match=r"widget2\.js is missing") as caught:
        widgets._built("widget2.js")
    assert "npm run build" in str(caught.value.hint)


@needs_build
@pytest.mark.slow
@pytest.mark.timeout(120)
class TestChat:
    def test_it_shows_the_kernel_s_session(self, kernel: Kernel, jupyter: JupyterServer, model: ModelServer) -> None:
        model.script = [Reply("One.")]
        kernel.run("a = %dispatch --session new hi")
        ran = kernel.run("import dispatch_jupyter as dispatch\nw = dispatch.chat(height=300)\nw")
        assert WIDGET in ran.result, ran.traceback
        assert TOKEN not in ran.everything
        instance = jupyter.ask("GET", "dispatch/status")["instance"]
        ran = kernel.run(f"w.session_id == a.session_id, w.instance == {instance!r}, w.height")
        assert ran.result["text/plain"] == "(True, True, 300)"

    def test_the_magic_alone_shows_it(self, kernel: Kernel) -> None:
        for cell in ("%dispatch", "%dispatch --session new"):
            assert WIDGET in kernel.run(cell).result

    def test_the_magic_goes_on_in_a_session_that_the_widget_began(self, kernel: Kernel, model: ModelServer) -> None:
        model.script = [Reply("One.")]
        kernel.run("w = get_ipython().run_line_magic('dispatch', '--session new')\na = %dispatch -q hi")
        assert kernel.run("a.session_id == w.session_id").result["text/plain"] == "True"

    def test_the_magic_follows_a_person_who_goes_elsewhere_in_the_widget(
        self, kernel: Kernel, jupyter: JupyterServer, model: ModelServer
    ) -> None:
        model.script = [Reply("One.")]
        other = jupyter.ask("POST", "dispatch/sessions", {})["session"]["id"]
        kernel.run("import dispatch_jupyter as dispatch\nw = dispatch.chat('new')\nw.session_id = ''")
        kernel.run(f"w.session_id = {other!r}\na = %dispatch -q hi")
        assert kernel.run("a.session_id").result["text/plain"] == repr(other)

    def test_an_unknown_session_is_said_to_be(self, kernel: Kernel) -> None:
        ran = kernel.run("import dispatch_jupyter as dispatch\ndispatch.chat('0123456789abcdef')")
        assert "0123456789abcdef" in ran.traceback
        assert "Traceback" not in ran.traceback


@needs_build
@pytest.mark.slow
@pytest.mark.timeout(120)
class TestAgents:
    def test_the_tree_shows_the_kernel_s_session(
        self, kernel: Kernel, jupyter: JupyterServer, model: ModelServer
    ) -> None:
        model.script = [Reply("One.")]
        kernel.run("import dispatch_jupyter as dispatch\na = %dispatch -q --session new hi")
        ran = kernel.run("t = dispatch.tree(height=300)\nt")
        assert WIDGET in ran.result, ran.traceback
        assert TOKEN not in ran.everything
        instance = jupyter.ask("GET", "dispatch/status")["instance"]
        ran = kernel.run(f"t.session_id == a.session_id, t.instance == {instance!r}, t.view, t.agent_id, t.height")
        assert ran.result["text/plain"] == "(True, True, 'agents', '', 300)"

    def test_one_agent_by_its_handle_its_name_and_its_id(self, kernel: Kernel, model: ModelServer) -> None:
        model.script = [Reply("One.")]
        kernel.run("import dispatch_jupyter as dispatch\na = %dispatch -q --session new hi")
        state = "from dispatch_jupyter.notebook.current import current\nroot = current.client().session(a.session_id)"
        kernel.run(f"{state}.session.root_agent_id")
        ran = kernel.run("w = dispatch.agent(root.rpartition('-')[2][:4])\nw")
        assert WIDGET in ran.result, ran.traceback
        ran = kernel.run(
            "w.agent_id == dispatch.agent('dispatch').agent_id == root, w.view, w.session_id == a.session_id"
        )
        assert ran.result["text/plain"] == "(True, 'thread', True)"
        # another session than the kernel's: a whole id names its own
        kernel.run("%dispatch -q --session new hi")
        assert kernel.run("dispatch.agent(root).session_id == a.session_id").result["text/plain"] == "True"

    def test_an_unknown_handle_is_said_to_be_with_those_there_are(self, kernel: Kernel, model: ModelServer) -> None:
        model.script = [Reply("One.")]
        kernel.run("import dispatch_jupyter as dispatch\na = %dispatch -q --session new hi")
        ran = kernel.run("dispatch.agent('zzzz')")
        assert "has no agent zzzz" in ran.traceback
        assert "(dispatch, idle)" in ran.traceback
        assert "Traceback" not in ran.traceback

    def test_without_a_session_there_is_no_tree(self, kernel: Kernel) -> None:
        ran = kernel.run("import dispatch_jupyter as dispatch\ndispatch.tree('new')")
        assert "no session yet" in ran.traceback
        assert "Traceback" not in ran.traceback

    def test_the_help_tells_of_them(self, kernel: Kernel) -> None:
        assert "dispatch_jupyter.tree()" in kernel.run("%dispatch?").pager
