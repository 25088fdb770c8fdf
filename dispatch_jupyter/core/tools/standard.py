"""The tools that are the same for every agent; `summon` is made for each kind of caller."""

from .edit import EditFile
from .files import ReadFile, ReadFileSlice
from .key_tool import KeyUsage
from .listing import ListFiles
from .peers import ReadAgent, SendToAgent
from .person import AskUser, Report
from .retrieve import AgentStatus, Retrieve
from .shell.job_tools import ListJobs, ReadJob, StopJob
from .shell.run import RunShell
from .skill_tool import UseSkill
from .tasks import TaskList
from .tool import Tool
from .write import WriteFile


def standard_tools() -> list[Tool]:
    """New ones; they keep nothing between calls."""
    return [
        ReadFile(),
        ReadFileSlice(),
        ListFiles(),
        WriteFile(),
        EditFile(),
        RunShell(),
        ListJobs(),
        ReadJob(),
        StopJob(),
        TaskList(),
        UseSkill(),
        KeyUsage(),
        Retrieve(),
        AgentStatus(),
        SendToAgent(),
        ReadAgent(),
        AskUser(),
        Report(),
    ]
