"""Skills, the task list and the look at keys, as an agent meets them: over the real client, from the real files."""

import asyncio

import pytest

from desk import until
from dispatch_jupyter.core.protocol.records import Task
from model_server import Call, Reply

pytestmark = pytest.mark.slow
PLAN = [{"title": "Read it"}, {"title": "Fix it", "status": "in_progress"}]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def system(request):
    return request.body["messages"][0]["content"]


def test_a_task_list_is_part_of_the_record_and_outlives_the_server(open_desk):
    async def main():
        first = open_desk()
        first.model.script = [
            Reply("", calls=[Call("task_list", {"action": "set", "tasks": PLAN})]),
            Reply("", calls=[Call("task_list", {"action": "update", "task_id": "#1", "status": "completed"})]),
            Reply("Planned."),
        ]
        await first.ask("Plan it")
        assert first.calls[1].output.splitlines()[1:4] == ["Task list, 1 of 2 done:", "1. [x] Read it", "2. [>] Fix it"]
        tasks = first.session.tables.every(Task)
        assert [(task.number, task.status, task.agent_id) for task in tasks] == [
            (1, "done", first.agent.id),
            (2, "in_progress", first.agent.id),
        ]
        await first.workspace.close()

        second = open_desk()
        second.session = await second.workspace.session(first.session.tables.session.id)
        assert second.session.tables.every(Task) == tasks
        second.model.script = [
            Reply("", calls=[Call("task_list", {"action": "set", "tasks": ["Fix it", "Test it"]})]),
            Reply("", calls=[Call("task_list", {"action": "list", "agent_id": "nobody"})]),
            Reply("Done."),
        ]
        await second.ask("Go on")
        assert "2. [>] Fix it\n3. [ ] Test it" in second.calls[2].output
        assert second.calls[3].status == "failed" and "2. [>]" not in second.calls[3].output
        assert [task.title for task in second.session.tables.every(Task) if task.removed] == ["Read it"]
        await second.workspace.close()

    asyncio.run(main())


def test_skills_of_both_levels_are_told_and_packages_are_read_on_demand(run, project, home):
    put(home / ".skills/default/mine.md", "Say please.")
    put(project / ".skills/default/ours.md", "Write tests.")
    put(project / ".skills/agents/dispatch.o.txt", "lead.md\nnobody\n")
    put(project / ".skills/agents/lead.md", "Lead well.")
    put(home / ".skills/pdf/SKILL.md", "---\nname: pdf\ndescription: Fill in forms.\n---\nUse the script.")
    put(home / ".skills/pdf/forms.txt", "of the forms")
    put(project / "AGENTS.md", "Run `make`.")

    async def play(desk):
        desk.model.script = [
            Reply("", calls=[Call("use_skill", {"name": "pdf"})]),
            Reply("", calls=[Call("read_file", {"path": str(home / ".skills/pdf/forms.txt")})]),
            Reply("", calls=[Call("use_skill", {"name": "pfd"})]),
            Reply("Done."),
        ]
        await desk.ask("Fill in the form")
        told = system(desk.model.requests[0])
        places = [
            told.index(text) for text in ("Run `make`.", "Say please.", "Write tests.", "Lead well.", "`global:pdf`")
        ]
        assert places == sorted(places) and "Use the script." not in told
        assert all(system(request) == told for request in desk.model.requests)
        assert "Use the script." in desk.calls[0].output and f"{home}/.skills/pdf/forms.txt" in desk.calls[0].output
        assert "of the forms" in desk.calls[1].output
        assert desk.calls[2].status == "failed" and "Did you mean `pdf`?" in desk.calls[2].output
        assert [(skill.name, skill.why) for skill in desk.agent.skills] == [
            ("built-in:orchestrator", "default"),
            ("global:mine", "default"),
            ("project:ours", "default"),
            ("project:lead", "agent"),
            ("global:pdf", "used"),
        ]

    run(play)


def test_an_edited_skill_is_told_with_the_next_step(run, project):
    put(project / ".skills/default/ours.md", "The old way.")

    async def play(desk):
        desk.model.script = [Reply("Yes."), Reply("Yes.")]
        await desk.workspace.start()
        await desk.ask("One")
        assert "The old way." in system(desk.model.requests[0])
        put(project / ".skills/default/ours.md", "The new way.")
        await until(lambda: "The new way." in str(desk.workspace._definitions._skills.told))
        await desk.ask("Two")
        assert "The new way." in system(desk.model.requests[1]) and "The old way." not in system(desk.model.requests[1])

    run(play)


def test_an_agent_may_look_at_its_keys(run):
    async def play(desk):
        desk.model.script = [
            Reply("", calls=[Call("key_usage", {}), Call("key_usage", {"key_id": "none"})]),
            Reply("Fine."),
        ]
        await desk.ask("How do the keys stand?")
        every, one = desk.calls
        assert "OPENAI_API_KEY" in every.output and "active" in every.output and "it has no budget" in every.output
        assert one.status == "failed" and "OPENAI_API_KEY" in one.output

    run(play)
