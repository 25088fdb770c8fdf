"""Somebody who has a dispatch.yaml, for the tests that change it."""

from pathlib import Path

from dispatch_jupyter.core.config.edit import always_entries
from dispatch_jupyter.core.config.load import user_file

FULL = """\
# My settings.   Keep tidy!
model:   "anthropic/claude"   # the good one

permissions:      # what they may do
    # my folders
    auto_allow:
      # scratch space
      -   '/tmp'      # all of it
      - path: /srv/data        # big files
        allow:   read

      # the end of the list

# about limits
limits: {max_steps: 9}   # enough
"""


class Person:
    """Somebody with a home folder, and a dispatch.yaml or not."""

    def __init__(self, home: Path) -> None:
        self.environ = {"HOME": str(home)}
        self.file = user_file(self.environ)

    def put(self, text: str | bytes) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def text(self) -> str:
        return self.file.read_bytes().decode()

    def allowed(self) -> list[tuple[str, str]]:
        return [(grant.operation, grant.path) for grant in always_entries(self.environ)]
