"""What models call an agent in their calls: all tools that are given one understand the same words."""

import json

import pytest

from dispatch_jupyter.core.tools.peers import ReadAgent
from dispatch_jupyter.core.tools.retrieve import AgentStatus, Retrieve
from dispatch_jupyter.core.tools.tool import parse_arguments


@pytest.mark.parametrize("word", ["agent", "agent_id", "id", "handle", "tab_id"])
@pytest.mark.parametrize(("tool", "field"), [(Retrieve, "id"), (AgentStatus, "agent"), (ReadAgent, "agent")])
def test_any_usual_word_names_the_agent(tool, field, word):
    arguments = parse_arguments(tool(), json.dumps({word: "ab12"}))
    assert getattr(arguments, field) == "ab12"
