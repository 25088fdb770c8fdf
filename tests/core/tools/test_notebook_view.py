"""Notebooks as read_file shows them."""

import base64
import json
from typing import Any

import pytest

from dispatch_jupyter.core.tools.output import limit


def cell(kind: str, source: Any, **more: Any) -> dict[str, Any]:
    extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, **extra, **more}


def notebook(*cells: Any, **more: Any) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more})


def shown(agent: Any, text: str) -> list[str]:
    agent.put("n.ipynb", text)
    return [line.split("\t", 1)[1] for line in agent.text("read_file", path="n.ipynb").split("\n")]


def test_cells_with_sources_and_outputs(agent: Any) -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["hello\n", "world\n"]},
        {"output_type": "execute_result", "data": {"text/plain": "42"}, "metadata": {}, "execution_count": 3},
    ]
    lines = shown(
        agent,
        notebook(
            cell("markdown", ["# Title\n", "words"]),
            cell("code", "print('hello')\n42", execution_count=3, outputs=outputs),
            cell("code", ""),
            metadata={"kernelspec": {"display_name": "Python 3", "name": "python3"}},
        ),
    )
    assert lines == [
        "[notebook, 3 cells, kernel Python 3; the line numbers are those of this view]",
        "[cell 0, markdown]",
        "# Title",
        "words",
        "[cell 1, code, execution 3]",
        "print('hello')",
        "42",
        "[output, stdout]",
        "hello",
        "world",
        "[output]",
        "42",
        "[cell 2, code, not executed]",
    ]


def test_images_are_a_note(agent: Any) -> None:
    image = base64.b64encode(b"x" * 30_000).decode()
    data = {"image/png": image, "text/plain": ["<Figure>"], "application/json": {"a": 1}}
    lines = shown(agent, notebook(cell("code", "plot()", outputs=[{"output_type": "display_data", "data": data}])))
    assert lines[3:] == ["[output, image/png (30.0 kB, not shown), application/json (0.0 kB, not shown)]", "<Figure>"]


def test_long_outputs_are_cut(agent: Any) -> None:
    many = "".join(f"{number}\n" for number in range(1000))
    outputs = [{"output_type": "stream", "text": many}, {"output_type": "stream", "text": "x" * 50_000}]
    lines = shown(agent, notebook(cell("code", "run()", outputs=outputs)))
    assert lines[4:24] == [str(number) for number in range(20)]
    assert lines[24] == "[output cut: 3,890 characters; raw=true shows the file's JSON]"
    assert lines[-2] == "x" * 1000


def test_errors_keep_the_end_of_the_traceback_without_colours(agent: Any) -> None:
    trace = [f"\x1b[0;31mframe {number}\x1b[0m" for number in range(50)]
    error = {"output_type": "error", "ename": "ValueError", "evalue": "first\nsecond", "traceback": trace}
    lines = shown(agent, notebook(cell("code", "run()", outputs=[error])))
    assert lines[3:5] == ["[output, error] ValueError: first", "second"]
    assert lines[5].startswith("[output cut")
    assert lines[-1] == "frame 49"


def test_a_long_notebook_comes_in_pages(agent: Any) -> None:
    agent.put("n.ipynb", notebook(*(cell("code", f"x = {number}\n" * 20) for number in range(100))))
    text = agent.text("read_file", path="n.ipynb")
    assert limit(text, "c", agent.spill).text == text
    assert "go on with offset=" in text
    assert agent.text("read_file", path="n.ipynb", offset=2, limit=2).startswith(
        "2\t[cell 0, code, not executed]\n3\tx = 0"
    )


def test_raw_shows_the_json(agent: Any) -> None:
    agent.put("n.ipynb", notebook(cell("code", "x")))
    assert agent.text("read_file", path="n.ipynb", raw=True) == f"1\t{notebook(cell('code', 'x'))}"
    agent.put("long.ipynb", notebook(cell("code", "x" * 5000)))
    assert "raw=true" in agent.text("read_file", path="long.ipynb")


def test_format_3(agent: Any) -> None:
    old = {
        "nbformat": 3,
        "metadata": {"name": ""},
        "worksheets": [
            {"cells": [
                {"cell_type": "heading", "level": 1, "source": ["Title"]},
                {"cell_type": "code", "input": ["1+1"], "prompt_number": 2, "outputs": [
                    {"output_type": "pyout", "text": ["2"]},
                    {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": []},
                ]},
            ]}
        ],
    }  # fmt: skip
    assert shown(agent, json.dumps(old))[1:] == [
        "[cell 0, heading]", "Title", "[cell 1, code, execution 2]", "1+1", "[output]", "2", "[output, error] E: v",
    ]  # fmt: skip


def test_empty_notebooks(agent: Any) -> None:
    assert shown(agent, notebook()) == ["[notebook, 0 cells; the line numbers are those of this view]"]
    agent.put("n.ipynb", "")
    assert agent.text("read_file", path="n.ipynb") == "[`n.ipynb` is empty]"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"cells": [', "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "no `nbformat`"),
        ('{"nbformat": 4}', "no list of `cells`"),
        ('{"nbformat": 4, "cells": {}}', "no list of `cells`"),
        ('{"nbformat": 3, "worksheets": 3}', "`worksheets`"),
        ('{"nbformat": 4, "metadata": 1, "cells": []}', "`metadata`"),
        ('{"nbformat": 4, "cells": [1]}', "cell 0 is not an object"),
        ('{"nbformat": 4, "cells": [{"cell_type": "poem", "source": ""}]}', "cell 0 has no known `cell_type`"),
        ('{"nbformat": 4, "cells": [{"cell_type": "raw", "source": 1}]}', "cell 0 has no `source`"),
        ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": [1]}]}', "`outputs`"),
    ],
)
def test_broken_notebooks_say_why_and_how_to_see_the_text(agent: Any, text: str, why: str) -> None:
    agent.put("n.ipynb", text)
    error = agent.error("read_file", path="n.ipynb")
    assert error.tool_code == "invalid_notebook"
    assert why in error.message
    assert "raw=true" in error.hint
    assert agent.text("read_file", path="n.ipynb", raw=True)


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output_type": "stream"},
        {"output_type": "stream", "text": None},
        {"output_type": "display_data", "data": 3},
        {"output_type": "display_data", "data": {"text/plain": None, "image/png": 3}},
        {"output_type": "error", "traceback": None, "ename": None},
        {"output_type": "error", "traceback": "text"},
        {"output_type": ["odd"]},
    ],
)
def test_odd_outputs_do_not_break_the_view(agent: Any, output: dict[str, Any]) -> None:
    odd = cell("code", "x", outputs=[output], execution_count="two")
    assert shown(agent, notebook(odd, metadata={"kernelspec": "none"}))[2] == "x"


def test_halves_of_characters_in_a_notebook(agent: Any) -> None:
    agent.put("n.ipynb", notebook(cell("code", "x = '\ud83d'")))
    assert limit(agent.text("read_file", path="n.ipynb"), "c", agent.spill).text.endswith("x = '\\ud83d'")
    assert agent.error("edit_file", path="n.ipynb", old_text="x = ''", new_text="y").hint.encode()
    agent.call("edit_file", path="n.ipynb", old_text="x =", new_text="y =")
    assert json.loads(agent.read_bytes("n.ipynb"))["cells"][0]["source"] == "y = '\ud83d'"
