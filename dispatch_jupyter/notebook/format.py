"""Small things in words: a tool call, tokens and money, an error; for a line each."""

import re
from typing import Any

from ..core.protocol.parts import Usage
from ..core.protocol.records import Agent, CallStatus, CommandRun, ErrorInfo, ToolCall

MARKS: dict[CallStatus, str] = {"pending": "…", "in_progress": "…", "completed": "✓", "failed": "✗"}
VALUE_CHARS = 60
LINE_CHARS = 160

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def call_subject(call: ToolCall) -> str:
    """What a call is about: its path where it has one, else its arguments."""
    if call.arguments is None:
        return ""
    if isinstance(path := call.arguments.get("path"), str):
        return one_line(path)
    if call.name == "summon" and isinstance(task := call.arguments.get("task"), str):
        return one_line(f"{call.arguments.get('agent', '')}: {task}", LINE_CHARS)
    if call.command is not None and isinstance(command := call.arguments.get("command"), str):
        return one_line(command, LINE_CHARS)
    return one_line(", ".join(f"{name}={_value(value)}" for name, value in call.arguments.items()), LINE_CHARS)


def call_outcome(call: ToolCall) -> str:
    """How a call went: what it changed, how long it took, or why it failed."""
    if call.status == "failed":
        return one_line(call.error.message if call.error else call.output, LINE_CHARS) or "failed"
    if call.status != "completed":
        return "running" if call.status == "in_progress" else ""
    parts = [f"+{change.added} −{change.removed}" for change in call.changes]  # noqa: RUF001 (a minus, not a dash)
    if call.command is not None:
        parts.append(_exit(call.command))
    if call.started_at and call.ended_at:
        parts.append(duration((call.ended_at - call.started_at).total_seconds()))
    return ", ".join(parts)


def _exit(run: CommandRun) -> str:
    if run.job_id:
        return "in the background"
    if run.timed_out:
        return "timed out"
    return run.signal or f"exit {run.exit_code}"


def usage_line(usage: Usage) -> str:
    """Tokens and cost; the cost is left out where a price is unknown or nothing was paid."""
    tokens = counted(usage.input_tokens + usage.output_tokens, "token")
    return f"{tokens}, ${usage.cost_usd:.4f}" if usage.cost_usd else tokens


def model_label(agent: Agent) -> str:
    """The model's name; a demo is called one."""
    return "demo, no language model" if agent.model.demo else agent.model.id


def error_line(error: ErrorInfo) -> str:
    """An error and what to do about it."""
    return f"{error.message} {error.hint}" if error.hint else error.message


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def duration(seconds: float) -> str:
    """`12 ms`, `3.4 s`, `2 min 5 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def one_line(text: str, limit: int = VALUE_CHARS) -> str:
    """Text on one line of at most `limit` characters."""
    flat = " ".join(printable(text).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def printable(text: str) -> str:
    """Text without control characters: what a model writes must not steer a terminal."""
    return _CONTROL.sub("", text)


def _value(value: Any) -> str:
    return one_line(value if isinstance(value, str) else repr(value))
