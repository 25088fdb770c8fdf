"""`%dispatch` and `%%dispatch`. IPython shows the docstring of `dispatch` for `%dispatch?`."""

import ast
import re
from typing import Any

from IPython.core.magic import no_var_expand

from ..core.protocol.errors import DispatchError
from .commands import ask, chat
from .errors import lines_of, readable
from .options import parse

_QUESTION = re.compile(r"^([ \t]*(?:[\w.,\[\]'\" ]+=[ \t]*)?)%dispatch[ \t]+(.*\w.*\?)[ \t]*$", re.MULTILINE)


@no_var_expand  # prose may hold braces and dollars; they must reach the agent as they were typed
def dispatch(line: str, cell: str | None = None) -> Any:
    """Ask the agent of this project, in a cell.

        %dispatch                                      show the chat
        %dispatch summarize README.md                  ask, and watch the answer come
        answer = %dispatch --quiet which tests fail?   keep the answer, show nothing

        %%dispatch
        Read data.csv and write clean.py,
        which drops the rows without a date.

    It returns the answer as an object: `_.text`, `_.usage`, `_.calls`, `_.status`, `_.session_id`.
    The kernel's stop button stops the agent; what it has done so far stays.

    Options, before the text:
        --session ID    speak in this session; `--session new` begins one
        --model NAME    `provider/name`, for a new session
        --quiet, -q     show nothing, only return the answer
        --              ends the options, for text that begins with a dash

    Without --session, it goes on in this kernel's session, else in the project's latest: the chat panel on the same
    session shows the same thing. Text is taken as it is: `{braces}`, `$dollars` and quotes mean nothing special.
    Load the extension in a cell of its own: a question mark at the end means help to IPython until it is loaded.
    To put a value into it, call the function: `dispatch_jupyter.ask(f"explain {value}")`.
    To watch the agents it summons: `dispatch_jupyter.tree()`, and one of them, by its handle or its name:
    `dispatch_jupyter.agent("ab12")`.
    """
    try:
        options = parse(line)
    except DispatchError as error:
        raise readable(error, *lines_of(error)) from None
    text = "\n".join(part for part in (options.text, (cell or "").strip()) if part)
    if not text:
        return chat(options.session, model=options.model)
    return ask(text, session=options.session, model=options.model, quiet=options.quiet)


def load(shell: Any) -> None:
    """Register the magic with an IPython shell; for `%load_ext dispatch_jupyter`."""
    shell.register_magic_function(dispatch, "line_cell", "dispatch")
    if questions not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(questions)


def questions(lines: list[str]) -> list[str]:
    """Let a question end with a question mark: to IPython `%dispatch is it so?` asks for help on `so`."""
    cell = "".join(lines)
    if not _QUESTION.search(cell) or cell.lstrip().startswith("%%") or _is_python(cell):
        return lines  # not ours, or the text of another cell magic, or of a string
    return _QUESTION.sub(_as_call, cell).splitlines(keepends=True)


def _as_call(match: re.Match[str]) -> str:
    return f"{match.group(1)}get_ipython().run_line_magic('dispatch', {match.group(2)!r})"


def _is_python(cell: str) -> bool:
    try:
        ast.parse(cell)
    except SyntaxError:
        return False
    return True
