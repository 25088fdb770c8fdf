"""What can be learned from an exception that litellm let out."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .redact import redact

MAX_WORDS = 400
_PREFIXES = re.compile(r"^((litellm\.)?\w*(Error|Exception|Timeout)\w*\s*[:-]?\s*)+(UNKNOWN - )?", re.IGNORECASE)
_BYTES = re.compile(r"^b(['\"])(.*)\1$", re.DOTALL)
_TAILS = re.compile(r"\s*(Original exception: |Handle with `litellm|stack trace:|Traceback ).*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Facts:
    """An error's status (0: none), class names, headers (lower case), everything it says, and the provider's words."""

    status: int
    names: frozenset[str]
    headers: Mapping[str, str]
    text: str
    words: str


def gather(error: BaseException, environ: Mapping[str, str]) -> Facts:
    """The facts of an error and of those it wraps or came from."""
    chain = list(_chain(error))
    names = frozenset(base.__name__ for one in chain for base in type(one).__mro__)
    text = "\n".join(filter(None, (f"{one} {_body(one)}".strip() for one in chain)))
    first = chain[0]
    status = status_of(error)
    headers: dict[str, str] = {}
    for one in reversed(chain):
        headers |= _headers(one)
    # halves of surrogate pairs cannot be stored, nor sent on
    words = _words(first).encode("utf-8", "replace").decode()
    return Facts(status, names, headers, text, redact(words, environ))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error that counts first: litellm wraps those of a stream in one that says little."""
    seen: set[int] = set()
    todo = [error]
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        inner = getattr(one, "original_exception", None)
        if isinstance(inner, BaseException) and type(one).__name__ == "MidStreamFallbackError":
            todo.insert(0, inner)
            continue
        yield one
        todo += [cause for cause in (inner, one.__cause__, one.__context__) if isinstance(cause, BaseException)]


def status_of(error: BaseException | None) -> int:
    """The HTTP status of an error or of one it came from; 0: none."""
    return next((number for one in _chain(error) if (number := _status(one))), 0) if error else 0


def _status(error: BaseException) -> int:
    value = getattr(error, "status_code", 0)
    return int(value) if str(value or 0).isdigit() else 0


def _headers(error: BaseException) -> dict[str, str]:
    found: dict[str, str] = {}
    sources = (
        getattr(getattr(error, "response", None), "headers", None),
        getattr(error, "headers", None),
        getattr(error, "litellm_response_headers", None),
    )
    for source in sources:
        if source:
            found |= {str(name).lower(): str(value) for name, value in dict(source).items()}
    return found


def _body(error: BaseException) -> str:
    body = getattr(error, "body", None)
    return json.dumps(body, default=str) if isinstance(body, dict) else ""


def _words(error: BaseException) -> str:
    """What the provider said, without litellm's wrapping, on one line."""
    text = str(error)
    said = _said(_json_in(text)) or _BYTES.sub(r"\2", _PREFIXES.sub("", _TAILS.sub("", text)))
    said = re.sub(r"<[^>]*>", " ", said)  # a proxy's HTML page
    said = " ".join(said.split())
    return said if len(said) <= MAX_WORDS else f"{said[:MAX_WORDS]}…"


def _json_in(text: str) -> Any:
    """The JSON object in an error's text, which litellm may have put there as the repr of bytes."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    raw = text[start : end + 1]
    for candidate in (raw, raw.replace("\\'", "'"), raw.replace("\\n", "\n")):
        try:
            return json.loads(candidate, strict=False)
        except ValueError:
            continue
    return None


def _said(body: Any) -> str:
    """The sentence in a provider's error body."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return ""
    error = body.get("error", body)
    if isinstance(error, str):
        return error
    message = error.get("message") if isinstance(error, dict) else None
    return message if isinstance(message, str) else ""
