"""Keeps keys out of what people and logs see: providers and proxies like to quote what they were sent."""

import base64
import re
from collections.abc import Mapping
from urllib.parse import quote

_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$", re.IGNORECASE)
_SECRET_SHAPE = re.compile(
    r"\b(sk|pk|rk|gsk|xai|hf|nvapi|fw|key)[-_][A-Za-z0-9_*.-]{6,}"
    r"|\bAIza[\w*-]{8,}"
    r"|(?<=[Bb]earer )[^\s\"',}]+"
    r"|(?<=[?&]key=)[^\s&\"']+"
    r"|(?<=://)[^\s/?#]+(?=@)"
)
SHORTEST_SECRET = 6
"""Characters. Shorter values are not looked for: they would blank out ordinary words."""

_known: set[str] = set()


def keep_out(secret: str) -> None:
    """From now on this process shows the secret nowhere, in none of the spellings it may be quoted in."""
    if len(secret) >= SHORTEST_SECRET:
        _known.update((secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()))


def without_login(address: str) -> str:
    """A URL as it may be shown: without the name and password it may hold."""
    return re.sub(r"(?<=://)[^/?#]*@", "", address)


def redact(text: str, environ: Mapping[str, str]) -> str:
    """The text without known secrets, the values of key variables, and anything of a key's shape."""
    values = {value for name, value in environ.items() if _SECRET_NAME.search(name)} | _known
    # the longest first: one may be a part of another
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= SHORTEST_SECRET:
            text = text.replace(value, "[key]")
    return _SECRET_SHAPE.sub("[key]", text)
