"""What sessions are called."""

TITLE_CHARS = 60


def title_of(text: str) -> str:
    """A session's title from its first message: the first line, shortened at a word."""
    line = next(filter(None, map(str.strip, text.splitlines())), "")
    return line if len(line) <= TITLE_CHARS else line[:TITLE_CHARS].rsplit(" ", 1)[0] + "…"
