"""`%dispatch` in real kernels of a real server, against the scripted model."""

import os
import subprocess
import sys
import time
from itertools import pairwise
from typing import Any

import pytest

from jupyter_process import TOKEN, JupyterServer, Kernel, Ran
from model_server import Call, Fault, ModelServer, Reply, Usage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

LOOK = Reply("Let me look.", calls=[Call("read_file", {"path": "README.md"})], usage=Usage(input=10, output=2))
SUMMARY = Reply("It is a **small** project.", usage=Usage(input=20, output=5))


def value(kernel: Kernel, expression: str) -> Any:
    """A value in the kernel."""
    ran = kernel.run(expression)
    assert ran.error == "", ran.traceback
    return eval(ran.result["text/plain"], {"__builtins__": {}}) if ran.result else None


def state(jupyter: JupyterServer, kernel: Kernel) -> dict[str, Any]:
    from_kernel = value(kernel, "from dispatch_jupyter.notebook.current import current\ncurrent.session_id")
    return jupyter.ask("GET", f"dispatch/sessions/{from_kernel}")


def agent_rests(jupyter: JupyterServer, kernel: Kernel) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        (agent,) = (known := state(jupyter, kernel))["agents"]
        if agent["status"] != "running":
            return known
        time.sleep(0.05)
    raise TimeoutError("the agent is still running")


def test_a_turn_streams_into_the_cell_and_comes_back_as_an_object(kernel: Kernel, model: ModelServer) -> None:
    model.script = [LOOK, SUMMARY]
    ran = kernel.run("%dispatch --session new summarize README.md")
    assert ran.error == ""
    lines = ran.shown.splitlines()
    assert lines[0] == "Let me look."
    assert lines[1].startswith("✓ read_file README.md (")
    assert lines[2] == "It is a **small** project."
    assert lines[3].startswith("(openai/scripted · 37 tokens")
    (drawings,) = ran.displays.values()
    assert "<strong>small</strong>" in drawings[-1]["text/html"]
    assert ran.result["text/plain"].startswith("<Answer complete: 26 characters, 1 tool call, 37 tokens")
    assert "small" not in ran.result["text/plain"]
    assert model.requests[1].tool_results[0].count("A small project.") == 1
    parts = "(_.text, _.usage.input_tokens, _.status, _.calls[0].name, _.calls[0].status, _.model, _.session_id)"
    text, tokens, status, name, call_status, used, session = value(kernel, parts)
    assert (text, tokens, status) == ("It is a **small** project.", 30, "complete")
    assert (name, call_status, used) == ("read_file", "completed", "openai/scripted")
    assert len(session) == 16


def test_the_text_grows_while_the_model_writes(kernel: Kernel, model: ModelServer) -> None:
    model.script = [Reply.tokens(40, pace=0.05)]
    ran = kernel.run("%dispatch --session new write")
    (drawings,) = ran.displays.values()
    texts = [drawing["text/plain"] for drawing in drawings if drawing["text/plain"] != "(thinking…)"]
    assert all(later.startswith(text) for text, later in pairwise(texts))
    assert len(set(texts)) > 5
    assert len(drawings) <= ran.seconds / 0.1 + 3


def test_cells_go_on_in_one_session(jupyter: JupyterServer, kernel: Kernel, model: ModelServer) -> None:
    model.script = [Reply("One."), Reply("Two."), Reply("Three.")]
    kernel.run("a = %dispatch --session new first")
    kernel.run("b = get_ipython().run_cell_magic('dispatch', '', 'second\\n')")
    kernel.run("import dispatch_jupyter as dispatch\nc = dispatch.ask('third', quiet=True)")
    assert value(kernel, "(a.session_id == b.session_id == c.session_id, str(a), str(b), c.text)") == (
        True, "One.", "Two.", "Three.",
    )  # fmt: skip
    said = [message["text"] for message in state(jupyter, kernel)["messages"] if message["role"] == "user"]
    assert said == ["first", "second", "third"]


def test_a_new_kernel_goes_on_in_the_project_s_latest_session(
    jupyter: JupyterServer, fresh_kernel: Kernel, model: ModelServer
) -> None:
    model.script = [Reply("One."), Reply("Two.")]
    latest = jupyter.ask("POST", "dispatch/sessions", {})["session"]["id"]
    ran = fresh_kernel.run("a = %dispatch hello\na.session_id")
    assert ran.result["text/plain"] == repr(latest)
    fresh_kernel.run("b = %dispatch --session new hello")
    assert value(fresh_kernel, "a.session_id != b.session_id")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('%dispatch --session new what\'s {x} and $y worth, "really"?', 'what\'s {x} and $y worth, "really"?'),
        ("%%dispatch --session new -q\n\ndo {this}\n  and $that?\n", "do {this}\n  and $that?"),
        ("%%dispatch --session new look at this:\n1,2\n", "look at this:\n1,2"),
        ("%dispatch --session new -- --quiet is an option", "--quiet is an option"),
    ],
)
def test_text_reaches_the_model_as_it_was_typed(kernel: Kernel, model: ModelServer, cell: str, said: str) -> None:
    model.script = [Reply("Yes.")]
    kernel.run("x = y = 'WRONG'")
    assert kernel.run(cell).error == ""
    assert model.requests[0].user_text == said


