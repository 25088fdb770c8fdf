"""AGENTS.md: the project's own instructions."""

from pathlib import Path
from typing import Any

import pytest

from dispatch_jupyter.core.skills.instructions import MAX_BYTES, instructions


def test_a_project_may_say_nothing(person: Any):
    assert instructions(person.project) == ("", None)
    person.put("AGENTS.md", " \n")
    assert instructions(person.project) == ("", None)


def test_what_the_project_says_is_told_below_the_person(person: Any):
    person.put("CLAUDE.md", "Of another.")
    assert "From `CLAUDE.md`" in instructions(person.project)[0]
    person.put("AGENTS.md", "\ufeffRun `make`.\r\nAlways.\r\n")
    text, fault = instructions(person.project)
    assert text.startswith("# Instructions of the project\n") and text.endswith("\n\nRun `make`.\nAlways.")
    assert "what the person says comes first" in text and "Of another" not in text and fault is None


def test_a_long_file_is_cut_at_a_line_and_that_is_told(person: Any):
    line = "é" * 99 + "\n"
    person.put("AGENTS.md", line * 400)
    text, fault = instructions(person.project)
    shown = text.count("é" * 99 + "\n")
    assert shown == MAX_BYTES // len(line.encode()) and len(text.encode()) < MAX_BYTES + 500
    assert text.endswith(f"read_file with offset={shown + 1} shows it]")
    assert fault is not None and "has 79,599 bytes" in fault.message and fault.place is not None
    assert fault.place.line == shown + 1


def test_a_long_file_of_one_line_is_cut_anywhere(person: Any):
    person.put("AGENTS.md", "é" * MAX_BYTES)
    text, fault = instructions(person.project)
    assert "é" * 1000 in text and "\ufffd" not in text and fault is not None


@pytest.mark.parametrize("text", [b"\xff\xfe", b"x" * 1_000_001])
def test_what_cannot_be_read_is_told(person: Any, text: bytes):
    path = person.put("AGENTS.md", text)
    told, fault = instructions(person.project)
    assert told == "" and fault is not None and fault.place is not None and fault.place.path == str(path)


def test_it_may_be_a_link_in_the_project_and_not_out_of_it(person: Any, tmp_path: Path):
    person.link("AGENTS.md", person.put("docs/agents.md", "Ours."))
    assert instructions(person.project)[0].endswith("Ours.")
    (tmp_path / "secret").write_text("secret")
    (person.project / "AGENTS.md").unlink()
    person.put("CLAUDE.md", "Other.")
    person.link("AGENTS.md", tmp_path / "secret")
    told, fault = instructions(person.project)
    assert told == "" and fault is not None and "leads out" in fault.message
    (tmp_path / "secret").unlink()
    (person.project / "AGENTS.md").unlink()
    person.link("AGENTS.md", Path("nowhere"))
    told, fault = instructions(person.project)
    assert told == "" and fault is not None and "leads nowhere" in fault.message
