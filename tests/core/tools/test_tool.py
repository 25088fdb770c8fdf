"""The seam between loop and tools: which tools there are, and what a model may write as arguments."""

import pytest

from dispatch_jupyter.core.protocol.errors import ToolError
from dispatch_jupyter.core.tools.standard import standard_tools
from dispatch_jupyter.core.tools.tool import Toolbox, parse_arguments, parse_json

TOOLS = list(standard_tools())


def test_the_order_of_tools_does_not_depend_on_how_they_were_listed():
    forwards, backwards = Toolbox(TOOLS).schemas, Toolbox(reversed(TOOLS)).schemas
    assert forwards == backwards and len(forwards) == len(TOOLS)
    names = [schema["function"]["name"] for schema in forwards]
    assert names == sorted(names)


def test_a_schema_says_what_a_model_needs_and_no_more():
    for schema in Toolbox(TOOLS).schemas:
        parameters = schema["function"]["parameters"]
        assert parameters["type"] == "object" and parameters["additionalProperties"] is False
        assert "title" not in parameters and not [
            name for name, value in parameters["properties"].items() if "title" in value
        ]


def test_an_unknown_tool_is_answered_with_those_there_are():
    with pytest.raises(ToolError, match="`fly`") as caught:
        Toolbox(TOOLS).get("fly")
    assert caught.value.tool_code == "unknown_tool" and "read_file" in caught.value.hint
    assert Toolbox(TOOLS).kind_of("fly") == "other"


@pytest.mark.parametrize("written", ['{"path": "a"}', {"path": "a"}])
def test_arguments_are_taken_as_text_and_as_an_object(written):
    assert parse_arguments(Toolbox(TOOLS).get("read_file"), written).path == "a"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{", "not valid JSON"),
        ("[1]", "not a JSON object"),
        ("", "path: Field required"),
        ('{"path": 5}', "path: Input should be a valid string"),
        ('{"path": "a", "colour": "red"}', "colour: Extra inputs"),
    ],
)
def test_wrong_arguments_are_named(written, words):
    with pytest.raises(ToolError, match=words) as caught:
        parse_arguments(Toolbox(TOOLS).get("read_file"), written)
    assert caught.value.tool_code == "invalid_arguments" and caught.value.hint


@pytest.mark.parametrize("text", ['"\\ud83d"', "[" * 100_000, "[" * 300 + "]" * 300, "NaN", "9" * 5000, "1 2"])
def test_json_that_could_not_be_kept_is_refused(text):
    with pytest.raises(ValueError, match=r"line \d+ column \d+"):
        parse_json(text)


def test_nothing_is_an_empty_object():
    assert parse_json("") == {} and parse_json('"\\ud83d\\ude00"') == "😀"