def test_quiet_shows_nothing(kernel: Kernel, model: ModelServer) -> None:
    model.script = [LOOK, SUMMARY]
    ran = kernel.run("answer = %dispatch --session new --quiet summarize")
    assert (ran.stream, ran.displays, ran.result) == ("", {}, {})
    assert value(kernel, "answer.text") == "It is a **small** project."


def test_the_stop_button_stops_the_agent_and_the_cell(
    jupyter: JupyterServer, kernel: Kernel, model: ModelServer
) -> None:
    model.script = [Reply.tokens(2000, pace=0.05), Reply("Going on.")]
    cell = kernel.start("%dispatch --session new write a lot")
    seen = kernel.finish(cell, until=lambda ran: len(ran.shown) > 60)
    kernel.interrupt()
    ran = kernel.finish(cell, timeout=60)
    assert ran.seconds < 50  # the answer would take 100
    assert ran.error == "Stopped"
    assert ran.traceback == "Stopped."
    assert "Stopped." in ran.shown
    assert ran.shown.startswith(seen.shown.splitlines()[0])
    known = agent_rests(jupyter, kernel)
    assert known["agents"][0]["error"]["code"] == "cancelled"
    assert known["messages"][-1]["status"] == "interrupted"
    assert model.requests[0].gone.wait(30), "the model's connection stays open"
    status, text = value(kernel, "import sys\n(sys.last_value.answer.status, sys.last_value.answer.text)")
    assert status == "interrupted"
    assert text
    ran = kernel.run("%dispatch go on")
    assert (ran.error, ran.shown.splitlines()[0]) == ("", "Going on.")


def test_the_stop_button_works_before_the_first_token(
    jupyter: JupyterServer, kernel: Kernel, model: ModelServer
) -> None:
    model.script = [Reply("Late.", first=30)]
    cell = kernel.start("import dispatch_jupyter as dispatch\ndispatch.ask('hi', session='new')")
    model.wait_for(1)
    kernel.interrupt()
    ran = kernel.finish(cell, timeout=60)
    assert ran.error == "Stopped"
    assert agent_rests(jupyter, kernel)["agents"][0]["error"]["code"] == "cancelled"


def test_cells_that_wait_behind_a_stopped_one_do_not_run(kernel: Kernel, model: ModelServer) -> None:
    model.script = [Reply("Late.", first=30)]
    cell = kernel.start("%dispatch --session new hi")
    behind = kernel.start("cell_behind_ran = True")
    model.wait_for(1)
    kernel.interrupt()
    kernel.finish(cell, timeout=60)
    kernel.client.get_shell_msg(timeout=60)
    assert behind
    assert kernel.run("cell_behind_ran").error == "NameError"


def test_stopping_a_cell_whose_message_is_queued_takes_it_back_and_leaves_the_agent_at_work(
    jupyter: JupyterServer, kernel: Kernel, model: ModelServer
) -> None:
    model.script = [Reply("Long.", first=4), Reply("Not asked for.")]
    session = jupyter.ask("POST", "dispatch/chat", {"text": "from the panel"})["session_id"]
    model.wait_for(1)
    cell = kernel.start(f"%dispatch --session {session} from a cell")
    kernel.finish(cell, until=lambda ran: "waiting: the agent is busy" in ran.shown)
    kernel.interrupt()
    assert kernel.finish(cell, timeout=60).error == "Stopped"
    known = agent_rests(jupyter, kernel)
    assert {message["text"]: message["status"] for message in known["messages"]} == {
        "from the panel": "delivered",
        "from a cell": "withdrawn",
        "Long.": "complete",
    }
    assert known["agents"][0]["error"] is None


def test_what_goes_wrong_with_the_model_is_said_and_the_answer_has_it(kernel: Kernel, model: ModelServer) -> None:
    model.script = [Fault.bad_key(), Reply("Better.")]
    ran = kernel.run("%dispatch --session new hi")
    assert ran.error == ""
    code, message, hint, status = value(kernel, "(_.error.code, _.error.message, _.error.hint, _.status)")
    assert (code, status) == ("bad_key", "failed")
    assert message in ran.shown
    assert hint in ran.shown
    assert kernel.run("%dispatch again").shown.startswith("Better.")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%dispatch --session 0123456789abcdef hi", ["0123456789abcdef"]),
        ("%dispatch --sesion x hi", ["--sesion", "--session ID|new"]),
        ("import dispatch_jupyter as d\nd.ask('  ')", ["text"]),
    ],
)
def test_what_cannot_be_asked_is_said_in_words_not_in_a_traceback(
    kernel: Kernel, model: ModelServer, cell: str, words: list[str]
) -> None:
    ran = kernel.run(cell)
    assert ran.error
    assert "Traceback" not in ran.traceback
    assert "dispatch_jupyter/" not in ran.traceback
    for word in words:
        assert word in ran.traceback


