import re

import pytest

from dispatch_jupyter.core.protocol.errors import Invalid
from dispatch_jupyter.notebook.options import Options, parse


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("", Options()),
        ("   ", Options()),
        ("summarize README.md", Options("summarize README.md")),
        ('  what\'s "this" {x} $y \\n?', Options('what\'s "this" {x} $y \\n?')),
        ("--quiet why", Options("why", quiet=True)),
        ("-q why", Options("why", quiet=True)),
        ("--session abc why", Options("why", session="abc")),
        ("--session=abc why", Options("why", session="abc")),
        (
            "--session new --model openai/gpt-5 -q why -q",
            Options("why -q", session="new", model="openai/gpt-5", quiet=True),
        ),
        ("-- --quiet is an option", Options("--quiet is an option")),
        ("--quiet -- -5 + 3", Options("-5 + 3", quiet=True)),
        ("- a list item", Options("- a list item")),
        ("-5 degrees", Options("-5 degrees")),
        ("explain --quiet", Options("explain --quiet")),
        ("--session abc", Options(session="abc")),
    ],
)
def test_options_come_first_and_text_stays_as_it_is(line: str, options: Options) -> None:
    assert parse(line) == options


@pytest.mark.parametrize("line", ["--sesion abc hi", "--quiet=1 hi", "--session", "--model=", "-v hi", "--Session x"])
def test_wrong_options_are_refused_naming_the_right_ones(line: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(line)
    assert re.match(r"-+\w+", line).group() in caught.value.message
    assert "--session ID|new" in str(caught.value.hint)
