"""What is put back may have been a person's own: until they agreed to it, there is a copy, and the log tells where."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch_jupyter.core.tools.shell.kept import Kept
from dispatch_jupyter.core.tools.shell.set_aside import discard, set_aside
from shell_desk import until

SETTINGS = ".vscode/settings.json"
MINE = '{"a person": "wrote this while a command ran"}'


def copy_of(desk) -> Path:
    """The copy that the permission log tells of."""
    (told,) = [verdict.reason for _, verdict in desk.person.notes if "kept in" in (verdict.reason or "")]
    return Path(told.rpartition("kept in ")[2])


def edit(desk) -> str:
    return desk.hidden(f"mkdir -p .vscode; echo '{MINE}' > {SETTINGS}")


def test_what_was_refused_is_kept(desk):
    desk.run(edit(desk))
    assert not (desk.project / SETTINGS).exists()
    copy = copy_of(desk)
    assert copy.read_text().strip() == MINE
    assert copy.stat().st_mode & 0o777 == 0o600
    assert desk.person.now.decide("read", copy).outcome != "allow", "agents may not look at a person's own words there"


def test_what_was_agreed_to_needs_no_copy(desk):
    desk.person.answer = lambda _: "once"
    desk.run(edit(desk))
    assert (desk.project / SETTINGS).read_text().strip() == MINE
    assert not list(desk.folder.parent.rglob("*.put-back"))


@pytest.mark.slow
def test_what_nobody_answered_for_is_kept(desk):
    desk.person.answer = lambda _: None

    async def scenario():
        call = asyncio.ensure_future(desk.shell_call(edit(desk)))
        await until(lambda: desk.person.asked)
        call.cancel()
        await asyncio.wait({call})

    desk.play(scenario)
    assert not (desk.project / SETTINGS).exists()
    assert copy_of(desk).read_text().strip() == MINE


def test_a_file_that_is_gone_needs_no_copy(desk):
    (desk.project / ".vscode").mkdir()
    (desk.project / SETTINGS).write_text(MINE)
    desk.run(desk.hidden(f"rm {SETTINGS}"))
    assert (desk.project / SETTINGS).read_text() == MINE
    assert not [verdict for _, verdict in desk.person.notes if "kept in" in (verdict.reason or "")]


def test_a_copy_that_cannot_be_made_keeps_nothing_from_being_put_back(desk, caplog):
    desk.outputs = desk.folder.parent / "outputs"
    desk.outputs.with_suffix(".put-back").write_text("in the way")
    desk.run(edit(desk))
    assert not (desk.project / SETTINGS).exists()
    assert "could not be kept" in caplog.text


@pytest.mark.slow
def test_what_a_person_writes_while_a_command_may_not_write_is_kept(desk):
    """Nobody is asked for a command that could not have done it; the person still finds what they wrote."""
    desk.person.now = replace(desk.person.now, operations=frozenset({"read", "execute"}))

    async def scenario():
        job = await desk.shell_call("sleep 77", background=True)
        (desk.project / ".vscode").mkdir()
        (desk.project / SETTINGS).write_text(MINE)
        await desk.call("stop_job", job=job.command.job_id)

    desk.play(scenario)
    assert desk.person.asked == [] and not (desk.project / SETTINGS).exists()
    assert copy_of(desk).read_text() == MINE


def test_a_later_version_leaves_an_earlier_copy_alone(tmp_path):
    first = set_aside(tmp_path, {SETTINGS: Kept(b"a person's")})
    second = set_aside(tmp_path, {SETTINGS: Kept(b"an agent's")})
    assert first[SETTINGS].read_bytes() == b"a person's" and second[SETTINGS].read_bytes() == b"an agent's"
    discard(second.values())
    assert first[SETTINGS].exists() and not second[SETTINGS].parent.parent.exists()