def test_a_model_that_does_not_exist_is_named(kernel: Kernel, model: ModelServer) -> None:
    ran = kernel.run("%dispatch --session new --model nonsense hi")
    assert "nonsense" in ran.shown + ran.traceback
    assert "Traceback" not in ran.traceback


def test_a_model_is_for_a_new_session(kernel: Kernel, model: ModelServer) -> None:
    model.script = [Reply("One."), Reply("Two.")]
    kernel.run("%dispatch --session new hi")
    assert "--session new --model openai/other" in kernel.run("%dispatch --model openai/other hi").traceback
    kernel.run("%dispatch --session new --model openai/other hi")
    assert model.requests[-1].model == "other"


def test_without_a_server_it_says_how_to_start_one(fresh_kernel: Kernel, tmp_path: Any) -> None:
    ran = fresh_kernel.run(
        "import os\n"
        f"os.environ.update(DISPATCH_SERVER_URL='', JPY_PARENT_PID='', JUPYTER_RUNTIME_DIR={str(tmp_path)!r})\n"
        "get_ipython().run_line_magic('dispatch', 'hi')"
    )
    assert ran.error == "NoServer"
    assert "jupyter lab" in ran.traceback


def test_a_server_that_died_is_said_to_have(fresh_kernel: Kernel) -> None:
    ran = fresh_kernel.run(
        "import os\nos.environ['DISPATCH_SERVER_URL'] = 'http://127.0.0.1:9/'\n"
        "get_ipython().run_line_magic('dispatch', 'hi')"
    )
    assert ran.error == "Unreachable"
    assert "Is it still running?" in ran.traceback


def test_help_has_examples(kernel: Kernel) -> None:
    ran = kernel.run("%dispatch?")
    assert "%dispatch summarize README.md" in ran.pager
    assert "--session new" in ran.pager


def test_the_token_never_shows(fresh_kernel: Kernel, model: ModelServer) -> None:
    model.script = [Fault.server_error()] * 9
    cells = [
        "%dispatch --session new hi",
        "%dispatch --session nope hi",
        "from dispatch_jupyter.notebook.current import current\nvars(current)",
        "current.client()",
        "current.client().server",
        "import os\nos.environ['DISPATCH_SERVER_URL'] = 'http://127.0.0.1:9/'\n%dispatch hi",
    ]
    for cell in cells:
        assert TOKEN not in fresh_kernel.run(cell).everything


def test_loading_it_twice_is_harmless(kernel: Kernel, model: ModelServer) -> None:
    model.script = [Reply("Yes.")]
    assert kernel.run("%load_ext dispatch_jupyter").error == ""
    assert kernel.run("%reload_ext dispatch_jupyter").error == ""
    assert kernel.run("%dispatch --session new is it so?").shown.startswith("Yes.")


def test_a_question_mark_in_somebody_else_s_text_is_left_alone(kernel: Kernel) -> None:
    ran: Ran = kernel.run("x = '''\n%dispatch why?\n'''\nx")
    assert ran.result["text/plain"] == repr("\n%dispatch why?\n")


def test_a_long_answer_arrives_whole(kernel: Kernel, model: ModelServer) -> None:
    text = "".join(f"line {n} of {'-' * 300}\n\n" for n in range(1000))
    model.script = [Reply(text)]
    ran = kernel.run("%dispatch --session new write a lot", timeout=60)
    assert "rate exceeded" not in ran.stream
    assert ran.shown.startswith("line 0 of")
    assert "line 999 of" in ran.shown


def test_plain_python_writes_to_the_terminal(jupyter: JupyterServer, model: ModelServer) -> None:
    model.script = [LOOK, SUMMARY]
    code = "import dispatch_jupyter; print(repr(dispatch_jupyter.ask('summarize', session='new')))"
    environment = {**os.environ, "DISPATCH_SERVER_URL": jupyter.url, "DISPATCH_SERVER_TOKEN": TOKEN}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=30
    )
    lines = [line for line in ran.stdout.splitlines() if line != "(thinking…)"]
    assert lines[0] == "Let me look."
    assert lines[1].startswith("✓ read_file README.md (")
    assert lines[2] == "It is a **small** project."
    assert lines[-1].startswith("<Answer complete: 26 characters")
    assert ran.stderr == ""
