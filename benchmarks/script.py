"""What the scripted model says: as many tokens, as fast, as the person's last message asks for."""

import re

from model_server import Call, Received, Reply

_SUMMONS = re.compile(r"Summon (\d+) agents that say (\d+) tokens\.")
_WISH = re.compile(r"Say (\d+) tokens, ([\d.]+) s apart\.")


def wish(tokens: int, pace: float = 0.0) -> str:
    """A message that is answered with so many tokens; without a pace, all at once."""
    return f"Say {tokens} tokens, {pace} s apart."


def summons(agents: int, tokens: int) -> str:
    """A message that is answered with so many calls of `summon`, each for an agent that says so many tokens."""
    return f"Summon {agents} agents that say {tokens} tokens."


def reply(received: Received) -> Reply:
    """The model server's script."""
    if team := _SUMMONS.search(received.user_text):
        if received.tool_results:
            return Reply("All are back.")
        tasks = (f"{place}. {wish(int(team[2]))}" for place in range(int(team[1])))
        return Reply(calls=[Call("summon", {"agent": "researcher", "task": task}) for task in tasks])
    wished = _WISH.search(received.user_text)
    assert wished, received.user_text
    return Reply.tokens(int(wished[1]), pace=float(wished[2]))
