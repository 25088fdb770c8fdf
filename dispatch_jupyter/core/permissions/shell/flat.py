"""Text whose structure the parser cannot tell."""

import re
from collections.abc import Iterator

_END = re.compile(r"&&|\|\||;;&?|;&|[;\n|()]|(?<![<>&])&(?![>&])")
_WORD = re.compile(r"[^\s;&|<>()]+")
_LEADING = re.compile(r"\s*(?:(?:then|do|else|elif|if|while|until|!|\{|\}|fi|done|esac)(?=\s|$)\s*)*")
_OPENERS = {"if": "fi", "while": "done", "until": "done", "for": "done", "select": "done", "case": "esac", "{": "}"}
_INNER = {"then": "if", "else": "if", "elif": "if", "do": "loop"}


def flat_commands(masked: str) -> Iterator[tuple[int, int]]:
    """Stretches of masked text that are likely one simple command each, keywords in front of them left out."""
    start = 0
    for match in [*_END.finditer(masked), None]:
        end = match.start() if match else len(masked)
        lead = _LEADING.match(masked, start, end)
        begin = lead.end() if lead else start
        if masked[begin:end].strip():
            yield begin, end
        start = match.end() if match else end


def refused(masked: str) -> list[tuple[int, str]]:
    """Why the shell would refuse masked text: (place, what). Only what is certain; empty where it may be fine."""
    open_: list[tuple[str, int]] = []
    first = True
    for match in re.finditer(r"&&|\|\||;;&?|;&|\|&?|[;\n()&]|[^\s;&|()]+", masked):
        token, at = match[0], match.start()
        if fault := _token(token, at, open_, first=first):
            return [fault]
        first = token in {"&&", "||", ";;", ";", "\n", "|", "|&", "&", "(", *_OPENERS, *_INNER, "!"} or (
            token == ")" and bool(open_) and open_[-1][0] == "case"
        )
    if open_:
        word, at = open_[-1]
        return [(at, f"`{word}` is not closed")]
    return _dangling(masked)


def _token(token: str, at: int, open_: list[tuple[str, int]], *, first: bool) -> tuple[int, str] | None:
    top = open_[-1][0] if open_ else ""
    if token == "(":
        open_.append(("(", at))
    elif token == ")":
        if top == "(":
            open_.pop()
        elif top != "case":
            return at, "`)` is not expected here"
    elif first and token in _OPENERS:
        open_.append((token, at))
    elif first and token in _OPENERS.values():
        if _OPENERS.get(top) != token:
            return at, f"`{token}` is not expected here"
        open_.pop()
    elif first and token in _INNER and (top not in ("if",) if _INNER[token] == "if" else _OPENERS.get(top) != "done"):
        return at, f"`{token}` is not expected here"
    return None


def _dangling(masked: str) -> list[tuple[int, str]]:
    """An operator that lacks a command on one of its sides."""
    if match := re.search(r"(?:^|\n|;|&&|\|\||(?<!\|)\|(?!\|))[ \t\n]*(&&|\|\||(?<!\|)\|(?!\|))", masked):
        return [(match.start(1), f"`{match[1]}` has no command before it")]
    if match := re.search(r"(&&|\|\||\|)\s*$", masked):
        return [(match.start(1), f"`{match[1]}` has no command behind it")]
    if match := re.search(r"[<>]\s*(?:$|[;|&\n])", masked):
        return [(match.start(), "the redirect has no target")]
    return []
