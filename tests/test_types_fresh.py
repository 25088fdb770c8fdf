"""The front end's types are those of the protocol, and the check that says so can fail."""

import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from dispatch_jupyter.core.protocol import changes, commands, records

ROOT = Path(__file__).parent.parent
GENERATED = ROOT / "js" / "generated"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "generate_types.py"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GENERATED, tmp_path / "generated"))


def test_the_generated_files_are_fresh(script: dict[str, Any]) -> None:
    assert script["main"](["--check"]) == 0, "run `python scripts/generate_types.py`"


@pytest.mark.parametrize("name", ["protocol.d.ts", "constants.ts"])
def test_a_stale_file_is_seen_and_written_anew(
    script: dict[str, Any], copy: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / name).write_text("export type Old = string;\n")
    assert script["main"](["--check", "--into", str(copy)]) == 1
    assert name in capsys.readouterr().err
    assert (copy / name).read_text() == "export type Old = string;\n", "--check must not write"
    assert script["main"](["--into", str(copy)]) == 0
    assert (copy / name).read_text() == (GENERATED / name).read_text()
    assert script["main"](["--check", "--into", str(copy)]) == 0


def test_a_missing_file_is_stale(script: dict[str, Any], copy: Path) -> None:
    (copy / "constants.ts").unlink()
    assert script["main"](["--check", "--into", str(copy)]) == 1


def test_a_field_added_in_python_makes_the_types_stale(
    script: dict[str, Any], copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Delta(changes.Delta):
        added: int

    Delta.__module__ = changes.__name__
    monkeypatch.setattr(changes, "Delta", Delta)
    assert script["main"](["--check", "--into", str(copy)]) == 1


def test_server_to_client_fields_are_always_there_and_bodies_may_leave_defaults_out() -> None:
    text = (GENERATED / "protocol.d.ts").read_text()
    assert "  readonly hint: string | null;" in _interface(text, "ErrorInfo")
    assert "  readonly session_id?: string | null;" in _interface(text, "SendMessage")
    assert "  readonly text: string;" in _interface(text, "SendMessage")
    assert "?:" not in _interface(text, "Agent")


def test_every_change_has_its_own_type_word() -> None:
    text = (GENERATED / "protocol.d.ts").read_text()
    for change, word in {"Snapshot": "snapshot", "Put": "put", "Delta": "delta", "Notice": "notice"}.items():
        assert f'  readonly type: "{word}";' in _interface(text, change)
    assert "export type Change = Snapshot | Put | Delta | Notice;" in text


def test_field_docstrings_become_comments() -> None:
    text = (GENERATED / "protocol.d.ts").read_text()
    assert "  /** What the model gets, cut to the output limits. */\n  readonly output: string;" in text


def test_constants_are_values() -> None:
    assert f"MAX_MESSAGE_CHARS = {commands.MAX_MESSAGE_CHARS};" in (GENERATED / "constants.ts").read_text()


def test_every_table_is_named_with_its_record() -> None:
    tables = _interface((GENERATED / "protocol.d.ts").read_text(), "Tables")
    for table, record in records.TABLES.items():
        assert f"  readonly {table}: {record.__name__};" in tables


@pytest.mark.parametrize(
    ("annotation", "written"),
    [
        (list[str], "readonly string[]"),
        (list[str | None], "readonly (string | null)[]"),
        (list[list[int]], "readonly (readonly number[])[]"),
        (Literal["a", "b"], '"a" | "b"'),
        (records.AgentStatus, "AgentStatus"),
        (dict[str, float], "{ readonly [key: string]: number }"),
        (dict[str, Any], "{ readonly [key: string]: unknown }"),
        (Any, "unknown"),
        (Annotated[bool, Field(description="d")], "boolean"),
    ],
)
def test_python_types_become_typescript(script: dict[str, Any], annotation: Any, written: str) -> None:
    from pydantic import TypeAdapter

    writer = script["_Writer"](script["enums"]())
    assert writer.type(TypeAdapter(annotation).json_schema()) == written


def test_what_has_no_typescript_is_refused(script: dict[str, Any]) -> None:
    write: Callable[[Any], str] = script["_Writer"]({}).type
    with pytest.raises(SystemExit, match="no TypeScript"):
        write({"type": "string-ish"})


def _interface(text: str, name: str) -> str:
    start = text.index(f"export interface {name} {{")
    return text[start : text.index("\n}", start)]
