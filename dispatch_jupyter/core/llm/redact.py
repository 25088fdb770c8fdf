"""Keeps keys out of what people and logs see: providers and proxies like to quote what they were sent."""

import re
from collections.abc import Mapping

_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$", re.IGNORECASE)
_SECRET_SHAPE = re.compile(
    r"\b(sk|pk|rk|gsk|xai|hf|nvapi|fw|key)[-_][A-Za-z0-9_*.-]{6,}"
    r"|\bAIza[\w*-]{8,}"
    r"|(?<=[Bb]earer )[^\s\"',}]+"
    r"|(?<=[?&]key=)[^\s&\"']+"
    r"|(?<=://)[^\s/@]+:[^\s/@]+(?=@)"
)
SHORTEST_SECRET = 6
"""Characters. Shorter values are not looked for: they would blank out ordinary words."""


def redact(text: str, environ: Mapping[str, str]) -> str:
    """The text without the values of key variables and without anything of a key's shape."""
    for name, value in environ.items():
        if len(value) >= SHORTEST_SECRET and _SECRET_NAME.search(name):
            text = text.replace(value, "[key]")
    return _SECRET_SHAPE.sub("[key]", text)
