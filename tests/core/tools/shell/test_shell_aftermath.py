"""What a command was denied and nobody was asked about while it ran: asked once it is over, or told."""

import shlex

import pytest

from dispatch_jupyter.core.permissions.policy import Denied
from dispatch_jupyter.core.tools.shell import aftermath, live
from dispatch_jupyter.core.tools.shell.questions import MAX_WHILE_RUNNING
from shell_desk import once

pytestmark = pytest.mark.slow


def test_a_failed_command_asks_once_more_for_what_it_was_denied(desk):
    for number in range(5):
        (desk.outside / str(number)).write_text("x\n")
    desk.person.answer = once
    command = desk.hidden(f"for n in 0 1 2 3 4; do cat {desk.outside}/$n; done")
    result = desk.run(command)
    assert [len(question) for question in desk.person.paths] == [1, 1, 1, 2]
    assert desk.person.paths[3] == [f"read {desk.outside}/3", f"read {desk.outside}/4"]
    assert "[It was denied, and allowed then: " in result.text
    assert result.text.startswith("x\n" * 5), "leave given once is good for the second run too"
    assert desk.run(command).text.startswith("x\n" * 5)


def test_after_a_denial_a_failed_command_asks_no_more(desk):
    for number in range(5):
        (desk.outside / str(number)).write_text("x\n")
    result = desk.run(desk.hidden(f"for n in 0 1 2 3 4; do cat {desk.outside}/$n; done"))
    assert len(desk.person.asked) == MAX_WHILE_RUNNING
    assert f"[Denied without asking: read {desk.outside}/3, read {desk.outside}/4]" in result.text


@pytest.mark.parametrize("code", [0, 6])
def test_what_programs_reach_for_by_habit_leads_to_no_question(desk, code):
    result = desk.run(desk.hidden(f"cat /etc/hosts; ls /etc 2> /dev/null || echo none; exit {code}"))
    assert "none" in result.text and f"[exit {code}" in result.text
    assert desk.person.asked == [] and "[Denied" not in result.text
    assert isinstance(desk.error("cat /etc/hosts"), Denied), "named in the command, it is asked for"


def test_packages_that_cannot_be_read_are_told_where_an_import_failed(desk, monkeypatch):
    linked = str(desk.outside)
    monkeypatch.setattr(live, "HABITUAL", live.HABITUAL | {linked})
    monkeypatch.setattr(aftermath, "HABITUAL", live.HABITUAL | {linked})
    monkeypatch.setattr(aftermath, "IMPORTED_FROM", frozenset({linked}))
    result = desk.run(desk.hidden(f"ls {linked} 2> /dev/null; echo 1 failed; exit 1"))
    assert "[Denied" not in result.text
    result = desk.run(desk.hidden(f"ls {linked} 2> /dev/null; echo ModuleNotFoundError: No module named x; exit 1"))
    assert f"[Denied without asking: read {linked}]" in result.text
    assert desk.person.asked == []


@pytest.mark.parametrize("code", [0, 6])
def test_what_a_command_says_it_failed_for_is_asked_about_however_it_ended(desk, code):
    desk.person.answer = once
    result = desk.run(desk.hidden(f"ls /etc 2>&1 | tail -n 3; echo ran >> runs; exit {code}"))
    assert desk.person.paths == [["read /etc"]]
    assert "[It was denied, and allowed then: " in result.text and "passwd" in desk.run("cat runs; ls /etc").text
    assert (desk.project / "runs").read_text() == "ran\nran\n"


@pytest.mark.parametrize("code", [0, 2])
def test_packages_that_a_program_fails_for_are_asked_about(desk, monkeypatch, code):
    linked = str(desk.outside)
    monkeypatch.setattr(live, "HABITUAL", live.HABITUAL | {linked})
    monkeypatch.setattr(aftermath, "HABITUAL", live.HABITUAL | {linked})
    monkeypatch.setattr(aftermath, "IMPORTED_FROM", frozenset({linked}))
    desk.person.answer = once
    error = f"PermissionError: [Errno 13] Permission denied: '{linked}'"
    result = desk.run(desk.hidden(f"ls {linked} 2> /dev/null; echo {shlex.quote(error)}; exit {code}"))
    assert desk.person.paths == [[f"read {linked}"]]
    assert "[It was denied, and allowed then: " in result.text


def test_after_a_denial_it_is_only_told(desk):
    result = desk.run(desk.hidden(f"cat {desk.outside}/data.txt; ls /etc; true"))
    assert desk.person.paths == [[f"read {desk.outside}/data.txt"]]
    assert "[Denied without asking: read /etc]" in result.text and "[exit 0" in result.text


def test_what_there_were_too_many_questions_for_is_asked_once_more_where_it_ended_well_too(desk):
    for number in range(5):
        (desk.outside / str(number)).write_text("x\n")
    desk.person.answer = once
    quiet = f"for n in 0 1 2 3 4; do cat {desk.outside}/$n 2> /dev/null; done; echo ran >> runs"
    result = desk.run(desk.hidden(quiet))
    assert [len(question) for question in desk.person.paths] == [1, 1, 1, 2]
    assert "[It was denied, and allowed then: " in result.text and "[exit 0" in result.text
    assert "run again from its beginning" in desk.person.asked[-1][0][0].caution
    assert (desk.project / "runs").read_text() == "ran\nran\n"
