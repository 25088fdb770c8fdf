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
        piece, at = match[0], match.start()
        if fault := _fault(piece, at, open_, first=first):
            return [fault]
        first = piece in {"&&", "||", ";;", ";", "\n", "|", "|&", "&", "(", *_OPENERS, *_INNER, "!"} or (
            piece == ")" and bool(open_) and open_[-1][0] == "case"
        )
    if open_:
        word, at = open_[-1]
        return [(at, f"`{word}` is not closed")]
    return _dangling(masked)


def _fault(piece: str, at: int, open_: list[tuple[str, int]], *, first: bool) -> tuple[int, str] | None:
    top = open_[-1][0] if open_ else ""
    if piece == "(":
        open_.append(("(", at))
    elif piece == ")":
        if top == "(":
            open_.pop()
        elif top != "case":
            return at, "`)` is not expected here"
    elif first and piece in _OPENERS:
        open_.append((piece, at))
    elif first and piece in _OPENERS.values():
        if _OPENERS.get(top) != piece:
            return at, f"`{piece}` is not expected here"
        open_.pop()
    elif first and piece in _INNER and (top != "if" if _INNER[piece] == "if" else _OPENERS.get(top) != "done"):
        return at, f"`{piece}` is not expected here"
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
