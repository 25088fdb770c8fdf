"""The demo and shell commands: which command fits, and what its result says."""

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath

_END = re.compile(r"^\[(?:exit (\d+)|(.+)) · ([^\]]+)\]$")
_JOB = re.compile(r"^\[It (?:goes on|runs) in the background as job (\w+)", re.MULTILINE)
_FAILED = re.compile(r"^(?:FAILED|ERROR|not ok|FAIL:|--- FAIL:|  ✖|✕)\s.*$", re.MULTILINE)
_COUNTS = re.compile(
    r"\d+ (?:passed|failed|errors?)\b|^Ran \d+ tests?|^(?:Tests|# (?:tests|pass|fail))\b|^test result:|^(?:ok|FAIL)\s",
    re.MULTILINE,
)
MOST_SHOWN = 30
MOST_FAILED = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """A command's result as run_shell gives it, taken apart."""

    output: str
    code: int | None
    """None where something else than the command itself ended it."""
    how: str
    """In words, as `exit 0`."""
    took: str
    job: str = ""
    """Its id, where it goes on in the background."""


def outcome(result: str) -> Outcome:
    """What a result of run_shell says."""
    lines = result.rstrip("\n").split("\n")
    if job := _JOB.search(lines[-1]):
        return Outcome("\n".join(lines[:-1]), None, "", "", job[1])
    end = _END.match(lines[-1])
    if end is None:
        return Outcome(result, None, "", "")
    code = int(end[1]) if end[1] else None
    return Outcome("\n".join(lines[:-1]), code, end[2] or f"exit {code}", end[3])


def command_for_tests(paths: list[str]) -> str | None:
    """What runs the tests of a project, by the files it has; None where nothing looks like tests."""
    names = {PurePosixPath(path).name for path in paths}
    top = {path for path in paths if "/" not in path.rstrip("/")}
    if any(re.fullmatch(r"test_.*\.py|.*_test\.py|conftest\.py", name) for name in names) or "pytest.ini" in top:
        return "python -m pytest"
    for marker, command in (("package.json", "npm test"), ("Cargo.toml", "cargo test"), ("go.mod", "go test ./...")):
        if marker in top:
            return command
    return "make test" if top & {"Makefile", "makefile", "GNUmakefile"} else None


def program_for(path: str) -> str | None:
    """The command that runs a file, by its kind."""
    program = {".py": "python", ".sh": "bash", ".js": "node", ".mjs": "node"}.get(PurePosixPath(path).suffix.lower())
    return f"{program} {shlex.quote(path)}" if program else None


def report_on_tests(command: str, end: Outcome) -> str:
    """How a test run went, as far as its output says."""
    counts = [line.strip("= \t") for line in end.output.split("\n") if _COUNTS.search(line)]
    said = f" It says: {counts[-1]}." if counts else ""
    if end.code == 0:
        return f"The tests passed. `{command}` ended with {end.how} after {end.took}.{said}"
    failed = _FAILED.findall(end.output)
    shown = "\n".join(f"- `{line.strip()[:160]}`" for line in failed[:MOST_FAILED])
    more = f"\n- … and {len(failed) - MOST_FAILED} more" if len(failed) > MOST_FAILED else ""
    listed = f"\n\n{shown}{more}" if shown else f"\n\n{_block(end.output)}"
    return f"The tests did not pass. `{command}` ended with {end.how} after {end.took}.{said}{listed}"


def report(command: str, end: Outcome) -> str:
    """What a command printed, and how it ended."""
    if not end.output.strip():
        return f"`{command}` printed nothing and ended with {end.how} after {end.took}."
    return f"`{command}` ended with {end.how} after {end.took}:\n\n{_block(end.output)}"


def _block(output: str) -> str:
    """The last lines of an output, as code."""
    lines = output.rstrip("\n").split("\n")
    left_out = len(lines) - MOST_SHOWN
    shown = [f"… {left_out} lines before", *lines[-MOST_SHOWN:]] if left_out > 0 else lines
    fence = "`" * max(3, *(len(run) + 1 for run in [*re.findall(r"`+", output), "``"]))
    return "\n".join([f"{fence}text", *shown, fence])
