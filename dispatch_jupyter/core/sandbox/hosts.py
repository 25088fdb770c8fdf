"""What commands are told of the machine's own network names, in place of the person's list of hosts."""

import os
import re
import socket

PATH = "/etc/hosts"

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_TEXT = """\
# This machine's own file is not shown to commands.
127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
"""


def stand_in() -> tuple[str, str]:
    """The real path of the list and a text for `Rules.stand_ins`.

    Programs look up `localhost` there, and servers under development the machine's own name; the rest of it tells
    what a person works with.
    """
    own = socket.gethostname()
    line = f"127.0.1.1 {own}\n" if _NAME.fullmatch(own) else ""
    return os.path.realpath(PATH), _TEXT + line
