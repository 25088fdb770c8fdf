"""What the scripted model says: as many tokens, as fast, as the person's last message asks for."""

import re

from model_server import Received, Reply

_WISH = re.compile(r"Say (\d+) tokens, ([\d.]+) s apart\.")


def wish(tokens: int, pace: float = 0.0) -> str:
    """A message that is answered with so many tokens; without a pace, all at once."""
    return f"Say {tokens} tokens, {pace} s apart."


def reply(received: Received) -> Reply:
    """The model server's script."""
    wished = _WISH.search(received.user_text)
    assert wished, received.user_text
    return Reply.tokens(int(wished[1]), pace=float(wished[2]))
